// SPDX-License-Identifier: MIT
// Asynchronous procedure calls from below: what KiUserApcDispatcher gets, how NtContinue delivers the
// next one, what NtTestAlert and NtAlertThread do, and the kernel APC by which a thread is suspended
// in the middle of whatever it does.
#include "say.h"

typedef LONG NTSTATUS;
__declspec(dllimport) NTSTATUS __stdcall NtQueueApcThread(HANDLE, void*, void*, void*, void*);
__declspec(dllimport) NTSTATUS __stdcall NtTestAlert(void);
__declspec(dllimport) NTSTATUS __stdcall NtAlertThread(HANDLE);
__declspec(dllimport) NTSTATUS __stdcall NtAlertResumeThread(HANDLE, ULONG*);
__declspec(dllimport) NTSTATUS __stdcall NtDelayExecution(BOOLEAN, const LARGE_INTEGER*);

static const LARGE_INTEGER tenth_of_a_second = {.QuadPart = -1000000};
static volatile LONG turns;

static void __stdcall procedure(void* a, void* b, void* c) {
    say("  APC(%u, %u, %u)\n", (unsigned)(ULONG_PTR)a, (unsigned)(ULONG_PTR)b,
        (unsigned)(ULONG_PTR)c);
}

static void __stdcall nested(void* a, void* b, void* c) {
    say("  APC(%u) waits alertably itself\n", (unsigned)(ULONG_PTR)a);
    NtQueueApcThread(GetCurrentThread(), procedure, (void*)8, b, c);
    const NTSTATUS status = NtDelayExecution(TRUE, &tenth_of_a_second);
    say("  its wait: %08lX\n", status);
}

static void queue(void (*routine)(void*, void*, void*) __stdcall, unsigned number) {
    NtQueueApcThread(GetCurrentThread(), routine, (void*)(ULONG_PTR)number, (void*)0x10,
                     (void*)0x20);
}

static void user_apcs(void) {
    queue(procedure, 1);
    queue(procedure, 2);
    say("two are queued; NtTestAlert lets them through\n");
    NtTestAlert();
    say("a wait that is alertable\n");
    queue(procedure, 3);
    NTSTATUS status = NtDelayExecution(TRUE, &tenth_of_a_second);
    say("= %08lX\n", status);
    say("an APC in an APC\n");
    queue(nested, 7);
    status = NtDelayExecution(TRUE, &tenth_of_a_second);
    say("= %08lX\n", status);
}

static void alerts(void) {
    NtAlertThread(GetCurrentThread());
    say("alerted: wait %08lX, ", NtDelayExecution(TRUE, &tenth_of_a_second));
    say("again %08lX\n", NtDelayExecution(TRUE, &tenth_of_a_second));
    NtAlertThread(GetCurrentThread());
    say("NtTestAlert: %08lX, ", NtTestAlert());
    say("again %08lX\n", NtTestAlert());
}

static DWORD WINAPI turn(void* unused) {
    (void)unused;
    while (turns >= 0) {
        ++turns;
        if (turns % 1024 == 0) {
            Sleep(1);  // suspended in ring 3 at one time, in a wait at another
        }
    }
    return 0;
}

static void suspension(void) {
    HANDLE thread = CreateThread(NULL, 0, turn, NULL, 0, NULL);
    for (int i = 0; i < 3; ++i) {
        Sleep(30);
        const DWORD first = SuspendThread(thread);
        const DWORD second = SuspendThread(thread);
        const LONG before = turns;
        Sleep(60);
        say("suspended %lu, %lu: %s, ", first, second, turns == before ? "it stands" : "it runs");
        ResumeThread(thread);
        Sleep(30);
        say("resumed once: %s, ", turns == before ? "it stands" : "it runs");
        ResumeThread(thread);
        Sleep(60);
        say("twice: %s\n", turns == before ? "it stands" : "it runs");
    }
    turns = -1000000000;
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
}

static DWORD WINAPI suspend_itself(void* unused) {
    (void)unused;
    const DWORD count = SuspendThread(GetCurrentThread());
    const NTSTATUS status = NtDelayExecution(TRUE, &tenth_of_a_second);
    say("suspended itself at count %lu; its wait ends with %08lX\n", count, status);
    return 0;
}

static void self_suspension(void) {
    ULONG count = 0;
    HANDLE thread = CreateThread(NULL, 0, suspend_itself, NULL, 0, NULL);
    Sleep(30);
    NtAlertResumeThread(thread, &count);
    WaitForSingleObject(thread, INFINITE);
    say("NtAlertResumeThread told %lu\n", count);
    CloseHandle(thread);
}

void __stdcall start(void) {
    user_apcs();
    alerts();
    suspension();
    self_suspension();
    ExitProcess(0);
}
