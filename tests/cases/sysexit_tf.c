// SPDX-License-Identifier: MIT
// Single-steps over SYSENTER. The step is taken behind the return to ring 3, not in the kernel.
#include "say.h"
#include "seh.h"

LONG NTAPI yield_stepped(void);
extern const char stepped_to[] __asm__("stepped_to");
__asm__(
    "        .globl  _yield_stepped@0\n"
    "_yield_stepped@0:\n"
    "        call    1f\n"
    "stepped_to:\n"
    "        ret\n"
    "1:      movl    $0x116, %eax\n"
    "        movl    %esp, %edx\n"
    "        pushfl\n"
    "        orl     $0x100, (%esp)\n"
    "        popfl\n"
    "        sysenter\n");

static unsigned steps;
static BOOL expected_place = TRUE;

static EXCEPTION_DISPOSITION __cdecl count(EXCEPTION_RECORD* record, struct frame* frame,
                                           CONTEXT* context, void* dispatcher) {
    (void)frame;
    (void)dispatcher;
    if (record->ExceptionCode != EXCEPTION_SINGLE_STEP) {
        say("exception %08lX at %08lX\n", record->ExceptionCode, context->Eip);
        ExitProcess(1);
    }
    ++steps;
    expected_place = expected_place && context->Eip == (DWORD)stepped_to;
    return ExceptionContinueExecution;
}

void __stdcall start(void) {
    struct frame frame;
    push_frame(&frame, count);
    const LONG status = yield_stepped();
    pop_frame(&frame);
    say("status %08lX, single steps: %u, %s\n", status, steps,
        expected_place ? "behind the return" : "elsewhere");
    ExitProcess(0);
}
