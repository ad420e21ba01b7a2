// SPDX-License-Identifier: MIT
// Critical sections and interlocked operations under their Win32 names. As on NT, the entry points
// that have the same shape in ntdll are forwarders there; these differ in what they return.
#include "nt/win32.h"

VOID WINAPI InitializeCriticalSection(PRTL_CRITICAL_SECTION section) {
    RtlInitializeCriticalSection(section);
}

BOOL WINAPI InitializeCriticalSectionAndSpinCount(PRTL_CRITICAL_SECTION section, DWORD spins) {
    const NTSTATUS status = RtlInitializeCriticalSectionAndSpinCount(section, spins);
    return NT_SUCCESS(status) ? TRUE : BaseSetLastNTError(status);
}

LONG WINAPI InterlockedExchange(LONG* target, LONG value) {
    __asm__ volatile("xchgl %0, %1" : "+r"(value), "+m"(*target) : : "memory");
    return value;
}

// From here on an i486 is needed: XADD and CMPXCHG.
LONG WINAPI InterlockedExchangeAdd(LONG* target, LONG value) {
    __asm__ volatile(".arch i486; lock xaddl %0, %1; .arch i386"
                     : "+r"(value), "+m"(*target)
                     :
                     : "cc", "memory");
    return value;
}

LONG WINAPI InterlockedIncrement(LONG* target) {
    return InterlockedExchangeAdd(target, 1) + 1;
}

LONG WINAPI InterlockedDecrement(LONG* target) {
    return InterlockedExchangeAdd(target, -1) - 1;
}

LONG WINAPI InterlockedCompareExchange(LONG* target, LONG value, LONG expected) {
    __asm__ volatile(".arch i486; lock cmpxchgl %2, %1; .arch i386"
                     : "+a"(expected), "+m"(*target)
                     : "r"(value)
                     : "cc", "memory");
    return expected;
}
