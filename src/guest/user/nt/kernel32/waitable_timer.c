// SPDX-License-Identifier: MIT
// Waitable timers. Their completion routine has the shape of an APC's normal routine.
#include "sync_name.h"

#define ERROR_NOT_SUPPORTED 50

HANDLE WINAPI CreateWaitableTimerW(SECURITY_ATTRIBUTES* security, BOOL manual_reset, LPCWSTR name) {
    BASE_OBJECT_NAME storage;
    HANDLE handle;
    return BaseCreated(NtCreateTimer(&handle, TIMER_ALL_ACCESS,
                                     BaseFormatObjectAttributes(&storage, security, name),
                                     manual_reset ? NotificationKind : SynchronizationKind),
                       &handle);
}

HANDLE WINAPI CreateWaitableTimerA(SECURITY_ATTRIBUTES* security, BOOL manual_reset, LPCSTR name) {
    UNICODE_STRING wide;
    if (!BaseNameToUnicode(&wide, name)) {
        return NULL;
    }
    const HANDLE handle = CreateWaitableTimerW(security, manual_reset, wide.Buffer);
    RtlFreeUnicodeString(&wide);
    return handle;
}

HANDLE WINAPI OpenWaitableTimerW(DWORD access, BOOL inherit, LPCWSTR name) {
    return BaseOpenNamed(NtOpenTimer, access, inherit, name);
}

HANDLE WINAPI OpenWaitableTimerA(DWORD access, BOOL inherit, LPCSTR name) {
    return BaseOpenNamedA(NtOpenTimer, access, inherit, name);
}

BOOL WINAPI SetWaitableTimer(HANDLE timer, PLARGE_INTEGER due, LONG period,
                             PKNORMAL_ROUTINE completion, PVOID argument, BOOL resume) {
    const NTSTATUS status =
        NtSetTimer(timer, due, completion, argument, resume != FALSE, period, NULL);
    if (!NT_SUCCESS(status)) {
        return BaseSetLastNTError(status);
    }
    // A success either way: the error says that the machine will not be woken for it.
    RtlSetLastWin32Error(status == STATUS_TIMER_RESUME_IGNORED ? ERROR_NOT_SUPPORTED
                                                               : ERROR_SUCCESS);
    return TRUE;
}

BOOL WINAPI CancelWaitableTimer(HANDLE timer) {
    const NTSTATUS status = NtCancelTimer(timer, NULL);
    return NT_SUCCESS(status) ? TRUE : BaseSetLastNTError(status);
}
