// SPDX-License-Identifier: MIT
// What threads wait for: events of both kinds and their pulses, several at once, a semaphore, a
// mutex that its owner leaves behind, a periodic timer, and a hand-over by SignalObjectAndWait.
#include "say.h"

#define WAITERS 3

static HANDLE event, gate, mutex, semaphore;
static LONG through;

static DWORD WINAPI wait_for_event(void* unused) {
    (void)unused;
    through += WaitForSingleObject(event, 50) == WAIT_OBJECT_0;
    return 0;
}

static void start_waiters(HANDLE* threads, LPTHREAD_START_ROUTINE routine) {
    for (int i = 0; i < WAITERS; ++i) {
        threads[i] = CreateThread(NULL, 0, routine, NULL, 0, NULL);
    }
    Sleep(10);  // They wait now.
}

static void join(HANDLE* threads, int count) {
    WaitForMultipleObjects((DWORD)count, threads, TRUE, INFINITE);
    for (int i = 0; i < count; ++i) {
        CloseHandle(threads[i]);
    }
}

/// How many of three waiters a SetEvent or PulseEvent lets through, and what state it leaves.
static void count_waiters(BOOL manual_reset, BOOL(WINAPI* change)(HANDLE), const char* what) {
    HANDLE threads[WAITERS];
    through = 0;
    event = CreateEventA(NULL, manual_reset, FALSE, NULL);
    start_waiters(threads, wait_for_event);
    change(event);
    join(threads, WAITERS);
    say("%s: %ld of %d, then %s\n", what, through, WAITERS,
        WaitForSingleObject(event, 0) == WAIT_OBJECT_0 ? "signalled" : "not signalled");
    CloseHandle(event);
}

static void several(void) {
    HANDLE both[2] = {CreateEventA(NULL, FALSE, FALSE, NULL),
                      CreateEventA(NULL, FALSE, TRUE, NULL)};
    DWORD result = WaitForMultipleObjects(2, both, FALSE, 20);
    say("any: %lu\n", result);
    SetEvent(both[1]);
    result = WaitForMultipleObjects(2, both, TRUE, 20);
    say("all: %lu, and the second is still there: %lu\n", result, WaitForSingleObject(both[1], 0));
    both[1] = both[0];
    result = WaitForMultipleObjects(2, both, TRUE, 0);
    say("all of one twice: %lX, error %lu\n", result, GetLastError());
}

static void names(void) {
    HANDLE handle = CreateEventA(NULL, TRUE, TRUE, "ready");
    say("first 'ready': error %lu\n", GetLastError());
    CreateEventA(NULL, TRUE, FALSE, "ready");
    say("second: error %lu\n", GetLastError());
    handle = CreateMutexA(NULL, FALSE, "ready");
    say("as a mutex: %p, error %lu\n", handle, GetLastError());
    handle = OpenEventA(SYNCHRONIZE, FALSE, "Local\\ready");
    say("opened as 'Local\\ready': %lu\n", WaitForSingleObject(handle, 0));
    handle = OpenEventA(SYNCHRONIZE, FALSE, "Ready");
    say("as 'Ready': %p, error %lu\n", handle, GetLastError());
}

static DWORD WINAPI use_semaphore(void* most) {
    static LONG inside;
    WaitForSingleObject(semaphore, INFINITE);
    if (++inside > *(LONG*)most) {
        *(LONG*)most = inside;
    }
    Sleep(10);
    --inside;
    ReleaseSemaphore(semaphore, 1, NULL);
    return 0;
}

static void semaphores(void) {
    HANDLE threads[WAITERS];
    LONG most = 0;
    semaphore = CreateSemaphoreA(NULL, 2, 2, NULL);
    for (int i = 0; i < WAITERS; ++i) {
        threads[i] = CreateThread(NULL, 0, use_semaphore, &most, 0, NULL);
    }
    join(threads, WAITERS);
    say("semaphore of 2: at most %ld of %d inside\n", most, WAITERS);
    const BOOL released = ReleaseSemaphore(semaphore, 1, NULL);
    say("one too many: %d, error %lu\n", released, GetLastError());
}

static DWORD WINAPI leave_mutex(void* unused) {
    (void)unused;
    return WaitForSingleObject(mutex, INFINITE);
}

static void mutexes(void) {
    mutex = CreateMutexA(NULL, TRUE, NULL);
    WaitForSingleObject(mutex, INFINITE);
    ReleaseMutex(mutex);
    ReleaseMutex(mutex);
    const BOOL released = ReleaseMutex(mutex);
    say("released once more than taken: %d, error %lu\n", released, GetLastError());
    HANDLE thread = CreateThread(NULL, 0, leave_mutex, NULL, 0, NULL);
    WaitForSingleObject(thread, INFINITE);
    const DWORD first = WaitForSingleObject(mutex, 0);
    say("its owner ended: %lX, then %lX\n", first, WaitForSingleObject(mutex, 0));
}

static void timers(void) {
    HANDLE timer = CreateWaitableTimerA(NULL, FALSE, NULL);
    LARGE_INTEGER due = {.QuadPart = -300000};
    const DWORD start = GetTickCount();
    SetWaitableTimer(timer, &due, 40, NULL, NULL, FALSE);
    for (DWORD wanted = 30; wanted <= 110; wanted += 40) {
        WaitForSingleObject(timer, INFINITE);
        const DWORD late = GetTickCount() - start - wanted;
        // A timer is looked at on clock ticks only, and its period counts from there.
        say("timer due after %lu ms: %s\n", wanted, late < 20 ? "within two ticks" : "not then");
    }
    CancelWaitableTimer(timer);
    say("cancelled: %lu\n", WaitForSingleObject(timer, 100));
}

static DWORD WINAPI answer(void* unused) {
    (void)unused;
    for (int i = 0; i < 3; ++i) {
        WaitForSingleObject(event, INFINITE);
        say("  %d: answered\n", i);
        SetEvent(gate);
    }
    return 0;
}

static void hand_over(void) {
    event = CreateEventA(NULL, FALSE, FALSE, NULL);
    gate = CreateEventA(NULL, FALSE, FALSE, NULL);
    HANDLE thread = CreateThread(NULL, 0, answer, NULL, 0, NULL);
    for (int i = 0; i < 3; ++i) {
        say("  %d: asked\n", i);
        SignalObjectAndWait(event, gate, INFINITE, FALSE);
    }
    join(&thread, 1);
}

void __stdcall start(void) {
    count_waiters(TRUE, SetEvent, "notification, set");
    count_waiters(FALSE, SetEvent, "synchronization, set");
    count_waiters(TRUE, PulseEvent, "notification, pulsed");
    count_waiters(FALSE, PulseEvent, "synchronization, pulsed");
    several();
    names();
    semaphores();
    mutexes();
    timers();
    hand_over();
    ExitProcess(0);
}
