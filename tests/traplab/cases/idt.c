/* SPDX-License-Identifier: MIT */
/* Gates of the IDT: every type by CPL, DPL and target. */
#include "lab.h"

CATEGORY(10, idt) {
    static const u8 types[] = {G_INT32, G_TRAP32, G_INT16, G_TRAP16};
    static const char *const names[] = {"int32", "trap32", "int16", "trap16"};
    for (u32 t = 0; t < 4; ++t) {
        for (u32 cpl = 0; cpl < 4; ++cpl) {
            for (u32 dpl = 0; dpl < 4; ++dpl) {
                if (begin("%s cpl%d dpl%d", names[t], cpl, dpl)) {
                    const u32 wide_gate = types[t] & 8;
                    idt_gate(0x40, types[t] | DPL(dpl), wide_gate ? CS(0) : HB(0),
                             wide_gate ? stub(0x40) : stub16(0x40));
                    wide(0x40, wide_gate ? 4 : 2);
                    ring(cpl);
                    emit("cd 40");
                    go();
                    end();
                }
            }
        }
    }
}
