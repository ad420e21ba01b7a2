/* SPDX-License-Identifier: MIT */
/* Gates of the IDT: every type by CPL and DPL, every target, bad gates, flags. */
#include "lab.h"

static void interrupt40(u32 n) {
    ring(n);
    emit("cd 40"); /* int 40h */
    go();
}

static void good_gates(void) {
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
                    interrupt40(cpl);
                    end();
                }
            }
        }
    }
}

static void other_types(void) {
    for (u32 type = 0; type < 32; ++type) {
        if ((type >= 5 && type <= 7) || type == 14 || type == 15) {
            continue;
        }
        if (begin("no gate type%b", type)) {
            idt_gate(0x40, PRESENT | DPL(3) | type, CS(0), stub(0x40));
            interrupt40(3);
            end();
        }
    }
    static const u8 gates[] = {G_TASK, G_INT16, G_TRAP16, G_INT32, G_TRAP32};
    for (u32 i = 0; i < 5; ++i) {
        for (u32 dpl = 0; dpl < 4; dpl += 3) {
            if (begin("not present type%b dpl%d", gates[i] & 31, dpl)) {
                idt_gate(0x40, (gates[i] & ~PRESENT) | DPL(dpl), CS(0), stub(0x40));
                interrupt40(3);
                end();
            }
        }
    }
}

static void targets(void) {
    for (u32 conforming = 0; conforming < 2; ++conforming) {
        for (u32 cpl = 0; cpl < 4; ++cpl) {
            for (u32 dpl = 0; dpl < 4; ++dpl) {
                if (begin("target cpl%d dpl%d%s", cpl, dpl, conforming ? " conforming" : "")) {
                    idt_gate(0x40, G_INT32 | DPL(3), conforming ? CC(dpl) : CS(dpl), stub(0x40));
                    interrupt40(cpl);
                    end();
                }
            }
        }
    }
    for (u32 rpl = 0; rpl < 4; ++rpl) {
        for (u32 cpl = 0; cpl < 4; cpl += 3) {
            if (begin("target rpl%d cpl%d", rpl, cpl)) {
                idt_gate(0x40, G_INT32 | DPL(3), CS(0) | rpl, stub(0x40));
                interrupt40(cpl);
                end();
            }
        }
    }
    /* Every access byte as the target. */
    for (u32 type = 0; type < 32; ++type) {
        if (begin("target type%b", type)) {
            descriptor(X(0), 0, 0xFFFFF, PRESENT | type, SIZE32 | GRANULAR);
            idt_gate(0x40, G_INT32 | DPL(3), X(0), stub(0x40));
            interrupt40(3);
            say(" access=%b", access_of(X(0)));
            end();
        }
    }
    static const struct {
        const char *name;
        u32 selector;
    } bad[] = {{"null", 0},         {"null rpl3", 3},       {"beyond gdt", GDT_LIMIT + 1},
               {"no ldt", L(0)},    {"empty", X(5)},        {"far beyond", 0xFFF8},
               {"ldt empty", L(1)}, {"ldt beyond", LDT_LIMIT + 5}};
    for (u32 i = 0; i < sizeof bad / sizeof bad[0]; ++i) {
        for (u32 cpl = 0; cpl < 4; cpl += 3) {
            if (begin("target %s cpl%d", bad[i].name, cpl)) {
                if (i > 5) {
                    load_ldt();
                }
                idt_gate(0x40, G_INT32 | DPL(3), bad[i].selector, stub(0x40));
                interrupt40(cpl);
                end();
            }
        }
    }
    for (u32 cpl = 0; cpl < 4; ++cpl) {
        if (begin("target not present cpl%d", cpl)) {
            descriptor(X(0), 0, 0xFFFFF, A_CODE & ~PRESENT, SIZE32 | GRANULAR);
            idt_gate(0x40, G_INT32 | DPL(3), X(0), stub(0x40));
            interrupt40(cpl);
            end();
        }
        if (begin("target in ldt cpl%d", cpl)) {
            load_ldt();
            descriptor(L(2), 0, 0xFFFFF, A_CODE - 1, SIZE32 | GRANULAR);
            idt_gate(0x40, G_INT32 | DPL(3), L(2), stub(0x40));
            interrupt40(cpl);
            say(" access=%b", access_of(L(2)));
            end();
        }
        if (begin("target beyond limit cpl%d", cpl)) {
            descriptor(X(0), C, 0xFFF, A_CODE, SIZE32);
            idt_gate(0x40, G_INT32 | DPL(3), X(0), D - C);
            at(D);
            emit("cd f2");
            at(C);
            interrupt40(cpl);
            end();
        }
    }
}

