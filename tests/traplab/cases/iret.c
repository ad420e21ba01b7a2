/* SPDX-License-Identifier: MIT */
/* IRET inside a task: to every ring, to V86, with every bad field, and which flags it may change. */
#include "lab.h"

enum { ARRIVED = 0xF0 };

static void levels(void) {
    for (u32 conforming = 0; conforming < 2; ++conforming) {
        for (u32 cpl = 0; cpl < 4; ++cpl) {
            for (u32 dpl = 0; dpl < 4; ++dpl) {
                for (u32 rpl = 0; rpl < 4; ++rpl) {
                    if (begin("%scpl%d dpl%d rpl%d", conforming ? "conforming " : "", cpl, dpl, rpl)) {
                        ring(cpl);
                        stack32(5, stub(ARRIVED), (conforming ? CC(dpl) : CS(dpl) & ~3u) | rpl, 2,
                                S(rpl), DS(rpl));
                        emit("cf"); /* iretd */
                        go();
                        end();
                    }
                }
            }
        }
    }
}

static void bad_fields(void) {
    static const struct {
        const char *name;
        u32 cs, ss;
    } bad[] = {{"cs null", 0, DS(3)},
               {"cs null rpl3", 3, DS(3)},
               {"cs beyond", (GDT_LIMIT + 1) | 3, DS(3)},
               {"cs data", DS(3), DS(3)},
               {"cs system", SEL_TSSA | 3, DS(3)},
               {"cs gate", X(7) | 3, DS(3)},
               {"cs not present", X(0) | 3, DS(3)},
               {"cs limit", X(1) | 3, DS(3)},
               {"cs ldt", L(0) | 3, DS(3)},
               {"ss null", CS(3), 0},
               {"ss null rpl3", CS(3), 3},
               {"ss beyond", CS(3), (GDT_LIMIT + 1) | 3},
               {"ss ldt", CS(3), L(0) | 3},
               {"ss rpl0", CS(3), DS(3) & ~3u},
               {"ss rpl1", CS(3), (DS(3) & ~3u) | 1},
               {"ss dpl0", CS(3), DS(0) | 3},
               {"ss dpl2", CS(3), (DS(2) & ~3u) | 3},
               {"ss read-only", CS(3), X(2) | 3},
               {"ss code", CS(3), CS(3)},
               {"ss system", CS(3), SEL_TSSA | 3},
               {"ss not present", CS(3), X(3) | 3},
               {"ss 16-bit", CS(3), D16(3)},
               {"ss expand down", CS(3), X(4) | 3},
               {"both bad", X(0) | 3, 0},
               {"accessed clear", X(5) | 3, X(6) | 3},
               {"same ring limit", X(8), 0},
               {"same ring not present", X(9), 0}};
    for (u32 i = 0; i < sizeof bad / sizeof bad[0]; ++i) {
        for (u32 width = 16; width <= 32; width += 16) {
            if (begin("%s %d", bad[i].name, width)) {
                descriptor(X(0), 0, 0xFFFFF, (A_CODE & ~PRESENT) | DPL(3), SIZE32 | GRANULAR);
                descriptor(X(1), C, 0xFFF, A_CODE | DPL(3), SIZE32);
                descriptor(X(2), 0, 0xFFFFF, A_DATA_RO | DPL(3), SIZE32 | GRANULAR);
                descriptor(X(3), 0, 0xFFFFF, (A_DATA & ~PRESENT) | DPL(3), SIZE32 | GRANULAR);
                descriptor(X(4), 0, 0xFFF, A_DATA_DOWN | DPL(3), SIZE32 | GRANULAR);
                descriptor(X(5), C, 0xFFFF, (A_CODE - 1) | DPL(3), SIZE32);
                descriptor(X(6), C, 0xFFFFF, (A_DATA - 1) | DPL(3), SIZE32);
                gate(X(7), G_CALL32 | DPL(3), CS(0), stub(ARRIVED), 0);
                descriptor(X(8), C, 0xFFF, A_CODE, SIZE32);
                descriptor(X(9), C, 0xFFFFF, A_CODE & ~PRESENT, SIZE32);
                descriptor(X(10), C, 0xFFFF, A_CODE | DPL(3), SIZE32);
                /* Every good code segment lands on int F2h, in C or in D. */
                at(D);
                emit("cd f2");
                at(C + 0x100);
                emit("cd f2");
                at(C);
                const u32 limited = bad[i].cs == X(1) + 3 || bad[i].cs == X(8);
                const u32 based = bad[i].cs == X(5) + 3;
                /* Sixteen bits of offset need a segment on C. */
                const u32 cs = width == 16 && bad[i].cs == CS(3) ? X(10) | 3 : bad[i].cs;
                const u32 offset = limited ? D - C : based || cs != bad[i].cs ? 0x100 : D;
                const u32 stack = width == 16 || bad[i].ss == D16(3) || bad[i].ss == X(6) + 3
                                      ? S(3) - C
                                      : S(3);
                if (width == 32) {
                    stack32(5, offset, cs, 2, stack, bad[i].ss);
                    emit("cf");
                } else {
                    stack16(5, offset, cs, 2, stack, bad[i].ss);
                    emit("66 cf");
                }
                run();
                say(" access=%b %b", access_of(X(5)), access_of(X(6)));
                end();
            }
        }
    }
    if (begin("same ring 16-bit")) {
        stack16(3, stub16(ARRIVED), HB(0), 0x0ED7);
        emit("66 cf");
        run();
        end();
    }
    if (begin("outer 16-bit")) {
        stack16(5, stub16(ARRIVED), HB(3), 0x0ED7, 0xF000, D16(3));
        in.eflags |= F_AC | F_ID;
        emit("66 cf");
        run();
        end();
    }
    for (u32 left = 0; left < 20; left += 4) {
        if (begin("stack ends after %d", left)) {
            descriptor(X(0), 0, (S(0) >> 12) - 1, A_DATA, SIZE32 | GRANULAR);
            in.ss = X(0);
            in.esp = S(0) - left;
            const u32 words[] = {stub(ARRIVED), CS(3), 2, S(3), DS(3)};
            for (u32 i = 0; i < left / 4; ++i) {
                poke32(in.esp + 4 * i, words[i]);
            }
            emit("cf");
            run();
            end();
        }
    }
}

