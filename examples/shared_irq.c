// SPDX-License-Identifier: MIT
// Two devices share IRQ 5. Run with --patch-object shared_irq_driver.o --patch shared_irq.patch and
// --irq 5@CLOCK twice, --irq 6@CLOCK once: the driver's handlers share the first vector by
// interrupt objects, and nobody has connected the other. The program waits for all three.
#include "say.h"

struct counts {
    ULONG asked, claimed, irql;
};
struct interrupts {
    struct counts first, second;
    ULONG unclaimed;
};

NTSTATUS __stdcall query_interrupts(struct interrupts* to);
__asm__(
    ".globl _query_interrupts@4\n"
    "_query_interrupts@4:\n"
    "  movl $0xC6, %eax\n"
    "  movl $0x7FFE0300, %edx\n"
    "  call *(%edx)\n"
    "  ret $4\n");

static void say_counts(const char* which, const struct counts* counts) {
    say("%s handler: asked %lu, claimed %lu, at IRQL %lu\n", which, counts->asked, counts->claimed,
        counts->irql);
}

void __stdcall start(void) {
    struct interrupts seen;
    do {
        for (volatile int pause = 5000; pause > 0; --pause) {
        }
        query_interrupts(&seen);
    } while (seen.first.claimed + seen.second.claimed + seen.unclaimed < 3);
    say_counts("first", &seen.first);
    say_counts("second", &seen.second);
    say("unclaimed: %lu\n", seen.unclaimed);
    ExitProcess(0);
}
