// SPDX-License-Identifier: MIT
// Critical sections. LockCount starts at -1; whoever raises it to 0 owns the section, everybody
// else waits on the event that LockSemaphore holds once somebody had to wait.
#include "internal.h"

NTSTATUS NTAPI NtCreateEvent(HANDLE* event, ULONG access, POBJECT_ATTRIBUTES attributes, ULONG type,
                             BOOLEAN signalled);
NTSTATUS NTAPI NtSetEvent(HANDLE event, PULONG previous);
#define EVENT_ALL_ACCESS 0x1F0003
#define SynchronizationEvent 1

// The flags tell the outcome; reading the count again could see another thread's work.
static BOOLEAN increment_to_zero(LONG* value) {
    BOOLEAN zero;
    __asm__ volatile("lock incl %1; sete %0" : "=q"(zero), "+m"(*value) : : "cc", "memory");
    return zero;
}

static BOOLEAN decrement_leaves_waiters(LONG* value) {
    BOOLEAN waiters;
    __asm__ volatile("lock decl %1; setns %0" : "=q"(waiters), "+m"(*value) : : "cc", "memory");
    return waiters;
}

static LONG compare_exchange(LONG* value, LONG wanted, LONG expected) {
    LONG previous;
    // CMPXCHG came with the i486, as NT 4.0 and later demand; only TryEnter needs it.
    __asm__ volatile(".arch i486; lock cmpxchgl %2, %1; .arch i386"
                     : "=a"(previous), "+m"(*value)
                     : "r"(wanted), "0"(expected)
                     : "cc", "memory");
    return previous;
}

static HANDLE this_thread(void) {
    return NtCurrentTeb()->UniqueThread;
}

static NTSTATUS event_of(PRTL_CRITICAL_SECTION section, HANDLE* event) {
    if (section->LockSemaphore == NULL) {
        HANDLE created;
        const NTSTATUS status =
            NtCreateEvent(&created, EVENT_ALL_ACCESS, NULL, SynchronizationEvent, FALSE);
        if (!NT_SUCCESS(status)) {
            return status;
        }
        if (compare_exchange((LONG*)&section->LockSemaphore, (LONG)(ULONG_PTR)created, 0) != 0) {
            NtClose(created);
        }
    }
    *event = section->LockSemaphore;
    return STATUS_SUCCESS;
}

static VOID wait_for(PRTL_CRITICAL_SECTION section) {
    HANDLE event;
    NTSTATUS status = event_of(section, &event);
    if (NT_SUCCESS(status)) {
        status = NtWaitForSingleObject(event, FALSE, NULL);
    }
    if (!NT_SUCCESS(status)) {
        RtlRaiseStatus(status);
    }
}

NTSTATUS NTAPI RtlInitializeCriticalSectionAndSpinCount(PRTL_CRITICAL_SECTION section,
                                                        ULONG spins) {
    section->DebugInfo = NULL;
    section->LockCount = -1;
    section->RecursionCount = 0;
    section->OwningThread = NULL;
    section->LockSemaphore = NULL;
    // Spinning helps on a multiprocessor only.
    section->SpinCount = NtCurrentPeb()->NumberOfProcessors > 1 ? spins & 0xFFFFFF : 0;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlInitializeCriticalSection(PRTL_CRITICAL_SECTION section) {
    return RtlInitializeCriticalSectionAndSpinCount(section, 0);
}

NTSTATUS NTAPI RtlDeleteCriticalSection(PRTL_CRITICAL_SECTION section) {
    const HANDLE event = section->LockSemaphore;
    memset(section, 0, sizeof *section);
    return event == NULL ? STATUS_SUCCESS : NtClose(event);
}

NTSTATUS NTAPI RtlEnterCriticalSection(PRTL_CRITICAL_SECTION section) {
    if (!increment_to_zero(&section->LockCount)) {
        if (section->OwningThread == this_thread()) {
            ++section->RecursionCount;
            return STATUS_SUCCESS;
        }
        // At the end of the process nobody else is left: an owner has been killed.
        if (LdrpShutdownThread != this_thread()) {
            wait_for(section);
        }
    }
    section->OwningThread = this_thread();
    section->RecursionCount = 1;
    return STATUS_SUCCESS;
}

BOOLEAN NTAPI RtlTryEnterCriticalSection(PRTL_CRITICAL_SECTION section) {
    if (compare_exchange(&section->LockCount, 0, -1) == -1) {
        section->OwningThread = this_thread();
        section->RecursionCount = 1;
        return TRUE;
    }
    if (section->OwningThread == this_thread()) {
        increment_to_zero(&section->LockCount);
        ++section->RecursionCount;
        return TRUE;
    }
    return FALSE;
}

NTSTATUS NTAPI RtlLeaveCriticalSection(PRTL_CRITICAL_SECTION section) {
    if (section->OwningThread != this_thread()) {
        return STATUS_RESOURCE_NOT_OWNED;
    }
    if (--section->RecursionCount != 0) {
        decrement_leaves_waiters(&section->LockCount);
        return STATUS_SUCCESS;
    }
    section->OwningThread = NULL;
    if (decrement_leaves_waiters(&section->LockCount)) {
        HANDLE event;
        const NTSTATUS status = event_of(section, &event);
        return NT_SUCCESS(status) ? NtSetEvent(event, NULL) : status;
    }
    return STATUS_SUCCESS;
}