static void flags(void) {
    static const u32 all = F_ARITHMETIC | F_IF | F_DF | F_IOPL(3) | F_AC | F_ID | 2;
    for (u32 set = 0; set < 2; ++set) {
        for (u32 cpl = 0; cpl < 4; ++cpl) {
            for (u32 iopl = 0; iopl < 4; ++iopl) {
                if (begin("flags %s cpl%d iopl%d", set ? "set" : "clear", cpl, iopl)) {
                    ring(cpl);
                    in.eflags = (set ? 2 : all & ~F_IOPL(3)) | F_IOPL(iopl);
                    stack32(3, stub(ARRIVED), CS(cpl), set ? all : 2);
                    emit("cf");
                    run();
                    end();
                }
            }
        }
    }
    for (u32 cpl = 0; cpl < 4; cpl += 3) {
        for (u32 to = cpl; to < 4; to += 3) {
            if (begin("all ones cpl%d to%d", cpl, to)) {
                ring(cpl);
                /* VIF and VIP are there or not by model; RF has cases of its own. */
                stack32(5, C + 0x10, CS(to), 0xFFE6FEFF & ~F_VM, S(to), DS(to));
                emit("cf");
                at(C + 0x10);
                emit("cd f1");
                run();
                end();
            }
        }
    }
    for (u32 cpl = 1; cpl < 4; ++cpl) {
        if (begin("vm set cpl%d", cpl)) {
            ring(cpl);
            in.eflags |= F_IOPL(3);
            stack32(5, D, CS(cpl), F_VM | 2, 0, 0);
            emit("cf");
            at(D);
            emit("cd f0");
            /* Where QEMU goes, which enters V86 from any ring. */
            at(16 * CS(cpl) + (D & 0xFFFF));
            emit("f4");
            run();
            end();
        }
    }
    if (begin("16-bit keeps high flags")) {
        in.eflags |= F_AC | F_ID;
        stack16(3, stub16(ARRIVED), HB(0), 2);
        emit("66 cf");
        run();
        end();
    }
    for (u32 cpl = 0; cpl < 4; ++cpl) {
        for (u32 width = 16; width <= 32; width += 16) {
            for (u32 iopl = 0; iopl < 4; iopl += 3) {
                if (begin("popf%d cpl%d iopl%d", width, cpl, iopl)) {
                    ring(cpl);
                    in.eflags = F_IF | F_IOPL(iopl) | 2;
                    if (width == 32) {
                        stack32(1, ~(F_TF | F_IOPL(iopl) | F_IF | F_NT));
                        emit("9d");
                    } else {
                        stack16(1, 0xFFFF & ~(F_TF | F_IOPL(iopl) | F_IF | F_NT));
                        emit("66 9d");
                    }
                    emit("9c 58"); /* pushfd; pop eax */
                    go();
                    end();
                }
            }
        }
    }
    static const char *const codes[] = {"fa", "fb", "f4"};
    static const char *const names[] = {"cli", "sti", "hlt"};
    for (u32 i = 0; i < 3; ++i) {
        for (u32 cpl = 0; cpl < 4; ++cpl) {
            for (u32 iopl = 0; iopl < 4; ++iopl) {
                if (i == 2 && (cpl == 0 || iopl != 3)) {
                    continue;
                }
                if (begin("%s cpl%d iopl%d", names[i], cpl, iopl)) {
                    ring(cpl);
                    in.eflags = (i == 0 ? F_IF : 0) | F_IOPL(iopl) | 2;
                    emit(codes[i]);
                    go();
                    end();
                }
            }
        }
    }
}

CATEGORY(14, iret) {
    levels();
    bad_fields();
    flags();
}
