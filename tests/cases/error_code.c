// SPDX-License-Identifier: MIT
// Divides by zero. Of this exception the processor pushes no error code.
#include "say.h"
#include "seh.h"

enum { div_ecx_length = 2 };

static EXCEPTION_DISPOSITION __cdecl skip(EXCEPTION_RECORD* record, struct frame* frame,
                                          CONTEXT* context, void* dispatcher) {
    (void)frame;
    (void)dispatcher;
    say("exception %08lX, ECX = %08lX\n", record->ExceptionCode, context->Ecx);
    context->Eip += div_ecx_length;
    return ExceptionContinueExecution;
}

void divide(void);
__asm__(
    "        .globl  _divide\n"
    "_divide:\n"
    "        xorl    %ecx, %ecx\n"
    "        divl    %ecx\n"
    "        ret\n");

void __stdcall start(void) {
    struct frame frame;
    push_frame(&frame, skip);
    divide();
    pop_frame(&frame);
    ExitProcess(0);
}
