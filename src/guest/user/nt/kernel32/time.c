// SPDX-License-Identifier: MIT
// Clocks.
#include "nt/win32.h"

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

BOOL WINAPI SwitchToThread(void) {
    return NtYieldExecution() != (NTSTATUS)0x40000024;
}
