/* SPDX-License-Identifier: MIT */
/* Call gates: privilege, parameters, bad gates and targets, and the way back. */
#include "lab.h"

enum { ARRIVED = 0xF0 };

static void call_gate(u32 selector) { emit("9a %d %w", 0x12345678, selector); }
static void jump_gate(u32 selector) { emit("ea %d %w", 0x12345678, selector); }

static void privilege(void) {
    for (u32 jump = 0; jump < 2; ++jump) {
        for (u32 cpl = 0; cpl < 4; ++cpl) {
            for (u32 dpl = 0; dpl < 4; ++dpl) {
                for (u32 rpl = 0; rpl < 4; ++rpl) {
                    if (begin("%s cpl%d dpl%d rpl%d", jump ? "jmp" : "call", cpl, dpl, rpl)) {
                        /* A jump does not change rings; a conforming target keeps it possible. */
                        gate(X(0), G_CALL32 | DPL(dpl), jump ? CC(0) : CS(0), stub(ARRIVED), 0);
                        ring(cpl);
                        if (jump) {
                            jump_gate(X(0) | rpl);
                        } else {
                            call_gate(X(0) | rpl);
                        }
                        go();
                        end();
                    }
                }
            }
        }
    }
    for (u32 jump = 0; jump < 2; ++jump) {
        for (u32 conforming = 0; conforming < 2; ++conforming) {
            for (u32 cpl = 0; cpl < 4; ++cpl) {
                for (u32 dpl = 0; dpl < 4; ++dpl) {
                    if (begin("%s target cpl%d dpl%d%s", jump ? "jmp" : "call", cpl, dpl,
                              conforming ? " conforming" : "")) {
                        gate(X(0), G_CALL32 | DPL(3), conforming ? CC(dpl) : CS(dpl), stub(ARRIVED),
                             2);
                        ring(cpl);
                        stack32(2, 0x11111111, 0x22222222);
                        if (jump) {
                            jump_gate(X(0));
                        } else {
                            call_gate(X(0));
                        }
                        go();
                        end();
                    }
                }
            }
        }
    }
}

static void parameters(void) {
    for (u32 bits = 16; bits <= 32; bits += 16) {
        for (u32 count = 0; count < 32; ++count) {
            if (begin("parameters%d %d", bits, count)) {
                gate(X(0), (bits == 32 ? G_CALL32 : G_CALL16) | DPL(3), bits == 32 ? CS(0) : HB(0),
                     bits == 32 ? stub(ARRIVED) : stub16(ARRIVED), count);
                ring(3);
                in.esp -= 32 * 4;
                for (u32 i = 0; i < 64; ++i) {
                    poke16(in.esp + 2 * i, 0x100 + i);
                }
                frame_words = 40;
                wide(ARRIVED, bits / 8);
                call_gate(X(0));
                go();
                end();
            }
        }
    }
}

