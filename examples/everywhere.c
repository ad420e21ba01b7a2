// SPDX-License-Identifier: MIT
// The same on every system and by both entries: a file, an event, a wait that times out, and an
// exception. Numbers of services, stubs, frames and kernel structures all differ underneath.
#include "seh.h"

#include "say.h"

LONG __stdcall NtCreateEvent(HANDLE* event, DWORD access, void* attributes, int type, int state);
LONG __stdcall NtSetEvent(HANDLE event, LONG* before);

enum { EVENT_ALL = 0x1F0003, AUTO_RESET = 1 };

static void file(void) {
    char text[512];
    DWORD size = 0;
    HANDLE handle = CreateFileA("readfile.txt", GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING,
                                FILE_ATTRIBUTE_NORMAL, NULL);
    BOOL read = ReadFile(handle, text, sizeof text, &size, NULL);
    say("read: %s\n", read ? "yes" : "no");
    WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), text, size, &size, NULL);
    say("at the end: %s\n", ReadFile(handle, text, 1, &size, NULL) && size == 0 ? "yes" : "no");
    say("closed: %s\n", CloseHandle(handle) ? "yes" : "no");
    handle = CreateFileA("C:\\app\\new.txt", GENERIC_WRITE, 0, NULL, CREATE_NEW,
                         FILE_ATTRIBUTE_NORMAL, NULL);
    say("a file in the program's folder: %s\n",
        handle == INVALID_HANDLE_VALUE ? "not allowed" : "made");
}

static void event(void) {
    HANDLE handle;
    LONG before = -1;
    LONG status = NtCreateEvent(&handle, EVENT_ALL, NULL, AUTO_RESET, 0);
    say("event: %08lX\n", status);
    DWORD start = GetTickCount();
    DWORD result = WaitForSingleObject(handle, 50);
    DWORD waited = GetTickCount() - start;
    say("wait: %s after %s\n", result == WAIT_TIMEOUT ? "timed out" : "?",
        waited >= 40 && waited <= 80 ? "about 50 ms" : "?");
    status = NtSetEvent(handle, &before);
    say("set: %08lX, before %ld\n", status, before);
    result = WaitForSingleObject(handle, 0);
    say("wait: %lu, then %s\n", result,
        WaitForSingleObject(handle, 0) == WAIT_TIMEOUT ? "timed out" : "?");
    CloseHandle(handle);
    say("a closed handle: %s\n", WaitForSingleObject(handle, 0) == WAIT_FAILED ? "refused" : "?");
}

static EXCEPTION_DISPOSITION __cdecl handler_of(EXCEPTION_RECORD* record, struct frame* frame,
                                                CONTEXT* context, void* dispatcher) {
    (void)frame;
    (void)dispatcher;
    say("exception %08lX with %lu parameters\n", record->ExceptionCode, record->NumberParameters);
    if (record->ExceptionCode != EXCEPTION_INT_DIVIDE_BY_ZERO) {
        return ExceptionContinueSearch;
    }
    context->Ecx = 6;
    return ExceptionContinueExecution;
}

static void exception(void) {
    struct frame frame;
    int quotient = 252;
    push_frame(&frame, handler_of);
    __asm__ volatile("cltd; idivl %%ecx" : "+a"(quotient) : "c"(0) : "edx", "cc");
    pop_frame(&frame);
    say("repaired: %d\n", quotient);
}

void __stdcall start(void) {
    file();
    event();
    exception();
    ExitProcess(7);
}
