// SPDX-License-Identifier: MIT
// The coprocessor: two threads keep values in its registers while they take turns, and exceptions
// of x87 and SSE come to handlers that repair the CONTEXT.
#include "seh.h"

#include "say.h"

#define ROUNDS 40

static volatile LONG ready;

// Three values stay on the register stack, and a rounding mode of its own in the control word,
// while the other thread computes.
static DWORD WINAPI keep(void* parameter) {
    const int me = (int)(ULONG_PTR)parameter;
    const unsigned short control = (unsigned short)(0x007F | (me << 10));
    unsigned short read_back = 0;
    int values[3] = {me * 100 + 1, me * 100 + 2, me * 100 + 3};
    int found[3];
    DWORD lost = 0;
    InterlockedIncrement(&ready);
    while (ready < 2) {
        Sleep(0);
    }
    for (int i = 0; i < ROUNDS; ++i) {
        __asm__ volatile("fninit; fldcw %0; fildl %1; fildl %2; fildl %3"
                         :
                         : "m"(control), "m"(values[0]), "m"(values[1]), "m"(values[2]));
        Sleep(0);
        __asm__ volatile("fnstcw %0; fistpl %1; fistpl %2; fistpl %3"
                         : "=m"(read_back), "=m"(found[2]), "=m"(found[1]), "=m"(found[0]));
        lost += read_back != (control | 0x40) || found[0] != values[0] || found[1] != values[1] ||
                found[2] != values[2];
    }
    return lost;
}

static void share(void) {
    HANDLE threads[2];
    for (int i = 0; i < 2; ++i) {
        threads[i] = CreateThread(NULL, 0, keep, (void*)(ULONG_PTR)(i + 1), 0, NULL);
    }
    for (int i = 0; i < 2; ++i) {
        DWORD lost = 1;
        WaitForSingleObject(threads[i], INFINITE);
        GetExitCodeThread(threads[i], &lost);
        say("thread %d lost its registers %lu times in %d\n", i + 1, lost, ROUNDS);
    }
}

static EXCEPTION_DISPOSITION __cdecl repair(EXCEPTION_RECORD* record, struct frame* frame,
                                            CONTEXT* context, void* dispatcher) {
    (void)frame;
    (void)dispatcher;
    say("  %08lX, control %04lX, status %04lX\n", record->ExceptionCode,
        context->FloatSave.ControlWord & 0xFFFF, context->FloatSave.StatusWord & 0xFFFF);
    switch (record->ExceptionCode) {
        case EXCEPTION_FLT_DIVIDE_BY_ZERO:
            context->FloatSave.StatusWord &= ~0x80FFUL;
            context->FloatSave.ControlWord |= 0x3F;
            return ExceptionContinueExecution;
        case 0xC00002B4: {  // STATUS_FLOAT_MULTIPLE_FAULTS
            DWORD* mxcsr = (DWORD*)&context->ExtendedRegisters[0x18];
            say("  MXCSR %04lX\n", *mxcsr);
            *mxcsr = 0x1F80;
            return ExceptionContinueExecution;
        }
        default: return ExceptionContinueSearch;
    }
}

static void raise(void) {
    static const unsigned short unmasked = 0x027B;
    static const int seven = 7;
    static const int zero = 0;
    struct frame frame;
    unsigned short status;
    int quotient = 0;
    push_frame(&frame, repair);
    say("7 / 0 with the exception unmasked\n");
    // It comes with the instruction behind, FISTP, which then finds 7 as before.
    __asm__ volatile("fninit; fldcw %1; fildl %2; fidivl %3; fistpl %0"
                     : "=m"(quotient)
                     : "m"(unmasked), "m"(seven), "m"(zero));
    __asm__ volatile("fnstsw %0" : "=a"(status));
    say("  went on with %d, status %04X\n", quotient, status);
    pop_frame(&frame);
}

static void raise_simd(void) {
    struct frame frame;
    DWORD control = 0x1F80 & ~0x200;  // divide by zero
    DWORD bits = 0;
    const float one = 1.0F;
    push_frame(&frame, repair);
    say("1 / 0 in an XMM register\n");
    __asm__ volatile(
        "ldmxcsr %1; movss %2, %%xmm0; xorps %%xmm1, %%xmm1; divss %%xmm1, %%xmm0; movss %%xmm0, %0"
        : "=m"(bits)
        : "m"(control), "m"(one));
    say("  went on with %08lX\n", bits);
    pop_frame(&frame);
}

void __stdcall start(void) {
    share();
    raise();
    if (IsProcessorFeaturePresent(PF_XMMI_INSTRUCTIONS_AVAILABLE)) {
        raise_simd();
    }
    ExitProcess(0);
}
