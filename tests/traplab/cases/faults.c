/* SPDX-License-Identifier: MIT */
/* Two exceptions, one on the way to the other's handler: serially, as a double fault, as a triple. */
#include "lab.h"

/* The first exception, raised by code in ring 3. */
static const struct {
    const char *name;
    u32 vector;
    const char *bytes;
} firsts[] = {
    {"de", 0, "31 c9 f7 f1"},            /* xor ecx, ecx; div ecx */
    {"db", 1, "90"},                     /* nop with TF */
    {"bp", 3, "cc"},
    {"of", 4, "ce"},
    {"ud", 6, "0f 0b"},
    {"nm", 7, "9b"},                     /* fwait with MP and TS */
    {"ts", 10, "cd 50"},                 /* to ring 1, whose SS is bad */
    {"np", 11, "cd 51"},                 /* a gate that is not present */
    {"ss", 12, "8e 15 00 60 21 00"},     /* mov ss, [P2]: a segment that is not present */
    {"gp", 13, "f4"},                    /* hlt */
    {"pf", 14, "a1 00 70 21 00"},        /* mov eax, [P3], which is missing */
    {"int", 0x52, "cd 52"},
};
static const struct {
    const char *name;
} seconds[] = {{"np"}, {"gp"}, {"ts"}, {"pf stack"}, {"pf idt"}, {"ss"}};

static void prepare(u32 first, u32 second) {
    const u32 v = firsts[first].vector;
    ring(3);
    in.eflags |= 0x800;
    descriptor(X(0), 0, 0xFFFFF, (A_DATA & ~PRESENT) | DPL(3), SIZE32 | GRANULAR);
    poke16(P2, X(0) | 3);
    descriptor(X(1), 0, 0xFFFFF, (A_DATA & ~PRESENT) | DPL(1), SIZE32 | GRANULAR);
    if (v == 1) {
        in.eflags |= F_TF;
    }
    idt_gate(0x50, G_INT32 | DPL(3), CS(2), stub(0x50));
    poke32(TSS0 + T_SS2, 0);
    idt_gate(0x51, (G_INT32 & ~PRESENT) | DPL(3), CS(0), stub(0x51));
    paging(0x0A, 0);
    *pte(P3) &= ~1u;
    switch (second) {
    case 0: idt_gate(v, (G_INT32 & ~PRESENT) | DPL(3), CS(0), stub(v)); break;
    case 1: idt_gate(v, G_INT32 | DPL(3), 0, stub(v)); break;
    case 2: /* ring 1 has no good stack */
        idt_gate(v, G_INT32 | DPL(3), CS(1), stub(v));
        poke32(TSS0 + T_SS1, 0);
        break;
    case 3: /* ring 1's stack is missing */
        idt_gate(v, G_INT32 | DPL(3), CS(1), stub(v));
        *pte(S(1) - 4) &= ~1u;
        break;
    case 4: /* the gate lies in a page that is missing */
        idt_gate(v, G_INT32 | DPL(3), CS(0), stub(v));
        break;
    default: /* ring 1's stack is not present */
        idt_gate(v, G_INT32 | DPL(3), CS(1), stub(v));
        poke32(TSS0 + T_SS1, X(1) | 1);
        break;
    }
    emit(firsts[first].bytes);
    show = SHOW_CR2;
}

static void matrix(void) {
    for (u32 first = 0; first < sizeof firsts / sizeof firsts[0]; ++first) {
        for (u32 second = 0; second < sizeof seconds / sizeof seconds[0]; ++second) {
            if (second == 4) {
                continue; /* the handlers' gates lie in the same page */
            }
            if (begin("%s then %s", firsts[first].name, seconds[second].name)) {
                prepare(first, second);
                run();
                end();
            }
        }
    }
    for (u32 first = 0; first < sizeof firsts / sizeof firsts[0]; ++first) {
        if (begin("%s then np, df by task", firsts[first].name)) {
            prepare(first, 0);
            idt_gate(8, G_TASK, SEL_TSSDF, 0);
            show |= SHOW_TR;
            run();
            show_busy();
            show_tss("0", TSS0);
            end();
        }
    }
    /* Ring 0 with a stack that takes no frame: only a task can carry the handler. */
    for (u32 i = 0; i < 3; ++i) {
        static const char *const names[] = {"limit", "page", "expand down"};
        if (begin("ring0 stack %s, df by task", names[i])) {
            idt_gate(8, G_TASK, SEL_TSSDF, 0);
            if (i == 1) {
                paging(0, 0);
                show = SHOW_CR2;
                *pte(S(0) - 0x1004) &= ~1u;
                in.esp = S(0) - 0x1000;
            } else {
                descriptor(X(0), 0, ((S(0) - 0x1000) >> 12) - 1, A_DATA_DOWN, SIZE32 | GRANULAR);
                in.ss = X(0);
                in.esp = S(0) - 0x1000 + (i == 0 ? 4 : 8);
            }
            show |= SHOW_TR;
            emit("0f 0b");
            run();
            show_busy();
            show_tss("0", TSS0);
            end();
        }
    }
    if (begin("df by a 16-bit task")) {
        prepare(8, 0);
        idt_gate(8, G_TASK, SEL_TSS16A, 0);
        register_mask = 0xFFFF;
        wide(0xF4, 2);
        run();
        end();
    }
}

/* A double fault whose own delivery faults shuts the processor down. Each ends its machine. */
static void triple(void) {
    static const char *const names[] = {"df not present", "df null", "df task busy",
                                        "df beyond the idt", "no stack"};
    for (u32 i = 0; i < 5; ++i) {
        if (begin("triple %s", names[i])) {
            prepare(9, 0);
            switch (i) {
            case 0: idt_gate(8, G_INT32 & ~PRESENT, CS(0), stub(8)); break;
            case 1: idt_gate(8, G_INT32, 0, stub(8)); break;
            case 2: idt_gate(8, G_TASK, SEL_TSS0, 0); break;
            case 3:
                poke16(P0, 7);
                poke32(P0 + 2, IDT);
                ring(0);
                at(C);
                emit("0f 01 1d %d 0f 0b", P0);
                break;
            default: poke32(TSS0 + T_SS0, 0); break;
            }
            run();
            end();
        }
    }
}

CATEGORY(20, faults) {
    matrix();
    triple();
}
