// SPDX-License-Identifier: MIT
// A service inside a service inside a service. Run with --patch-object zw_nested_driver.o --patch
// zw_nested.patch: the driver's service calls itself through its Zw stub.
#include "say.h"

enum { levels = 4 };

struct level {
    ULONG previous_mode, frame, older_frame, seg_cs;
    NTSTATUS nt_status, zw_status;
};

NTSTATUS __stdcall nested(struct level* level, ULONG deeper);
__asm__(
    ".globl _nested@8\n"
    "_nested@8:\n"
    "  movl $0x8D, %eax\n"
    "  movl $0x7FFE0300, %edx\n"
    "  call *(%edx)\n"
    "  ret $8\n");

void __stdcall start(void) {
    struct level seen[levels] = {0};
    const NTSTATUS status = nested(seen, levels - 1);
    for (int i = 0; i < levels; ++i) {
        const struct level* const level = &seen[i];
        say("level %d: PreviousMode %lu, SegCs %02lX, older frame %s; kernel pointer by Nt %08lX, "
            "by Zw %08lX\n",
            i, level->previous_mode, level->seg_cs,
            i > 0 && level->older_frame == seen[i - 1].frame ? "of the level above"
                                                             : "none of ours",
            level->nt_status, level->zw_status);
    }
    say("status %08lX\n", status);
    ExitProcess(0);
}
