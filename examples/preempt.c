// SPDX-License-Identifier: MIT
// Preemption: two threads that only compute share the processor by quanta; one of a higher priority
// has it for itself, from the moment on that it may run.
#include "say.h"

#define CLOCK_INTERVAL 156250  // 100 ns
#define TURNS 4

static volatile LONG last_to_run;
static volatile LONG turns;

// Counts how often the processor came to it from the other thread, up to a number for both.
static DWORD WINAPI compute(void* parameter) {
    const LONG me = (LONG)(ULONG_PTR)parameter;
    DWORD mine = 0;
    for (;;) {
        if (last_to_run != me) {
            last_to_run = me;
            if (turns == TURNS) {
                return mine;
            }
            ++turns;
            ++mine;
        }
    }
}

static volatile LONG order;

static DWORD WINAPI take_number(void* parameter) {
    (void)parameter;
    return (DWORD)++order;
}

static DWORD join(HANDLE thread) {
    DWORD code = 0;
    WaitForSingleObject(thread, INFINITE);
    GetExitCodeThread(thread, &code);
    return code;
}

static ULONG ticks_of(HANDLE thread) {
    FILETIME created, exited, kernel, user;
    GetThreadTimes(thread, &created, &exited, &kernel, &user);
    return (kernel.dwLowDateTime + user.dwLowDateTime) / CLOCK_INTERVAL;
}

static void share(void) {
    HANDLE first = CreateThread(NULL, 0, compute, (void*)1, 0, NULL);
    HANDLE second = CreateThread(NULL, 0, compute, (void*)2, 0, NULL);
    const DWORD turns_of_first = join(first);
    const DWORD turns_of_second = join(second);
    say("the first thread had %lu turns and %lu clock ticks\n", turns_of_first, ticks_of(first));
    say("the second thread had %lu turns and %lu clock ticks\n", turns_of_second, ticks_of(second));
}

static void outrank(void) {
    HANDLE low = CreateThread(NULL, 0, take_number, NULL, CREATE_SUSPENDED, NULL);
    HANDLE high = CreateThread(NULL, 0, take_number, NULL, CREATE_SUSPENDED, NULL);
    SetThreadPriority(low, THREAD_PRIORITY_BELOW_NORMAL);
    SetThreadPriority(high, THREAD_PRIORITY_HIGHEST);
    say("priorities %d and %d\n", GetThreadPriority(low), GetThreadPriority(high));
    ResumeThread(low);
    say("the lower thread waits its turn: number %ld\n", order);
    ResumeThread(high);
    say("the higher thread ran at once: number %ld\n", order);
    say("its number is %lu", join(high));
    say(", the lower one's %lu\n", join(low));
}

void __stdcall start(void) {
    share();
    outrank();
    ExitProcess(0);
}
