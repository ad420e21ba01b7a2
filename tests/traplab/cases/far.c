/* SPDX-License-Identifier: MIT */
/* Far jumps, calls and returns to code segments. */
#include "lab.h"

enum { ARRIVED = 0xF0 };

static void direct(u32 jump, u32 selector, u32 offset) {
    if (jump) {
        emit("ea %d %w", offset, selector);
    } else {
        emit("9a %d %w", offset, selector);
    }
}

static void privilege(void) {
    for (u32 jump = 0; jump < 2; ++jump) {
        for (u32 conforming = 0; conforming < 2; ++conforming) {
            for (u32 cpl = 0; cpl < 4; ++cpl) {
                for (u32 dpl = 0; dpl < 4; ++dpl) {
                    for (u32 rpl = 0; rpl < 4; rpl += jump ? 1 : 3) {
                        if (begin("%s%s cpl%d dpl%d rpl%d", jump ? "jmp" : "call",
                                  conforming ? " conforming" : "", cpl, dpl, rpl)) {
                            const u32 target = conforming ? CC(dpl) : CS(dpl) & ~3u;
                            ring(cpl);
                            direct(jump, target | rpl, stub(ARRIVED));
                            go();
                            end();
                        }
                    }
                }
            }
        }
    }
}

static void bad_targets(void) {
    for (u32 cpl = 0; cpl < 4; cpl += 3) {
        for (u32 type = 0; type < 32; ++type) {
            /* Gates and TSSs have categories of their own. */
            if (type == 1 || type == 4 || type == 5 || type == 9 || type == 12) {
                continue;
            }
            if (begin("jmp type%b cpl%d", type, cpl)) {
                descriptor(X(0), 0, 0xFFFFF, PRESENT | DPL(cpl) | type, SIZE32 | GRANULAR);
                ring(cpl);
                direct(1, X(0) | cpl, stub(ARRIVED));
                go();
                say(" access=%b", access_of(X(0)));
                end();
            }
        }
    }
    static const struct {
        const char *name;
        u32 selector;
    } bad[] = {{"null", 0},
               {"null rpl3", 3},
               {"beyond gdt", GDT_LIMIT + 1},
               {"no ldt", L(0)},
               {"empty", X(5)},
               {"not present", X(1)},
               {"not present dpl", X(2)},
               {"limit", X(3)}};
    for (u32 jump = 0; jump < 2; ++jump) {
        for (u32 cpl = 0; cpl < 4; cpl += 3) {
            for (u32 i = 0; i < sizeof bad / sizeof bad[0]; ++i) {
                if (begin("%s %s cpl%d", jump ? "jmp" : "call", bad[i].name, cpl)) {
                    descriptor(X(1), 0, 0xFFFFF, (A_CODE & ~PRESENT) | DPL(cpl), SIZE32 | GRANULAR);
                    descriptor(X(2), 0, 0xFFFFF, (A_CODE & ~PRESENT) | DPL(1), SIZE32 | GRANULAR);
                    descriptor(X(3), C, 0xFFF, A_CODE | DPL(cpl), SIZE32);
                    at(D);
                    emit("cd f2");
                    at(C);
                    ring(cpl);
                    direct(jump, bad[i].selector | cpl, i == 7 ? D - C : stub(ARRIVED));
                    go();
                    end();
                }
            }
        }
        for (u32 cpl = 0; cpl < 4; cpl += 3) {
            if (begin("%s 16-bit operand cpl%d", jump ? "jmp" : "call", cpl)) {
                ring(cpl);
                wide(ARRIVED, 2);
                emit(jump ? "66 ea %w %w" : "66 9a %w %w", stub16(ARRIVED), HB(cpl));
                go();
                end();
            }
            if (begin("%s memory operand cpl%d", jump ? "jmp" : "call", cpl)) {
                ring(cpl);
                poke32(P0, stub(ARRIVED));
                poke32(P0 + 4, CS(cpl));
                emit(jump ? "ff 2d %d" : "ff 1d %d", P0);
                go();
                end();
            }
        }
    }
}

