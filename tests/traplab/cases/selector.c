/* SPDX-License-Identifier: MIT */
/* Questions about selectors (LAR, LSL, VERR, VERW, ARPL), and LLDT and LTR with bad ones. */
#include "lab.h"

/* Bits 19 to 16 of LAR, which the manual leaves open, are 0 in the descriptors. EAX = selector; ECX is the access word, EBX the limit, DL, DH and AL the ZF of LSL, VERR, VERW. */
static void ask(u32 selector) {
    in.eax = selector;
    emit("0f 02 c8 0f 03 d8 0f 94 c2 0f 00 e0 0f 94 c6 0f 00 e8 0f 94 c0");
    go();
}

static void types(void) {
    for (u32 type = 0; type < 32; ++type) {
        for (u32 dpl = 0; dpl < 4; dpl += 3) {
            for (u32 cpl = 0; cpl < 4; cpl += 3) {
                for (u32 rpl = 0; rpl < 4; rpl += 3) {
                    if (begin("type%b dpl%d cpl%d rpl%d", type, dpl, cpl, rpl)) {
                        ring(cpl);
                        descriptor(X(0), 0x12345678, 0xBCDE, PRESENT | DPL(dpl) | type, 0);
                        ask(X(0) | rpl);
                        say(" access=%b", access_of(X(0)));
                        end();
                    }
                }
            }
        }
    }
    static const struct {
        const char *name;
        u32 selector;
    } odd[] = {{"null", 0},
               {"null rpl3", 3},
               {"beyond gdt", GDT_LIMIT + 1},
               {"last of gdt", X(31)},
               {"no ldt", L(0)},
               {"granular", X(1)},
               {"not present", X(2)},
               {"not present system", X(3)},
               {"high half of selector", 0xABCD0000 | X(1)}};
    for (u32 i = 0; i < sizeof odd / sizeof odd[0]; ++i) {
        if (begin("%s", odd[i].name)) {
            descriptor(X(31), 0, 0x1234, A_DATA, SIZE32);
            descriptor(X(1), 0, 0x2345, A_CODE, SIZE32 | GRANULAR);
            descriptor(X(2), 0, 0x1234, A_DATA & ~PRESENT, SIZE32);
            descriptor(X(3), 0, 0x1234, A_LDT & ~PRESENT, 0);
            ask(odd[i].selector);
            end();
        }
    }
    for (u32 i = 0; i < 2; ++i) {
        if (begin("%s of ldt", i == 0 ? "last" : "beyond end")) {
            descriptor(L(15), 0, 0x4321, A_DATA, SIZE32);
            if (i == 1) {
                descriptor(SEL_LDT, LDT, LDT_LIMIT - 1, A_LDT, 0);
            }
            load_ldt();
            ask(L(15));
            end();
        }
    }
    if (begin("16-bit operands")) {
        descriptor(X(0), 0, 0x2345, A_CODE, SIZE32 | GRANULAR);
        in.eax = X(0);
        emit("66 0f 02 c8 66 0f 03 d8");
        go();
        end();
    }
    if (begin("from memory")) {
        descriptor(X(0), 0, 0x2345, A_DATA | DPL(3), SIZE32);
        poke32(P0, 0xFFFF0000 | X(0));
        emit("0f 02 0d %d 0f 03 1d %d 0f 00 2d %d", P0, P0, P0);
        go();
        end();
    }
    if (begin("memory operand of two bytes at the limit")) {
        descriptor(X(0), P0, 1, A_DATA, SIZE32);
        poke16(P0, X(0));
        in.ds = X(0);
        emit("0f 02 0d %d", 0);
        go();
        end();
    }
    if (begin("memory operand beyond the limit")) {
        descriptor(X(0), P0, 1, A_DATA, SIZE32);
        in.ds = X(0);
        emit("0f 02 0d %d", 1);
        go();
        end();
    }
}

