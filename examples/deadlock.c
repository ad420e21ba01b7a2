// SPDX-License-Identifier: MIT
// Deadlock: two threads take two locks in opposite order, and the main thread joins them. Nothing
// will ever happen again, which ends the run with status 123 and a report.
#include "say.h"

static CRITICAL_SECTION fork_of[2];

static DWORD WINAPI philosopher(void* parameter) {
    const int left = (int)(ULONG_PTR)parameter;
    EnterCriticalSection(&fork_of[left]);
    say("philosopher %d has one fork\n", left);
    Sleep(10);
    EnterCriticalSection(&fork_of[1 - left]);
    say("philosopher %d eats\n", left);
    LeaveCriticalSection(&fork_of[1 - left]);
    LeaveCriticalSection(&fork_of[left]);
    return 0;
}

void __stdcall start(void) {
    HANDLE threads[2];
    for (int i = 0; i < 2; ++i) {
        InitializeCriticalSection(&fork_of[i]);
    }
    for (int i = 0; i < 2; ++i) {
        threads[i] = CreateThread(NULL, 0, philosopher, (void*)(ULONG_PTR)i, 0, NULL);
    }
    for (int i = 0; i < 2; ++i) {
        WaitForSingleObject(threads[i], INFINITE);
    }
    say("never said\n");
    ExitProcess(0);
}
