// SPDX-License-Identifier: MIT
// Clocks and waits.
#include "nt/win32.h"

#define WAIT_FAILED 0xFFFFFFFFu

DWORD WINAPI GetTickCount(void) {
    const ULONGLONG product =
        (ULONGLONG)SharedUserData->TickCountLow * SharedUserData->TickCountMultiplier;
    return (DWORD)(product >> 24);
}

BOOL WINAPI QueryPerformanceCounter(PLARGE_INTEGER count) {
    LARGE_INTEGER frequency;
    const NTSTATUS status = NtQueryPerformanceCounter(count, &frequency);
    return NT_SUCCESS(status) ? frequency.QuadPart != 0 : BaseSetLastNTError(status);
}

BOOL WINAPI QueryPerformanceFrequency(PLARGE_INTEGER frequency) {
    LARGE_INTEGER count;
    const NTSTATUS status = NtQueryPerformanceCounter(&count, frequency);
    return NT_SUCCESS(status) ? frequency->QuadPart != 0 : BaseSetLastNTError(status);
}

VOID WINAPI GetSystemTimeAsFileTime(FILETIME* time) {
    const volatile KSYSTEM_TIME* const now = &SharedUserData->SystemTime;
    LONG high;
    // The kernel writes High2, Low, High1: equal highs frame one whole value.
    do {
        high = now->High1Time;
        time->dwLowDateTime = now->LowPart;
    } while (high != now->High2Time);
    time->dwHighDateTime = (DWORD)high;
}

DWORD WINAPI SleepEx(DWORD milliseconds, BOOL alertable) {
    LARGE_INTEGER timeout;
    if (BaseFormatTimeout(&timeout, milliseconds) == NULL) {
        timeout.LowPart = 0;
        timeout.HighPart = (LONG)0x80000000;
    }
    const NTSTATUS status = NtDelayExecution((BOOLEAN)(alertable != FALSE), &timeout);
    return status == (NTSTATUS)0xC0 ? 0xC0 : 0;
}

VOID WINAPI Sleep(DWORD milliseconds) {
    SleepEx(milliseconds, FALSE);
}

BOOL WINAPI SwitchToThread(void) {
    return NtYieldExecution() != (NTSTATUS)0x40000024;
}

DWORD WINAPI WaitForSingleObjectEx(HANDLE object, DWORD milliseconds, BOOL alertable) {
    LARGE_INTEGER timeout;
    const NTSTATUS status = NtWaitForSingleObject(object, (BOOLEAN)(alertable != FALSE),
                                                  BaseFormatTimeout(&timeout, milliseconds));
    if (!NT_SUCCESS(status)) {
        BaseSetLastNTError(status);
        return WAIT_FAILED;
    }
    return (DWORD)status;
}

DWORD WINAPI WaitForSingleObject(HANDLE object, DWORD milliseconds) {
    return WaitForSingleObjectEx(object, milliseconds, FALSE);
}
