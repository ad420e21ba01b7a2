// SPDX-License-Identifier: MIT
// Exceptions: a division and a read repaired in place, and one that an outer frame takes by
// unwinding an inner one, whose handler fails on the way.
#include "seh.h"

#include "say.h"

static const int spare = 42;

static EXCEPTION_DISPOSITION __cdecl repair(EXCEPTION_RECORD* record, struct frame* frame,
                                            CONTEXT* context, void* dispatcher) {
    (void)frame;
    (void)dispatcher;
    say("  handler: %08lX at %s EIP, flags %lX\n", record->ExceptionCode,
        (DWORD)record->ExceptionAddress == context->Eip ? "the frame's" : "another",
        record->ExceptionFlags);
    switch (record->ExceptionCode) {
        case EXCEPTION_INT_DIVIDE_BY_ZERO: context->Ecx = 6; return ExceptionContinueExecution;
        case EXCEPTION_ACCESS_VIOLATION:
            say("  %s of %08lX\n", record->ExceptionInformation[0] ? "write" : "read",
                record->ExceptionInformation[1]);
            context->Ecx = (DWORD)&spare;
            return ExceptionContinueExecution;
        default: return ExceptionContinueSearch;
    }
}

static void repaired(void) {
    struct frame frame;
    int quotient = 252;
    int value;
    push_frame(&frame, repair);
    say("divide by zero\n");
    __asm__ volatile("cltd; idivl %%ecx" : "+a"(quotient) : "c"(0) : "edx", "cc");
    say("  quotient %d\n", quotient);
    say("read through a null pointer\n");
    __asm__ volatile("movl (%%ecx), %0" : "=r"(value) : "c"(0));
    say("  value %d\n", value);
    pop_frame(&frame);
}

// Faults itself on the search, and tells when it is unwound.
static EXCEPTION_DISPOSITION __cdecl inner(EXCEPTION_RECORD* record, struct frame* frame,
                                           CONTEXT* context, void* dispatcher) {
    (void)frame;
    (void)context;
    (void)dispatcher;
    if (record->ExceptionFlags & EXCEPTION_UNWINDING) {
        say("  inner frame unwound\n");
        return ExceptionContinueSearch;
    }
    say("  inner handler sees %08lX%s\n", record->ExceptionCode,
        record->ExceptionCode == 0xE0000001 ? " and raises another" : "");
    if (record->ExceptionCode == 0xE0000001) {
        RaiseException(0xE0000002, 0, 0, NULL);
    }
    return ExceptionContinueSearch;
}

static EXCEPTION_DISPOSITION __cdecl outer(EXCEPTION_RECORD* record, struct frame* frame,
                                           CONTEXT* context, void* dispatcher) {
    (void)context;
    (void)dispatcher;
    if (record->ExceptionFlags & EXCEPTION_UNWINDING) {
        return ExceptionContinueSearch;
    }
    say("  outer handler takes %08lX\n", record->ExceptionCode);
    RtlUnwind(frame, NULL, record, NULL);
    __builtin_longjmp(frame->resume, 1);
}

static __attribute__((noinline)) void raise_inside(void) {
    struct frame frame;
    push_frame(&frame, inner);
    RaiseException(0xE0000001, 0, 0, NULL);
    pop_frame(&frame);
}

static __attribute__((noinline)) void nested(void) {
    struct frame frame;
    say("nested\n");
    if (__builtin_setjmp(frame.resume) == 0) {
        push_frame(&frame, outer);
        raise_inside();
    } else {
        say("  back in the outer frame, chain %s\n", chain() == &frame ? "restored" : "broken");
    }
    pop_frame(chain());
}

void __stdcall start(void) {
    repaired();
    nested();
    ExitProcess(0);
}
