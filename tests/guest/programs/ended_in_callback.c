// SPDX-License-Identifier: MIT
// Threads that are ended while the kernel has called them: in a hook procedure that waits, that
// computes, and two kernel stacks deep. All that they held in the kernel must come back.
#include "say.h"
#include "win32k.h"

#define ROUNDS 60
#define EVENT_RIGHTS 0x1F0003
#define SYNCHRONIZATION_EVENT 1

__declspec(dllimport) LONG __stdcall NtCreateEvent(HANDLE* event, ULONG access, void* attributes,
                                                   ULONG type, BOOLEAN signalled);
__declspec(dllimport) LONG __stdcall NtSetEvent(HANDLE event, ULONG* previous);

static HANDLE inside;
static MSG message;
static int failures;

static void expect(int claim, const char* text) {
    if (!claim) {
        ++failures;
        say("%s\n", text);
    }
}

static LRESULT CALLBACK filter(int code, WPARAM wparam, LPARAM lparam) {
    (void)wparam;
    (void)lparam;
    if (code > 1) {
        return NtUserCallMsgFilter(&message, code - 1);
    }
    NtSetEvent(inside, NULL);
    if (message.wParam != 0) {
        for (volatile int forever = 1; forever != 0;) {
        }
    }
    Sleep(INFINITE);
    return 0;
}

static LONG __stdcall call_message_filter(const struct message_filter_call* call, ULONG length) {
    (void)length;
    return call->procedure(call->code, call->wparam, (LPARAM)&call->message);
}

static LONG(__stdcall* const callbacks[])(const struct message_filter_call*, ULONG) = {
    call_message_filter,
};

static DWORD WINAPI be_called(void* depth) {
    NtUserSetWindowsHookEx(NULL, NULL, GetCurrentThreadId(), WH_MSGFILTER, filter, 0);
    return (DWORD)NtUserCallMsgFilter(&message, (int)(INT_PTR)depth);
}

void __stdcall start(void) {
    CONTEXT context;
    *peb(PEB_KernelCallbackTable) = (DWORD)callbacks;
    NtCreateEvent(&inside, EVENT_RIGHTS, NULL, SYNCHRONIZATION_EVENT, FALSE);
    // Whoever is woken by the filter ends it at once, also one that computes.
    SetThreadPriority(GetCurrentThread(), THREAD_PRIORITY_HIGHEST);
    for (int round = 0; round < ROUNDS; ++round) {
        DWORD code = 0;
        message.wParam = round % 2;
        HANDLE thread = CreateThread(NULL, 0, be_called, (void*)(INT_PTR)(1 + round % 3), 0, NULL);
        expect(WaitForSingleObject(inside, 10000) == 0, "the filter is called");
        expect(SuspendThread(thread) == 0, "it can be suspended there");
        context.ContextFlags = CONTEXT_CONTROL;
        expect(GetThreadContext(thread, &context), "its context can be had");
        expect(context.SegCs == 0x1B && context.Eip < 0x80000000, "and is one of ring 3");
        expect(ResumeThread(thread) == 1, "it can be resumed");
        expect(TerminateThread(thread, 77), "it can be ended");
        expect(WaitForSingleObject(thread, 0) == 0, "it has ended");
        expect(GetExitCodeThread(thread, &code) && code == 77, "with that exit code");
        CloseHandle(thread);
    }
    say(failures == 0 ? "all claims hold\n" : "%d claims fail\n", failures);
    ExitProcess((UINT)failures);
}
