// SPDX-License-Identifier: MIT
// The stub of many textbooks, "lea edx,[esp+4]; sysenter; ret 36", and what comes of it on NT: the
// arguments are taken two places too far, and the way back leads to the first argument's value.
// docs/textbook-sysenter.md goes through it frame by frame.
#include "say.h"
#include "seh.h"

LONG NTAPI textbook_write_file(HANDLE file, HANDLE event, void* routine, void* context,
                               void* status, const void* buffer, ULONG size, void* offset,
                               void* key);
__asm__(
    "        .globl  _textbook_write_file@36\n"
    "_textbook_write_file@36:\n"
    "        movl    $0x112, %eax\n"
    "        leal    4(%esp), %edx\n"
    "        sysenter\n"
    "        ret     $36\n");

static HANDLE output;

static EXCEPTION_DISPOSITION __cdecl explain(EXCEPTION_RECORD* record, struct frame* frame,
                                             CONTEXT* context, void* dispatcher) {
    (void)frame;
    (void)dispatcher;
    say("came back to %08lX, %s, with EAX = %08lX: exception %08lX\n", context->Eip,
        context->Eip == (DWORD)output ? "the value of the first argument" : "somewhere else",
        context->Eax, record->ExceptionCode);
    ExitProcess(1);
    return ExceptionContinueSearch;
}

void __stdcall start(void) {
    static const char text[] = "This line is never written.\n";
    ULONG_PTR io_status[2];
    struct frame frame;
    output = GetStdHandle(STD_OUTPUT_HANDLE);
    push_frame(&frame, explain);
    textbook_write_file(output, NULL, NULL, NULL, io_status, text, sizeof text - 1, NULL, NULL);
    say("the stub came back: this is not NT\n");
    ExitProcess(0);
}