static void returns(void) {
    for (u32 conforming = 0; conforming < 2; ++conforming) {
        for (u32 cpl = 0; cpl < 4; ++cpl) {
            for (u32 dpl = 0; dpl < 4; ++dpl) {
                for (u32 rpl = 0; rpl < 4; ++rpl) {
                    if (begin("retf%s cpl%d dpl%d rpl%d", conforming ? " conforming" : "", cpl, dpl,
                              rpl)) {
                        ring(cpl);
                        stack32(4, stub(ARRIVED), (conforming ? CC(dpl) : CS(dpl) & ~3u) | rpl,
                                S(rpl), DS(rpl));
                        emit("cb"); /* retf */
                        go();
                        end();
                    }
                }
            }
        }
    }
    static const struct {
        const char *name;
        u32 cs, ss;
    } bad[] = {{"cs null", 0, DS(3)},
               {"cs null rpl3", 3, DS(3)},
               {"cs beyond", (GDT_LIMIT + 1) | 3, DS(3)},
               {"cs data", DS(3), DS(3)},
               {"cs system", SEL_TSSA | 3, DS(3)},
               {"cs not present", X(0) | 3, DS(3)},
               {"cs limit", X(1) | 3, DS(3)},
               {"cs ldt", L(0) | 3, DS(3)},
               {"ss null", CS(3), 0},
               {"ss null rpl3", CS(3), 3},
               {"ss beyond", CS(3), (GDT_LIMIT + 1) | 3},
               {"ss rpl0", CS(3), DS(3) & ~3u},
               {"ss dpl0", CS(3), DS(0) | 3},
               {"ss dpl2", CS(3), (DS(2) & ~3u) | 3},
               {"ss read-only", CS(3), X(2) | 3},
               {"ss code", CS(3), CS(3)},
               {"ss system", CS(3), SEL_TSSA | 3},
               {"ss not present", CS(3), X(3) | 3},
               {"ss 16-bit", CS(3), D16(3)},
               {"ss expand down", CS(3), X(4) | 3},
               {"both bad", X(0) | 3, 0},
               {"cs accessed clear", X(5) | 3, X(6) | 3}};
    for (u32 i = 0; i < sizeof bad / sizeof bad[0]; ++i) {
        if (begin("retf outer %s", bad[i].name)) {
            descriptor(X(0), 0, 0xFFFFF, (A_CODE & ~PRESENT) | DPL(3), SIZE32 | GRANULAR);
            descriptor(X(1), C, 0xFFF, A_CODE | DPL(3), SIZE32);
            descriptor(X(2), 0, 0xFFFFF, A_DATA_RO | DPL(3), SIZE32 | GRANULAR);
            descriptor(X(3), 0, 0xFFFFF, (A_DATA & ~PRESENT) | DPL(3), SIZE32 | GRANULAR);
            descriptor(X(4), 0, 0xFFF, A_DATA_DOWN | DPL(3), SIZE32 | GRANULAR);
            descriptor(X(5), 0, 0xFFFFF, (A_CODE - 1) | DPL(3), SIZE32 | GRANULAR);
            descriptor(X(6), 0, 0xFFFFF, (A_DATA - 1) | DPL(3), SIZE32 | GRANULAR);
            at(D);
            emit("cd f2");
            at(C);
            stack32(4, i == 6 ? D - C : stub(ARRIVED), bad[i].cs,
                    bad[i].ss == D16(3) ? S(3) - C : S(3), bad[i].ss);
            emit("cb");
            go();
            say(" access=%b %b", access_of(X(5)), access_of(X(6)));
            end();
        }
    }
    if (begin("retf n releases both stacks")) {
        poke32(S(3) - 16, 0x11);
        poke32(S(3) - 12, 0x12);
        poke32(S(3) - 8, 0x13);
        stack32(6, stub(ARRIVED), CS(3), 0x21, 0x22, S(3) - 16, DS(3));
        emit("ca 08 00");
        go();
        end();
    }
    if (begin("retf n same ring")) {
        stack32(4, stub(ARRIVED), CS(0), 0x21, 0x22);
        emit("ca 04 00");
        go();
        end();
    }
    if (begin("retf 16-bit same ring")) {
        stack16(4, stub16(ARRIVED), HB(0), 0x21, 0x22);
        emit("66 cb");
        go();
        end();
    }
    if (begin("retf 16-bit outer")) {
        stack16(4, stub16(ARRIVED), HB(3), 0xF000, D16(3));
        emit("66 cb");
        go();
        end();
    }
    if (begin("retf stack end")) {
        descriptor(X(0), 0, S(0) - 1, A_DATA, SIZE32);
        descriptor(X(0), 0, (S(0) >> 12) - 1, A_DATA, SIZE32 | GRANULAR);
        in.ss = X(0);
        in.esp = S(0) - 4;
        emit("cb");
        run();
        end();
    }
    if (begin("retf outer stack end")) {
        descriptor(X(0), 0, (S(0) >> 12) - 1, A_DATA, SIZE32 | GRANULAR);
        in.ss = X(0);
        stack32(2, stub(ARRIVED), CS(3));
        emit("cb");
        run();
        end();
    }
}

/* A data register that may not stay in the outer ring becomes null. */
static void data_registers(void) {
    static const char *const names[] = {"data0",       "data1", "data2", "data3", "code0", "code3",
                                        "conforming0", "null",  "execute-only conforming"};
    for (u32 ret = 0; ret < 2; ++ret) {
        for (u32 outer = 1; outer < 4; outer += 2) {
            for (u32 i = 0; i < 8; ++i) {
                if (begin("%s to ring%d with %s", ret ? "retf" : "iret", outer, names[i])) {
                    const u32 selector = i < 4    ? DS(i)
                                         : i == 4 ? CS(0)
                                         : i == 5 ? CS(3)
                                         : i == 6 ? CC(0)
                                                  : 3;
                    in.ds = in.es = in.fs = in.gs = selector;
                    if (i >= 4) {
                        in.es = DS(3);
                    }
                    if (ret) {
                        stack32(4, stub(ARRIVED), CS(outer), S(outer), DS(outer));
                        emit("cb");
                    } else {
                        stack32(5, stub(ARRIVED), CS(outer), 2, S(outer), DS(outer));
                        emit("cf");
                    }
                    run();
                    end();
                }
            }
        }
    }
}

CATEGORY(13, far) {
    privilege();
    bad_targets();
    returns();
    data_registers();
}
