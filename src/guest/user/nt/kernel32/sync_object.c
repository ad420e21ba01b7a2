// SPDX-License-Identifier: MIT
// Events, mutexes and semaphores.
#include "sync_name.h"

static BOOL done(NTSTATUS status) {
    return NT_SUCCESS(status) ? TRUE : BaseSetLastNTError(status);
}

HANDLE WINAPI CreateEventW(SECURITY_ATTRIBUTES* security, BOOL manual_reset, BOOL signalled,
                           LPCWSTR name) {
    BASE_OBJECT_NAME storage;
    HANDLE handle;
    return BaseCreated(
        NtCreateEvent(&handle, EVENT_ALL_ACCESS,
                      BaseFormatObjectAttributes(&storage, security, name),
                      manual_reset ? NotificationKind : SynchronizationKind, signalled != FALSE),
        &handle);
}

HANDLE WINAPI CreateEventA(SECURITY_ATTRIBUTES* security, BOOL manual_reset, BOOL signalled,
                           LPCSTR name) {
    UNICODE_STRING wide;
    if (!BaseNameToUnicode(&wide, name)) {
        return NULL;
    }
    const HANDLE handle = CreateEventW(security, manual_reset, signalled, wide.Buffer);
    RtlFreeUnicodeString(&wide);
    return handle;
}

HANDLE WINAPI OpenEventW(DWORD access, BOOL inherit, LPCWSTR name) {
    return BaseOpenNamed(NtOpenEvent, access, inherit, name);
}

HANDLE WINAPI OpenEventA(DWORD access, BOOL inherit, LPCSTR name) {
    return BaseOpenNamedA(NtOpenEvent, access, inherit, name);
}

BOOL WINAPI SetEvent(HANDLE event) {
    return done(NtSetEvent(event, NULL));
}

BOOL WINAPI ResetEvent(HANDLE event) {
    return done(NtResetEvent(event, NULL));
}

BOOL WINAPI PulseEvent(HANDLE event) {
    return done(NtPulseEvent(event, NULL));
}

HANDLE WINAPI CreateMutexW(SECURITY_ATTRIBUTES* security, BOOL owned, LPCWSTR name) {
    BASE_OBJECT_NAME storage;
    HANDLE handle;
    return BaseCreated(
        NtCreateMutant(&handle, MUTANT_ALL_ACCESS,
                       BaseFormatObjectAttributes(&storage, security, name), owned != FALSE),
        &handle);
}

HANDLE WINAPI CreateMutexA(SECURITY_ATTRIBUTES* security, BOOL owned, LPCSTR name) {
    UNICODE_STRING wide;
    if (!BaseNameToUnicode(&wide, name)) {
        return NULL;
    }
    const HANDLE handle = CreateMutexW(security, owned, wide.Buffer);
    RtlFreeUnicodeString(&wide);
    return handle;
}

HANDLE WINAPI OpenMutexW(DWORD access, BOOL inherit, LPCWSTR name) {
    return BaseOpenNamed(NtOpenMutant, access, inherit, name);
}

HANDLE WINAPI OpenMutexA(DWORD access, BOOL inherit, LPCSTR name) {
    return BaseOpenNamedA(NtOpenMutant, access, inherit, name);
}

BOOL WINAPI ReleaseMutex(HANDLE mutex) {
    return done(NtReleaseMutant(mutex, NULL));
}

HANDLE WINAPI CreateSemaphoreW(SECURITY_ATTRIBUTES* security, LONG initial, LONG maximum,
                               LPCWSTR name) {
    BASE_OBJECT_NAME storage;
    HANDLE handle;
    return BaseCreated(
        NtCreateSemaphore(&handle, SEMAPHORE_ALL_ACCESS,
                          BaseFormatObjectAttributes(&storage, security, name), initial, maximum),
        &handle);
}

HANDLE WINAPI CreateSemaphoreA(SECURITY_ATTRIBUTES* security, LONG initial, LONG maximum,
                               LPCSTR name) {
    UNICODE_STRING wide;
    if (!BaseNameToUnicode(&wide, name)) {
        return NULL;
    }
    const HANDLE handle = CreateSemaphoreW(security, initial, maximum, wide.Buffer);
    RtlFreeUnicodeString(&wide);
    return handle;
}

HANDLE WINAPI OpenSemaphoreW(DWORD access, BOOL inherit, LPCWSTR name) {
    return BaseOpenNamed(NtOpenSemaphore, access, inherit, name);
}

HANDLE WINAPI OpenSemaphoreA(DWORD access, BOOL inherit, LPCSTR name) {
    return BaseOpenNamedA(NtOpenSemaphore, access, inherit, name);
}

BOOL WINAPI ReleaseSemaphore(HANDLE semaphore, LONG count, LONG* previous) {
    return done(NtReleaseSemaphore(semaphore, count, (PULONG)previous));
}
