// SPDX-License-Identifier: MIT
// Waits, and the APCs that end them.
#include "nt/synchronise.h"
#include "nt/win32.h"

#define WAIT_FAILED 0xFFFFFFFFu

static DWORD waited(NTSTATUS status) {
    if (!NT_SUCCESS(status)) {
        BaseSetLastNTError(status);
        return WAIT_FAILED;
    }
    return (DWORD)status;
}

/// Win32 knows no alerts: a wait that one has ended begins again.
static BOOL was_alerted(NTSTATUS status, BOOL alertable) {
    return alertable && status == STATUS_ALERTED;
}

DWORD WINAPI SleepEx(DWORD milliseconds, BOOL alertable) {
    LARGE_INTEGER timeout;
    NTSTATUS status;
    if (BaseFormatTimeout(&timeout, milliseconds) == NULL) {
        timeout.LowPart = 0;
        timeout.HighPart = (LONG)0x80000000;
    }
    do {
        status = NtDelayExecution(alertable != FALSE, &timeout);
    } while (was_alerted(status, alertable));
    return status == STATUS_USER_APC ? (DWORD)STATUS_USER_APC : 0;
}

VOID WINAPI Sleep(DWORD milliseconds) {
    SleepEx(milliseconds, FALSE);
}

DWORD WINAPI WaitForSingleObjectEx(HANDLE object, DWORD milliseconds, BOOL alertable) {
    LARGE_INTEGER timeout;
    const PLARGE_INTEGER limit = BaseFormatTimeout(&timeout, milliseconds);
    NTSTATUS status;
    do {
        status = NtWaitForSingleObject(object, alertable != FALSE, limit);
    } while (was_alerted(status, alertable));
    return waited(status);
}

DWORD WINAPI WaitForSingleObject(HANDLE object, DWORD milliseconds) {
    return WaitForSingleObjectEx(object, milliseconds, FALSE);
}

DWORD WINAPI WaitForMultipleObjectsEx(DWORD count, const HANDLE* objects, BOOL all,
                                      DWORD milliseconds, BOOL alertable) {
    LARGE_INTEGER timeout;
    const PLARGE_INTEGER limit = BaseFormatTimeout(&timeout, milliseconds);
    NTSTATUS status;
    do {
        status = NtWaitForMultipleObjects(count, objects, all ? WaitAll : WaitAny,
                                          alertable != FALSE, limit);
    } while (was_alerted(status, alertable));
    return waited(status);
}

DWORD WINAPI WaitForMultipleObjects(DWORD count, const HANDLE* objects, BOOL all,
                                    DWORD milliseconds) {
    return WaitForMultipleObjectsEx(count, objects, all, milliseconds, FALSE);
}

DWORD WINAPI SignalObjectAndWait(HANDLE to_signal, HANDLE to_wait_for, DWORD milliseconds,
                                 BOOL alertable) {
    LARGE_INTEGER timeout;
    const PLARGE_INTEGER limit = BaseFormatTimeout(&timeout, milliseconds);
    NTSTATUS status =
        NtSignalAndWaitForSingleObject(to_signal, to_wait_for, alertable != FALSE, limit);
    // The signal has been given; only the wait is left.
    while (was_alerted(status, alertable)) {
        status = NtWaitForSingleObject(to_wait_for, alertable != FALSE, limit);
    }
    return waited(status);
}

typedef VOID(WINAPI* PAPCFUNC)(ULONG_PTR data);

static VOID NTAPI dispatch_apc(PVOID function, PVOID data, PVOID reserved) {
    (void)reserved;
    ((PAPCFUNC)(ULONG_PTR)function)((ULONG_PTR)data);
}

DWORD WINAPI QueueUserAPC(PAPCFUNC function, HANDLE thread, ULONG_PTR data) {
    const NTSTATUS status =
        NtQueueApcThread(thread, dispatch_apc, (PVOID)(ULONG_PTR)function, (PVOID)data, NULL);
    return (DWORD)(NT_SUCCESS(status) ? TRUE : BaseSetLastNTError(status));
}
