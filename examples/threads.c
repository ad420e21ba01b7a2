// SPDX-License-Identifier: MIT
// Threads: four workers with a TLS value each add to one sum under a lock; the main thread joins
// them, starts one that was suspended, and ends one that waits for good.
#include "say.h"

#define WORKERS 4
#define ROUNDS 3

static DWORD slot;
static CRITICAL_SECTION lock;
static unsigned total;

static DWORD WINAPI work(void* parameter) {
    const DWORD number = (DWORD)(ULONG_PTR)parameter;
    TlsSetValue(slot, (void*)(ULONG_PTR)(number * number));
    for (int round = 0; round < ROUNDS; ++round) {
        EnterCriticalSection(&lock);
        total += (unsigned)(ULONG_PTR)TlsGetValue(slot);
        Sleep(0);  // Whoever comes now has to wait for the lock.
        LeaveCriticalSection(&lock);
    }
    return 100 + number;
}

static DWORD WINAPI wait_for_good(void* event) {
    WaitForSingleObject(event, INFINITE);
    return 0;
}

static DWORD exit_code(HANDLE thread) {
    DWORD code = 0;
    GetExitCodeThread(thread, &code);
    return code;
}

static void join_workers(void) {
    HANDLE threads[WORKERS];
    DWORD ids[WORKERS];
    for (DWORD i = 0; i < WORKERS; ++i) {
        threads[i] = CreateThread(NULL, 0, work, (void*)(ULONG_PTR)(i + 1), 0, &ids[i]);
    }
    say("exit code of a thread that runs: %lu\n", exit_code(threads[0]));
    for (DWORD i = 0; i < WORKERS; ++i) {
        WaitForSingleObject(threads[i], INFINITE);
        say("thread %lX: exit code %lu\n", ids[i], exit_code(threads[i]));
        CloseHandle(threads[i]);
    }
    say("sum %u; the main thread's own value: %p\n", total, TlsGetValue(slot));
}

static void start_suspended(void) {
    HANDLE thread = CreateThread(NULL, 0, work, (void*)5, CREATE_SUSPENDED, NULL);
    Sleep(20);
    say("suspended: sum is still %u\n", total);
    const DWORD before = ResumeThread(thread);
    WaitForSingleObject(thread, INFINITE);
    say("resumed, the count was %lu: sum %u\n", before, total);
    CloseHandle(thread);
}

static void end_another(void) {
    HANDLE never = CreateThread(NULL, 0, work, NULL, CREATE_SUSPENDED, NULL);
    HANDLE thread = CreateThread(NULL, 0, wait_for_good, never, 0, NULL);
    Sleep(0);
    TerminateThread(thread, 7);
    say("ended while it waited: exit code %lu\n", exit_code(thread));
    TerminateThread(never, 8);
    say("ended before it ran: exit code %lu\n", exit_code(never));
}

void __stdcall start(void) {
    slot = TlsAlloc();
    InitializeCriticalSection(&lock);
    join_workers();
    start_suspended();
    end_another();
    ExitThread(3);  // The last thread takes the process with it.
}
