// SPDX-License-Identifier: MIT
// Alertable waits: APCs from this thread, another one and a timer run only where the thread lets
// them, all that are queued at once, and after whatever the wait was for.
#include "say.h"

static HANDLE main_thread, event;

static void CALLBACK note(ULONG_PTR number) {
    say("  APC %lu\n", (DWORD)number);
}

static void CALLBACK note_and_queue(ULONG_PTR number) {
    say("  APC %lu queues another\n", (DWORD)number);
    QueueUserAPC(note, GetCurrentThread(), number + 1);
}

static void CALLBACK on_timer(void* context, DWORD low, DWORD high) {
    LARGE_INTEGER time = {.LowPart = low, .HighPart = (LONG)high};
    FILETIME now;
    GetSystemTimeAsFileTime(&now);
    say("  timer APC of '%s', at %s\n", (const char*)context,
        low == now.dwLowDateTime && time.QuadPart > 0 ? "this tick" : "another tick");
}

static void own_apcs(void) {
    say("queued, but SleepEx is not alertable\n");
    QueueUserAPC(note, GetCurrentThread(), 1);
    QueueUserAPC(note_and_queue, GetCurrentThread(), 2);
    say("SleepEx(10, FALSE): %lX\n", SleepEx(10, FALSE));
    say("SleepEx(INFINITE, TRUE)\n");
    const DWORD result = SleepEx(INFINITE, TRUE);
    say("= %lX\n", result);
    say("SleepEx(0, TRUE) with none left: %lX\n", SleepEx(0, TRUE));
}

static void order(void) {
    say("a signalled event comes first\n");
    QueueUserAPC(note, GetCurrentThread(), 4);
    SetEvent(event);
    say("WaitForSingleObjectEx: %lX\n", WaitForSingleObjectEx(event, 0, TRUE));
    say("WaitForSingleObjectEx again\n");
    const DWORD result = WaitForSingleObjectEx(event, 0, TRUE);
    say("= %lX\n", result);
    say("and again: %lX\n", WaitForSingleObjectEx(event, 0, TRUE));
}

static DWORD WINAPI interrupt(void* unused) {
    (void)unused;
    say("other thread queues 5 and 6\n");
    QueueUserAPC(note, main_thread, 5);
    QueueUserAPC(note, main_thread, 6);
    return 0;
}

static void from_another_thread(void) {
    HANDLE both[2] = {event, CreateThread(NULL, 0, interrupt, NULL, 0, NULL)};
    const DWORD result = WaitForMultipleObjectsEx(2, both, TRUE, INFINITE, TRUE);
    say("WaitForMultipleObjectsEx: %lX\n", result);
    WaitForSingleObject(both[1], INFINITE);
    say("SleepEx(0, TRUE): %lX\n", SleepEx(0, TRUE));
}

static void timer_apc(void) {
    HANDLE timer = CreateWaitableTimerA(NULL, TRUE, NULL);
    LARGE_INTEGER due = {.QuadPart = -200000};
    SetWaitableTimer(timer, &due, 20, on_timer, "periodic", FALSE);
    for (int i = 0; i < 2; ++i) {
        const DWORD result = SleepEx(INFINITE, TRUE);
        say("SleepEx: %lX\n", result);
    }
    Sleep(50);
    CancelWaitableTimer(timer);
    say("cancelled with an APC in the queue, SleepEx(50, TRUE): %lX\n", SleepEx(50, TRUE));
    CloseHandle(timer);
}

void __stdcall start(void) {
    main_thread = OpenThread(THREAD_SET_CONTEXT, FALSE, GetCurrentThreadId());
    event = CreateEventA(NULL, FALSE, FALSE, NULL);
    own_apcs();
    order();
    from_another_thread();
    timer_apc();
    ExitProcess(0);
}
