// SPDX-License-Identifier: MIT
// A guard page of one's own raises once and is an ordinary page from then on; the guard page below
// the stack never shows: the kernel moves it down.
#include "say.h"
#include "seh.h"

static volatile LONG guards;

static EXCEPTION_DISPOSITION __cdecl count_guard(EXCEPTION_RECORD* record, struct frame* frame,
                                                 CONTEXT* context, void* dispatcher) {
    (void)frame;
    (void)context;
    (void)dispatcher;
    if (record->ExceptionCode != STATUS_GUARD_PAGE_VIOLATION) {
        return ExceptionContinueSearch;
    }
    ++guards;
    say("guard page: %s of %08lX\n", record->ExceptionInformation[0] ? "write" : "read",
        record->ExceptionInformation[1]);
    return ExceptionContinueExecution;
}

static DWORD protection(const void* address) {
    MEMORY_BASIC_INFORMATION information;
    return VirtualQuery(address, &information, sizeof information) == 0 ? 0 : information.Protect;
}

static DWORD stack_limit(void) {
    DWORD limit;
    __asm__ volatile("movl %%fs:8, %0" : "=r"(limit));
    return limit;
}

static __attribute__((noinline)) DWORD deeper(DWORD levels) {
    volatile char page[2048];
    page[0] = (char)levels;
    return levels == 0 ? stack_limit() : deeper(levels - 1) + (DWORD)(page[0] - page[0]);
}

void __stdcall start(void) {
    struct frame frame;
    push_frame(&frame, count_guard);
    volatile char* page =
        VirtualAlloc(NULL, 4096, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE | PAGE_GUARD);
    say("protection before: %03lX\n", protection((const void*)page));
    page[16] = 1;
    page[17] = 2;
    say("protection after: %03lX, guards hit: %ld, bytes %d %d\n", protection((const void*)page),
        guards, page[16], page[17]);
    const DWORD before = stack_limit();
    const DWORD after = deeper(32);
    say("stack grew by %s 64 KiB, guards hit: %ld\n",
        before - after >= 0x10000 ? "at least" : "less than", guards);
    pop_frame(&frame);
    ExitProcess(0);
}