static void raise_rpl(void) {
    for (u32 memory = 0; memory < 2; ++memory) {
        for (u32 has = 0; has < 4; ++has) {
            for (u32 wanted = 0; wanted < 4; ++wanted) {
                if (begin("arpl %s %d %d", memory ? "memory" : "register", has, wanted)) {
                    in.ecx = 0x12340020 | wanted;
                    in.eax = 0x56780118 | has;
                    poke32(P0, in.eax);
                    emit(memory ? "63 0d %d" : "63 c8", P0); /* arpl [P0], cx or ax, cx */
                    if (memory == 0) {
                        at(C + 2);
                    }
                    go();
                    show_words(P0, 1);
                    end();
                }
            }
        }
    }
    for (u32 has = 0; has < 2; ++has) {
        if (begin("arpl read-only memory %s", has ? "no change" : "change")) {
            descriptor(X(0), 0, 0xFFFFF, A_DATA_RO, SIZE32 | GRANULAR);
            in.ds = X(0);
            in.ecx = 1;
            poke32(P0, 0x20 | has * 3);
            emit("63 0d %d", P0);
            go();
            end();
        }
    }
}

/* LLDT (/2) and LTR (/3) of EAX. */
static void load_system(void) {
    for (u32 task = 0; task < 2; ++task) {
        const char *const name = task ? "ltr" : "lldt";
        for (u32 type = 0; type < 32; ++type) {
            if (begin("%s type%b", name, type)) {
                descriptor(X(0), TSSA, 0x67, PRESENT | type, 0);
                in.eax = X(0);
                emit("0f 00 %b", task ? 0xD8 : 0xD0);
                show = SHOW_TR | SHOW_LDTR;
                go();
                say(" access=%b", access_of(X(0)));
                end();
            }
        }
        static const char *const names[] = {"null",        "null rpl3",  "beyond gdt", "in ldt",
                                            "not present", "with rpl3",  "small limit", "wrong not present"};
        for (u32 i = 0; i < sizeof names / sizeof names[0]; ++i) {
            if (begin("%s %s", name, names[i])) {
                const u32 type = task ? A_TSS32 : A_LDT;
                load_ldt();
                descriptor(L(1), TSSA, 0x67, type, 0);
                descriptor(X(0), TSSA, 0x67, type, 0);
                u32 selector = X(0);
                switch (i) {
                case 0: selector = 0; break;
                case 1: selector = 3; break;
                case 2: selector = GDT_LIMIT + 1; break;
                case 3: selector = L(1); break;
                case 4: descriptor(X(0), TSSA, 0x67, type & ~PRESENT, 0); break;
                case 5: selector |= 3; break;
                case 6: descriptor(X(0), TSSA, 1, type, 0); break;
                default: descriptor(X(0), TSSA, 0x67, A_DATA & ~PRESENT, 0); break;
                }
                in.eax = selector;
                emit("0f 00 %b", task ? 0xD8 : 0xD0);
                show = SHOW_TR | SHOW_LDTR;
                go();
                end();
            }
        }
        for (u32 cpl = 1; cpl < 4; ++cpl) {
            if (begin("%s cpl%d", name, cpl)) {
                ring(cpl);
                in.eax = 0;
                emit("0f 00 %b", task ? 0xD8 : 0xD0);
                go();
                end();
            }
        }
        if (begin("%s read-only gdt wp", name)) {
            /* Only LTR has a bit to set. */
            paging(0x10000, 0);
            show = SHOW_CR2_PAGE | SHOW_TR;
            *pte(GDT) &= ~2u;
            in.eax = task ? SEL_TSSA : SEL_LDT;
            emit("0f 00 %b", task ? 0xD8 : 0xD0);
            go();
            end();
        }
    }
    static const char *const stores[] = {"0f 00 c0", "66 0f 00 c0", "0f 00 05 %d",
                                         "0f 00 c8", "66 0f 00 c8", "0f 00 0d %d"};
    for (u32 i = 0; i < sizeof stores / sizeof stores[0]; ++i) {
        if (begin("%s %s", i < 3 ? "sldt" : "str", stores[i])) {
            load_ldt();
            ring(3);
            fill(P0, 8, 0xFFFFFFFF);
            emit(stores[i], P0);
            go();
            show_words(P0, 1);
            end();
        }
    }
}

CATEGORY(30, selector) {
    types();
    raise_rpl();
    load_system();
}
