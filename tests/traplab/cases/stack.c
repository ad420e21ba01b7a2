/* SPDX-License-Identifier: MIT */
/* The inner ring's stack while a frame is pushed: every fault, for each way in. */
#include "lab.h"

enum { ARRIVED = 0xF0 };
enum { INT32, INT16, FAULT, CALL32, CALL16, WAYS };
static const char *const way_names[WAYS] = {"int32", "int16", "fault", "call32", "call16"};

/* The way into ring r, with the code that takes it, from ring 3. */
static void prepare(u32 way, u32 r) {
    ring(3);
    in.esp -= 8;
    switch (way) {
    case INT32:
        idt_gate(0x40, G_INT32 | DPL(3), CS(r), stub(0x40));
        emit("cd 40");
        break;
    case INT16:
        idt_gate(0x40, G_INT16 | DPL(3), HB(r), stub16(0x40));
        wide(0x40, 2);
        emit("cd 40");
        break;
    case FAULT:
        idt_gate(6, G_INT32, CS(r), stub(6));
        emit("0f 0b");
        break;
    case CALL32:
        gate(X(31), G_CALL32 | DPL(3), CS(r), stub(ARRIVED), 2);
        emit("9a %d %w", 0, X(31));
        break;
    default:
        gate(X(31), G_CALL16 | DPL(3), HB(r), stub16(ARRIVED), 2);
        wide(ARRIVED, 2);
        emit("9a %d %w", 0, X(31));
        break;
    }
}

static void bad_selectors(void) {
    static const struct {
        const char *name;
        u32 ss;
    } bad[] = {{"null", 0},
               {"null rpl1", 1},
               {"beyond gdt", (GDT_LIMIT + 1) | 1},
               {"no ldt", L(0) | 1},
               {"rpl0", DS(1) & ~3u},
               {"rpl3", DS(1) | 3},
               {"dpl0", DS(0) | 1},
               {"dpl2", (DS(2) & ~3u) | 1},
               {"read-only", X(0) | 1},
               {"code", CS(1)},
               {"tss", SEL_TSSA | 1},
               {"gate", X(31) | 1},
               {"empty", X(9) | 1},
               {"not present", X(1) | 1},
               {"expand down above", X(2) | 1},
               {"expand down below", X(3) | 1},
               {"limit", X(4) | 1},
               {"accessed clear", X(5) | 1},
               {"16-bit", D16(1)},
               {"read-only not present", X(6) | 1}};
    for (u32 way = 0; way < WAYS; ++way) {
        for (u32 i = 0; i < sizeof bad / sizeof bad[0]; ++i) {
            if (begin("%s ss %s", way_names[way], bad[i].name)) {
                descriptor(X(0), 0, 0xFFFFF, A_DATA_RO | DPL(1), SIZE32 | GRANULAR);
                descriptor(X(1), 0, 0xFFFFF, (A_DATA & ~PRESENT) | DPL(1), SIZE32 | GRANULAR);
                descriptor(X(2), 0, 0x1FF, A_DATA_DOWN | DPL(1), SIZE32 | GRANULAR);
                descriptor(X(3), 0, 0xFFF, A_DATA_DOWN | DPL(1), SIZE32 | GRANULAR);
                descriptor(X(4), 0, 0xFFFF, A_DATA | DPL(1), SIZE32);
                descriptor(X(5), 0, 0xFFFFF, (A_DATA - 1) | DPL(1), SIZE32 | GRANULAR);
                descriptor(X(6), 0, 0xFFFFF, (A_DATA_RO & ~PRESENT) | DPL(1), SIZE32 | GRANULAR);
                prepare(way, 1);
                poke32(TSS0 + T_SS1, bad[i].ss);
                if (bad[i].ss == D16(1)) {
                    poke32(TSS0 + T_ESP1, 0x77770000 | (S(1) - C)); /* SP alone counts */
                }
                go();
                say(" access=%b", access_of(X(5)));
                end();
            }
        }
    }
}

static void tss_limits(void) {
    static const u32 limits[] = {11, 12, 15, 16, 17, 18, 19, 0x66, 0x67};
    for (u32 way = 0; way < WAYS; way += 3) {
        for (u32 i = 0; i < sizeof limits / sizeof limits[0]; ++i) {
            if (begin("%s tss limit %b", way_names[way], limits[i])) {
                /* The limit counts when TR is loaded: the case's first ring loads it. */
                prepare(way, 1);
                descriptor(SEL_TSS0, TSS0, limits[i], A_TSS32, 0);
                __asm__ volatile("ltr %w0" : : "r"(SEL_TSS0) : "memory");
                go();
                end();
            }
        }
    }
}