/* The gate itself is bad while an exception is delivered: the EXT bit. */
static void during_delivery(void) {
    static const struct {
        const char *name;
        u32 vector;
        const char *code;
    } events[] = {{"int3", 3, "cc"},
                  {"int 3", 3, "cd 03"},
                  {"into", 4, "ce"},
                  {"bound", 5, "62 05 00 40 21 00"}, /* bound eax, [P0] */
                  {"ud2", 6, "0f 0b"},
                  {"icebp", 1, "f1"},
                  {"fwait", 7, "9b"}};
    static const char *const kinds[] = {"dpl0", "not present", "type", "null", "cs not present"};
    for (u32 e = 0; e < sizeof events / sizeof events[0]; ++e) {
        for (u32 kind = 0; kind < 5; ++kind) {
            if (begin("%s %s", events[e].name, kinds[kind])) {
                const u32 v = events[e].vector;
                descriptor(X(0), 0, 0xFFFFF, A_CODE & ~PRESENT, SIZE32 | GRANULAR);
                switch (kind) {
                case 0: idt_gate(v, G_INT32, CS(0), stub(v)); break;
                case 1: idt_gate(v, (G_INT32 & ~PRESENT) | DPL(3), CS(0), stub(v)); break;
                case 2: idt_gate(v, G_CALL32 | DPL(3), CS(0), stub(v)); break;
                case 3: idt_gate(v, G_INT32 | DPL(3), 0, stub(v)); break;
                default: idt_gate(v, G_INT32 | DPL(3), X(0), stub(v)); break;
                }
                ring(3);
                in.eflags |= 0x800;
                emit("%b", 0x90);
                if (v == 7) {
                    paging(0x0A, 0); /* MP and TS; paging comes with it */
                }
                for (const char *c = events[e].code; *c != 0; c += c[2] == 0 ? 2 : 3) {
                    const char byte[3] = {c[0], c[1], 0};
                    emit(byte);
                }
                go();
                end();
            }
        }
    }
}

static void limits_and_flags(void) {
    static const int ends[] = {-1, 0, 3, 6, 7};
    for (u32 i = 0; i < 5; ++i) {
        if (begin("idt limit %d", 0x40 * 8 + (u32)ends[i])) {
            poke16(P0, 0x40 * 8 + ends[i]);
            poke32(P0 + 2, IDT);
            emit("0f 01 1d %d", P0); /* lidt [P0] */
            emit("cd 40");
            go();
            end();
        }
    }
    static const u32 flags[] = {F_ARITHMETIC, F_DF, F_NT, F_AC, F_ID, F_IOPL(3), F_RF, F_IF,
                                F_ARITHMETIC | F_DF | F_NT | F_AC | F_ID | F_IOPL(3)};
    for (u32 i = 0; i < sizeof flags / sizeof flags[0]; ++i) {
        for (u32 type = G_INT32; type <= G_TRAP32; ++type) {
            for (u32 cpl = 0; cpl < 4; cpl += 3) {
                if (begin("flags %x type%b cpl%d", flags[i], type, cpl)) {
                    idt_gate(0x40, type | DPL(3), CS(0), stub(0x40));
                    ring(cpl);
                    in.eflags = flags[i] | 2;
                    emit("cd 40");
                    go();
                    end();
                }
            }
        }
    }
    if (begin("int16 ignores high offset")) {
        descriptor(X(0), C, 0xFFFFF, A_CODE, SIZE32);
        idt_gate(0x40, G_INT16 | DPL(3), X(0), 0x10000 | (D - C));
        at(D);
        emit("cd f2");
        at(C + 0x10000 + (D - C));
        emit("cd f3");
        at(C);
        frame_words = 4;
        interrupt40(3);
        end();
    }
    if (begin("reserved byte ignored")) {
        idt_gate(0x40, G_INT32 | DPL(3), CS(0), stub(0x40));
        poke8(IDT + 8 * 0x40 + 4, 0x1F);
        interrupt40(3);
        end();
    }
}

CATEGORY(10, idt) {
    good_gates();
    other_types();
    targets();
    during_delivery();
    limits_and_flags();
}
