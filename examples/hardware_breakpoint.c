// SPDX-License-Identifier: MIT
// Hardware breakpoints: the thread sets its own debug registers through its CONTEXT, and the
// processor's #DB comes back as an exception that tells in Dr6 which of them was met.
#include "seh.h"

#include "say.h"

#define DR7_WRITE_DWORD_0 0x000D0001  // L0, writes, four bytes
#define DR7_EXECUTE_1 0x00000004      // L1, instructions
#define EFLAGS_RESUME 0x00010000

static volatile LONG watched;

static __attribute__((noinline)) void callee(void) {
    __asm__ volatile("nop");
}

static EXCEPTION_DISPOSITION __cdecl on_debug(EXCEPTION_RECORD* record, struct frame* frame,
                                              CONTEXT* context, void* dispatcher) {
    (void)frame;
    (void)dispatcher;
    if (record->ExceptionCode != EXCEPTION_SINGLE_STEP) {
        return ExceptionContinueSearch;
    }
    const DWORD met = context->Dr6 & 0xF;
    say("  %08lX, Dr6 %lX, %s\n", record->ExceptionCode, met,
        met == 1   ? "behind the write"
        : met == 2 ? "in front of the callee"
                   : "?");
    context->Dr6 = 0;
    context->EFlags |= EFLAGS_RESUME;  // an instruction breakpoint would come again
    return ExceptionContinueExecution;
}

static void set_breakpoints(void* write, void* execute, DWORD dr7) {
    CONTEXT context;
    context.ContextFlags = CONTEXT_DEBUG_REGISTERS;
    GetThreadContext(GetCurrentThread(), &context);
    context.Dr0 = (DWORD)write;
    context.Dr1 = (DWORD)execute;
    context.Dr6 = 0;
    context.Dr7 = dr7;
    say("%s\n", SetThreadContext(GetCurrentThread(), &context) ? "set" : "refused");
}

void __stdcall start(void) {
    struct frame frame;
    push_frame(&frame, on_debug);
    set_breakpoints((void*)&watched, (void*)callee, DR7_WRITE_DWORD_0 | DR7_EXECUTE_1);
    say("reading %ld\n", watched);
    watched = 7;
    say("written %ld\n", watched);
    callee();
    set_breakpoints(NULL, NULL, 0);
    watched = 8;
    callee();
    say("no breakpoint any more: %ld\n", watched);
    pop_frame(&frame);
    ExitProcess(0);
}