static void from_16_bit_tss(void) {
    for (u32 way = 0; way < WAYS; ++way) {
        if (begin("%s from 16-bit tss", way_names[way])) {
            prepare(way, 1);
            descriptor(SEL_TSS16A, TSS16A, 43, A_TSS16, 0);
            __asm__ volatile("ltr %w0" : : "r"(SEL_TSS16A) : "memory");
            poke16(TSS16A + 6, S(1) - C);
            poke16(TSS16A + 8, D16(1));
            go();
            end();
        }
    }
    static const u32 limits[] = {7, 8, 9, 43};
    for (u32 i = 0; i < 4; ++i) {
        if (begin("16-bit tss limit %b", limits[i])) {
            prepare(INT32, 1);
            descriptor(SEL_TSS16A, TSS16A, limits[i], A_TSS16, 0);
            /* Ring 0's stack must be there for the fault: only ring 1's is cut off. */
            __asm__ volatile("ltr %w0" : : "r"(SEL_TSS16A) : "memory");
            poke16(TSS16A + 6, S(1) - C);
            poke16(TSS16A + 8, D16(1));
            go();
            end();
        }
    }
}

/* The stack ends where the frame does, or a few bytes before. */
static void room(void) {
    static const u8 lefts[] = {0, 2, 4, 8, 10, 12, 14, 16, 18, 20, 24, 36};
    for (u32 way = 0; way < WAYS; ++way) {
        for (u32 i = 0; i < sizeof lefts; ++i) {
            const u32 left = lefts[i];
            if (begin("%s room for %d", way_names[way], left)) {
                /* Expand-down: what lies above S(1) - 1000h is the segment. */
                descriptor(X(0), 0, ((S(1) - 0x1000) >> 12) - 1, A_DATA_DOWN | DPL(1),
                           SIZE32 | GRANULAR);
                prepare(way, 1);
                poke32(TSS0 + T_SS1, X(0) | 1);
                poke32(TSS0 + T_ESP1, S(1) - 0x1000 + left);
                frame_words = 6;
                go();
                end();
            }
        }
    }
}

static void pages(void) {
    static const char *const names[] = {"not present", "read-only wp0", "read-only wp1", "supervisor",
                                        "second page missing", "frame crosses"};
    for (u32 way = 0; way < WAYS; ++way) {
        for (u32 i = 0; i < 6; ++i) {
            if (begin("%s page %s", way_names[way], names[i])) {
                prepare(way, 1);
                paging(i == 2 ? 0x10000 : 0, 0);
                show = SHOW_CR2;
                u32 *top = pte(S(1) - 4);
                switch (i) {
                case 0: *top &= ~1u; break;
                case 1:
                case 2: *top &= ~2u; break;
                case 3: *top &= ~4u; break;
                default:
                    /* Eight bytes into the page; the rest goes to the page below. */
                    poke32(TSS0 + T_ESP1, S(1) - 0x1000 + 8);
                    if (i == 4) {
                        *pte(S(1) - 0x1004) &= ~1u;
                    }
                    break;
                }
                go();
                say(" pte=%b %b", *top & 0xFF, *pte(S(1) - 0x1004) & 0xFF);
                if (i == 4) {
                    show_words(S(1) - 0x1000, 2);
                }
                end();
            }
        }
        if (begin("%s tss page missing", way_names[way])) {
            prepare(way, 1);
            paging(0, 0);
            show = SHOW_CR2;
            /* The TSS's first dwords lie in a page of their own: ring 0's stack stays reachable. */
            descriptor(SEL_TSS0, P1 - T_ESP1, 0x67, A_TSS32, 0);
            fill(P0, 0x2000, 0);
            task32(P1 - T_ESP1, 0, 0, 0);
            __asm__ volatile("ltr %w0" : : "r"(SEL_TSS0) : "memory");
            *pte(P1) &= ~1u;
            go();
            end();
        }
    }
}

/* Inside ring 1 there is no new stack: the one at hand must do. */
static void same_ring(void) {
    for (u32 way = 0; way < WAYS; ++way) {
        for (u32 left = 0; left <= 12; left += 4) {
            if (begin("%s same ring room for %d", way_names[way], left)) {
                descriptor(X(0), 0, ((S(1) - 0x1000) >> 12) - 1, A_DATA_DOWN | DPL(1),
                           SIZE32 | GRANULAR);
                prepare(way, 1);
                const u32 code = in.eip;
                ring(1);
                in.eip = code;
                in.ss = X(0) | 1;
                in.esp = S(1) - 0x1000 + left;
                frame_words = 6;
                go();
                end();
            }
        }
    }
}

CATEGORY(15, stack) {
    bad_selectors();
    tss_limits();
    from_16_bit_tss();
    room();
    pages();
    same_ring();
}