static void bad_gates(void) {
    static const struct {
        const char *name;
        u32 type, target, offset;
    } bad[] = {
        {"not present", G_CALL32 & ~PRESENT, CS(0), 0},
        {"not present target null", G_CALL32 & ~PRESENT, 0, 0},
        {"target null", G_CALL32, 0, 0},
        {"target null rpl", G_CALL32, 3, 0},
        {"target beyond gdt", G_CALL32, GDT_LIMIT + 1, 0},
        {"target data", G_CALL32, DS(0), 0},
        {"target tss", G_CALL32, SEL_TSSA, 0},
        {"target gate", G_CALL32, X(0), 0},
        {"target no ldt", G_CALL32, L(0), 0},
        {"target not present", G_CALL32, X(1), 0},
        {"target limit", G_CALL32, X(2), 0x1000},
        {"target rpl3", G_CALL32, CS(0) | 3, 1},
        {"target accessed clear", G_CALL32, X(3), 1},
        {"16-bit", G_CALL16, HB(0), 2},
        {"16-bit high offset ignored", G_CALL16, X(5), 3},
        {"target 16-bit code", G_CALL32, X(4), 4},
    };
    for (u32 cpl = 0; cpl < 4; cpl += 3) {
        for (u32 i = 0; i < sizeof bad / sizeof bad[0]; ++i) {
            if (begin("%s cpl%d", bad[i].name, cpl)) {
                const u32 offset = bad[i].offset == 1   ? stub(ARRIVED)
                                   : bad[i].offset == 2 ? stub16(ARRIVED)
                                   : bad[i].offset == 3 ? 0x10000 | (D - C)
                                   : bad[i].offset == 4 ? 0x1000
                                                        : bad[i].offset;
                gate(X(0), bad[i].type | DPL(3), bad[i].target, offset, 0);
                descriptor(X(1), 0, 0xFFFFF, A_CODE & ~PRESENT, SIZE32 | GRANULAR);
                descriptor(X(2), C, 0xFFF, A_CODE, SIZE32);
                descriptor(X(5), C, 0xFFFFF, A_CODE, SIZE32);
                descriptor(X(3), 0, 0xFFFFF, A_CODE - 1, SIZE32 | GRANULAR);
                descriptor(X(4), C, 0xFFFF, A_CODE, SIZE16);
                if (bad[i].type == G_CALL16) {
                    wide(ARRIVED, 2);
                }
                ring(cpl);
                call_gate(X(0));
                at(D);
                emit("cd f2");
                at(C + 0x10000 + (D - C));
                emit("cd f3");
                at(C + 7);
                go();
                if (i == 12) {
                    say(" access=%b", access_of(X(3)));
                }
                end();
            }
        }
    }
    for (u32 table = 0; table < 2; ++table) {
        if (begin("gate in ldt limit %d", table)) {
            load_ldt();
            gate(L(15), G_CALL32 | DPL(3), CS(0), stub(ARRIVED), 0);
            if (table == 1) {
                descriptor(SEL_LDT, LDT, LDT_LIMIT - 1, A_LDT, 0);
                load_ldt();
            }
            ring(3);
            call_gate(L(15) | 3);
            go();
            end();
        }
    }
}

/* Through a gate to `target` in ring n, whose code at D returns. */
static void way_back(void) {
    for (u32 inner = 0; inner < 3; ++inner) {
        for (u32 outer = inner; outer < 4; ++outer) {
            for (u32 count = 0; count < 4; count += 3) {
                if (begin("return ring%d to ring%d parameters %d", inner, outer, count)) {
                    gate(X(0), G_CALL32 | DPL(3), CS(inner), D, count);
                    ring(outer);
                    stack32(4, 1, 2, 3, 4);
                    call_gate(X(0));
                    at(D);
                    emit("ca %w", 4 * count); /* retf 4 * count */
                    at(C + 7);
                    frame_words = 12;
                    go();
                    end();
                }
            }
        }
    }
    for (u32 count = 0; count < 4; ++count) {
        if (begin("return 16-bit parameters %d", count)) {
            gate(X(0), G_CALL16 | DPL(3), X(1), 0x1000, count);
            descriptor(X(1), C, 0xFFFF, A_CODE, SIZE32);
            ring(3);
            /* The return address has 16 bits, so the caller's code is at a low offset. */
            descriptor(X(2), C, 0xFFFF, A_CODE | DPL(3), SIZE32);
            in.cs = X(2) | 3;
            in.eip = 0;
            descriptor(X(3), C, 0xFFFF, A_DATA | DPL(3), SIZE16);
            in.ss = X(3) | 3;
            stack32(2, 0x22221111, 0x44443333);
            in.esp -= C;
            call_gate(X(0));
            at(D);
            emit("66 ca %w", 2 * count);
            at(C + 7);
            go();
            end();
        }
    }
}

CATEGORY(12, callgate) {
    privilege();
    parameters();
    bad_gates();
    way_back();
}
