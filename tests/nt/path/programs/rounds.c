// SPDX-License-Identifier: MIT
// Four threads pass two tokens round a ring. Each is passed on inside a callback of the kernel,
// which then waits, in the middle of its service, for the neighbour's echo. Priorities differ, so
// that passing a token preempts; the work differs, so that quanta end anywhere; now and then
// callbacks nest, and a user APC ends a wait inside one.
#include "say.h"
#include "win32k.h"

#include <winternl.h>

#define THREADS 4
#define ROUNDS 2500  // of each thread

__declspec(dllimport) NTSTATUS __stdcall NtCreateEvent(HANDLE*, DWORD, void*, int type, BOOLEAN);
__declspec(dllimport) NTSTATUS __stdcall NtSetEvent(HANDLE, ULONG*);
__declspec(dllimport) NTSTATUS __stdcall NtDelayExecution(BOOLEAN, LARGE_INTEGER*);
__declspec(dllimport) NTSTATUS __stdcall NtQueueApcThread(HANDLE, void*, void*, void*, void*);

static HANDLE token[THREADS];
static HANDLE echo[THREADS];
static unsigned rounds[THREADS];
static unsigned callbacks[THREADS];
static unsigned apcs[THREADS];
static volatile unsigned order;

static HANDLE synchronization_event(void) {
    HANDLE event = NULL;
    NtCreateEvent(&event, EVENT_ALL_ACCESS, NULL, 1, FALSE);
    return event;
}

static void burn(unsigned count) {
    for (volatile unsigned i = 0; i < count; ++i) {
    }
}

static void __stdcall count_apc(void* thread, void* unused1 __attribute__((unused)),
                                void* unused2 __attribute__((unused))) {
    ++apcs[(unsigned)(ULONG_PTR)thread];
}

static void wait_for_apc(unsigned me) {
    LARGE_INTEGER second = {.QuadPart = -10000000};
    NtQueueApcThread(GetCurrentThread(), count_apc, (void*)(ULONG_PTR)me, NULL, NULL);
    if (NtDelayExecution(TRUE, &second) != STATUS_USER_APC) {
        ExitProcess(3);
    }
}

static LRESULT CALLBACK filter(int code, WPARAM me, LPARAM message) {
    const unsigned round = rounds[me];
    ++callbacks[me];
    burn((round * 7919 + (unsigned)me * 104729) % 16000);
    if (code == 1) {
        return (LRESULT)round;  // the inner one
    }
    if (round % 8 == 7 && NtUserCallMsgFilter((const MSG*)message, 1) != (int)round) {
        ExitProcess(4);
    }
    if (round % 64 == 63) {
        wait_for_apc((unsigned)me);
    }
    NtSetEvent(token[(me + 1) % THREADS], NULL);
    if (round != ROUNDS - 1) {
        WaitForSingleObject(echo[me], INFINITE);
    }
    return (LRESULT)(round + me);
}

// Entry 0 of the kernel callback table; KiUserCallbackDispatcher goes on by int 2Bh without a
// result, so this one does it itself.
static LONG __stdcall call_message_filter(const struct message_filter_call* call,
                                          ULONG length __attribute__((unused))) {
    const LRESULT result =
        call->procedure(call->code, call->message.wParam, (LPARAM)&call->message);
    __asm__ volatile("int $0x2B" : : "a"(0), "c"(&result), "d"(sizeof result) : "memory");
    __builtin_unreachable();
}
static LONG(__stdcall* const table[])(const struct message_filter_call*, ULONG) = {
    call_message_filter,
};

static DWORD WINAPI play(void* parameter) {
    const unsigned me = (unsigned)(ULONG_PTR)parameter;
    const MSG message = {.message = WM_USER, .wParam = me};
    NtUserSetWindowsHookEx(NULL, NULL, GetCurrentThreadId(), WH_MSGFILTER, filter, 0);
    for (; rounds[me] < ROUNDS; ++rounds[me]) {
        // Threads 0 and 2 have the tokens at the start.
        if (rounds[me] != 0 || me % 2 != 0) {
            WaitForSingleObject(token[me], INFINITE);
            NtSetEvent(echo[(me + THREADS - 1) % THREADS], NULL);
        }
        order = order * 31 + me;
        if (NtUserCallMsgFilter(&message, 0) != (int)(rounds[me] + me)) {
            ExitProcess(5);
        }
    }
    return 0;
}

void __stdcall start(void) {
    static const int priorities[THREADS] = {0, THREAD_PRIORITY_ABOVE_NORMAL, 0,
                                            THREAD_PRIORITY_BELOW_NORMAL};
    HANDLE threads[THREADS];
    *peb(PEB_KernelCallbackTable) = (DWORD)table;
    for (unsigned i = 0; i < THREADS; ++i) {
        token[i] = synchronization_event();
        echo[i] = synchronization_event();
    }
    for (unsigned i = 0; i < THREADS; ++i) {
        threads[i] = CreateThread(NULL, 0, play, (void*)(ULONG_PTR)i, CREATE_SUSPENDED, NULL);
        SetThreadPriority(threads[i], priorities[i]);
    }
    for (unsigned i = 0; i < THREADS; ++i) {
        ResumeThread(threads[i]);
    }
    unsigned total = 0;
    for (unsigned i = 0; i < THREADS; ++i) {
        WaitForSingleObject(threads[i], INFINITE);
        say("thread %u: %u rounds, %u callbacks, %u APCs\n", i, rounds[i], callbacks[i], apcs[i]);
        total += rounds[i];
    }
    say("%u rounds, order %08X\n", total, order);
    ExitProcess(0);
}
