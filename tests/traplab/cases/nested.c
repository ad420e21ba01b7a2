/* SPDX-License-Identifier: MIT */
/* Faults on the way through gates and tasks: double and triple faults by task gate, parameters and
   error codes that cannot be copied, tasks inside tasks. */
#include "lab.h"

enum { ARRIVED = 0xF0 };

static void double_fault_task(void) { idt_gate(8, G_TASK, SEL_TSSDF, 0); }

static void show_tasks(void) {
    show_busy();
    show_tss("0", TSS0);
    show_tss("DF", TSSDF);
}

/* Raises the exception at the cursor. */
static void raise(u32 vector) {
    switch (vector) {
    case 0: emit("31 c9 f7 f1"); break; /* xor ecx, ecx; div ecx */
    case 1: emit("f1"); break;
    case 3: emit("cc"); break;
    case 6: emit("0f 0b"); break;
    case 11:
        descriptor(X(20), 0, 0xFFFFF, A_DATA & ~PRESENT, SIZE32 | GRANULAR);
        in.ebx = X(20);
        emit("8e db"); /* mov ds, bx */
        break;
    case 12:
        descriptor(X(20), 0, 0xFFFFF, A_DATA & ~PRESENT, SIZE32 | GRANULAR);
        in.ebx = X(20);
        emit("8e d3"); /* mov ss, bx */
        break;
    case 13:
        in.ebx = GDT_LIMIT + 1;
        emit("8e db");
        break;
    case 14:
        paging(0, 0);
        *pte(P3) &= ~1u;
        emit("a1 %d", P3);
        break;
    }
}

static void double_faults(void) {
    static const u8 first[] = {0, 1, 3, 6, 11, 12, 13, 14};
    static const char *const second[] = {"absent gate", "bad type",     "null target",
                                         "bad task",    "missing page", "target limit"};
    for (u32 i = 0; i < sizeof first; ++i) {
        for (u32 k = 0; k < 6; ++k) {
            if (begin("#%b then %s", first[i], second[k])) {
                const u32 v = first[i];
                double_fault_task();
                task32(TSSB, 0, stub(0xF3), 5);
                idt_gate(11, G_TASK, SEL_TSSB, 0);
                raise(v);
                switch (k) {
                case 0: idt_gate(v, G_INT32 & ~PRESENT, CS(0), stub(v)); break;
                case 1: idt_gate(v, G_CALL32, CS(0), stub(v)); break;
                case 2: idt_gate(v, G_INT32, 0, stub(v)); break;
                case 3:
                    descriptor(X(21), TSSA, 50, A_TSS32, 0);
                    idt_gate(v, G_TASK, X(21), 0);
                    break;
                case 4:
                    if (v != 14) {
                        paging(0, 0);
                    }
                    descriptor(X(22), 0, 0xFFFFF, A_CODE, SIZE32 | GRANULAR);
                    idt_gate(v, G_TASK, X(23), 0);
                    descriptor(X(23), P3 - 0x20, 103, A_TSS32, 0);
                    *pte(P3) &= ~1u;
                    break;
                default:
                    descriptor(X(21), 0, 0xFFF, A_CODE, SIZE32);
                    idt_gate(v, G_INT32, X(21), stub(v));
                    break;
                }
                show = SHOW_TR;
                go();
                show_tasks();
                end();
            }
        }
    }
    static const char *const broken[] = {"absent gate",  "gate beyond limit", "busy",      "absent tss",
                                         "small tss",    "cs null",           "ss null",   "ds beyond",
                                         "no room for the error code"};
    for (u32 i = 0; i < sizeof broken / sizeof broken[0]; ++i) {
        if (begin("triple: %s", broken[i])) {
            double_fault_task();
            raise(13);
            idt_gate(13, G_INT32 & ~PRESENT, CS(0), stub(13));
            switch (i) {
            case 0: idt_gate(8, G_TASK & ~PRESENT, SEL_TSSDF, 0); break;
            case 1: {
                struct {
                    u16 limit;
                    u32 base;
                } __attribute__((packed)) short_idt = {8 * 8 + 6, IDT};
                __asm__ volatile("lidt %0" : : "m"(short_idt));
                break;
            }
            case 2: descriptor(SEL_TSSDF, TSSDF, 103, A_TSS32_BUSY, 0); break;
            case 3: descriptor(SEL_TSSDF, TSSDF, 103, A_TSS32 & ~PRESENT, 0); break;
            case 4: descriptor(SEL_TSSDF, TSSDF, 102, A_TSS32, 0); break;
            case 5: poke32(TSSDF + T_CS, 0); break;
            case 6: poke32(TSSDF + T_SS, 0); break;
            case 7: poke32(TSSDF + T_DS, GDT_LIMIT + 1); break;
            default:
                descriptor(X(21), P3, 0xFFF, A_DATA, SIZE32);
                poke32(TSSDF + T_SS, X(21));
                poke32(TSSDF + T_ESP, 2);
                break;
            }
            go();
            end();
        }
    }
    if (begin("a fault in the double fault's task is no triple fault")) {
        double_fault_task();
        task32(TSSDF, 0, D, 6);
        at(D);
        raise(6);
        at(C);
        raise(13);
        idt_gate(13, G_INT32 & ~PRESENT, CS(0), stub(13));
        show = SHOW_TR;
        go();
        show_tasks();
        end();
    }
    if (begin("the double fault's task returns")) {
        /* It repairs the gate, drops the error code and returns: the instruction runs again. */
        double_fault_task();
        task32(TSSDF, 0, D, 6);
        at(D);
        emit("58 c6 05 %d 8e cf", IDT + 13 * 8 + 5);
        at(C);
        raise(13);
        idt_gate(13, G_INT32 & ~PRESENT, CS(0), stub(13));
        show = SHOW_TR | SHOW_CR0;
        go();
        show_tasks();
        end();
    }
}

static void second_faults_in_the_new_task(void) {
    static const char *const what[] = {"ds beyond", "ss null", "cs not present", "no room", "page missing"};
    static const u8 first[] = {6, 13, 14};
    for (u32 f = 0; f < sizeof first; ++f) {
        for (u32 i = 0; i < 5; ++i) {
            if (begin("#%b to a task with %s", first[f], what[i])) {
                double_fault_task();
                /* Handlers of what happens in the new task are tasks of their own. */
                for (u32 v = 10; v < 15; ++v) {
                    task32(P0 + 0x100 * (v - 10), 0, stub(0xE0 + v), 5);
                    descriptor(X(v), P0 + 0x100 * (v - 10), 103, A_TSS32, 0);
                    idt_gate(v, G_TASK, X(v), 0);
                }
                idt_gate(first[f], G_TASK, SEL_TSSA, 0);
                raise(first[f]);
                descriptor(X(20), 0, 0xFFFFF, A_CODE & ~PRESENT, SIZE32 | GRANULAR);
                descriptor(X(21), P2, 0xFFF, A_DATA, SIZE32);
                switch (i) {
                case 0: poke32(TSSA + T_DS, GDT_LIMIT + 1); break;
                case 1: poke32(TSSA + T_SS, 0); break;
                case 2: poke32(TSSA + T_CS, X(20)); break;
                case 3:
                    poke32(TSSA + T_SS, X(21));
                    poke32(TSSA + T_ESP, 2);
                    break;
                default:
                    paging(0, 0);
                    *pte(P3) &= ~1u;
                    poke32(TSSA + T_ESP, P3 + 8);
                    poke32(TSSA + T_ESP, P3 + 0x20);
                    break;
                }
                show = SHOW_TR;
                go();
                show_busy();
                show_tss("0", TSS0);
                show_tss("A", TSSA);
                end();
            }
        }
    }
}

static void parameters(void) {
    static const char *const names[] = {"in a missing page", "beyond the limit", "wrap at 64 KiB",
                                        "new stack in a missing page", "new stack read-only",
                                        "misaligned with ac"};
    for (u32 bits = 16; bits <= 32; bits += 16) {
        for (u32 i = 0; i < sizeof names / sizeof names[0]; ++i) {
            if (begin("parameters%d %s", bits, names[i])) {
                gate(X(0), (bits == 32 ? G_CALL32 : G_CALL16) | DPL(3), bits == 32 ? CS(1) : HB(1),
                     bits == 32 ? stub(ARRIVED) : stub16(ARRIVED), 4);
                ring(3);
                wide(ARRIVED, bits / 8);
                switch (i) {
                case 0:
                    paging(0, 0);
                    *pte(S(3)) &= ~1u;
                    in.esp = S(3) - 4;
                    show = SHOW_CR2;
                    break;
                case 1:
                    descriptor(X(1), 0, (S(3) >> 12) - 1, A_DATA | DPL(3), SIZE32 | GRANULAR);
                    in.ss = X(1) | 3;
                    in.esp = S(3) - 4;
                    break;
                case 2:
                    in.ss = D16(3);
                    in.esp = 0xFFFC;
                    poke32(C + 0xFFFC, 0x22221111);
                    break;
                case 3:
                    paging(0, 0);
                    *pte(S(1) - 0x2000) &= ~1u;
                    poke32(TSS0 + T_ESP1, S(1) - 0x1000 + 4);
                    show = SHOW_CR2;
                    break;
                case 4:
                    paging(0x10000, 0);
                    *pte(S(1) - 0x2000) &= ~2u;
                    poke32(TSS0 + T_ESP1, S(1) - 0x1000 + 4);
                    show = SHOW_CR2;
                    break;
                default:
                    paging(0x40000, 0);
                    in.eflags |= F_AC;
                    in.esp -= 31;
                    break;
                }
                emit("9a %d %w", 0, X(0));
                go();
                end();
            }
        }
    }
}

static void tasks(void) {
    for (u32 cpl = 0; cpl < 4; ++cpl) {
        if (begin("iret with nt cpl%d", cpl)) {
            ring(cpl);
            in.eflags |= F_NT;
            poke16(TSS0, SEL_TSSA);
            descriptor(SEL_TSSA, TSSA, 103, A_TSS32_BUSY, 0);
            emit("cf");
            show = SHOW_TR;
            go();
            show_busy();
            show_tss("0", TSS0);
            end();
        }
    }
    for (u32 w = 0; w < 2; ++w) {
        if (begin("single step over %s", w ? "call" : "jmp")) {
            in.eflags |= F_TF;
            task32(TSSA, 0, D, 4);
            at(D);
            emit("90 cd f2");
            at(C);
            emit(w ? "9a %d %w" : "ea %d %w", 0, SEL_TSSA);
            show = SHOW_TR;
            go();
            show_tss("0", TSS0);
            end();
        }
    }
    if (begin("local breakpoints")) {
        emit("b8 %d 0f 23 f8 ea %d %w", 0x3FF, 0, SEL_TSSA);
        show = SHOW_DR7;
        go();
        end();
    }
    if (begin("t bit of the old task")) {
        poke32(TSS0 + T_TRAP, 1);
        emit("ea %d %w", 0, SEL_TSSA);
        go();
        end();
    }
    if (begin("t bit on the way back")) {
        poke32(TSS0 + T_TRAP, 1);
        task32(TSSA, 0, D, 4);
        at(D);
        emit("cf");
        at(C);
        emit("9a %d %w", 0, SEL_TSSA);
        show = SHOW_DR6;
        go();
        end();
    }
    if (begin("all segments of the task's ldt")) {
        descriptor(L(2), 0, 0xFFFFF, A_CODE, SIZE32 | GRANULAR);
        descriptor(L(3), 0, 0xFFFFF, A_DATA, SIZE32 | GRANULAR);
        descriptor(L(4), 0, 0xFFFFF, A_DATA - 1, SIZE32 | GRANULAR);
        poke32(TSSA + T_LDT, SEL_LDT);
        poke32(TSSA + T_CS, L(2));
        poke32(TSSA + T_SS, L(3));
        poke32(TSSA + T_DS, L(4));
        poke32(TSSA + T_ES, L(4));
        emit("ea %d %w", 0, SEL_TSSA);
        show = SHOW_LDTR;
        go();
        say(" access=%b", access_of(L(4)));
        end();
    }
    if (begin("segments of the old task's ldt")) {
        load_ldt();
        descriptor(L(4), 0, 0xFFFFF, A_DATA, SIZE32 | GRANULAR);
        poke32(TSSA + T_FS, L(4));
        task32(P0, 0, stub(0xEA), 5);
        descriptor(X(10), P0, 103, A_TSS32, 0);
        idt_gate(10, G_TASK, X(10), 0);
        emit("ea %d %w", 0, SEL_TSSA);
        show = SHOW_LDTR | SHOW_TR;
        go();
        end();
    }
    if (begin("rpl of a task gate's selector")) {
        task32(TSSA, 0, D, 4);
        gate(X(0), G_TASK | DPL(3), SEL_TSSA | 3, 0, 0);
        at(D);
        emit("0f 00 c9 cf"); /* str ecx; iretd */
        at(C);
        emit("9a %d %w 9a %d %w", 0, X(0) | 3, 0, X(0) | 3);
        show = SHOW_TR;
        go();
        show_tss("A", TSSA);
        end();
    }
    if (begin("three deep by interrupts and back")) {
        task32(TSSA, 3, D, 4);
        poke32(TSSA + T_EFLAGS, F_IOPL(3) | 2);
        task32(TSSB, 0, E, 5);
        idt_gate(0x40, G_TASK | DPL(3), SEL_TSSA, 0);
        idt_gate(0x41, G_TASK | DPL(3), SEL_TSSB, 0);
        at(D);
        emit("cd 41 cf");
        at(E);
        emit("cf");
        at(C);
        emit("cd 40");
        show = SHOW_TR;
        go();
        show_busy();
        show_tss("A", TSSA);
        end();
    }
}

/* Two things are wrong: which is found first? */
static void order(void) {
    static const char *const ways[] = {"int", "fault", "call"};
    for (u32 way = 0; way < 3; ++way) {
        for (u32 same = 0; same < 2; ++same) {
            if (begin("no room and target limit: %s%s", ways[way], same ? " same ring" : "")) {
                descriptor(X(0), C, 0xFFF, A_CODE | DPL(1), SIZE32);
                descriptor(X(1), S(1) - 0x1000, 0xFFF, A_DATA | DPL(1), SIZE32);
                gate(X(2), G_CALL32 | DPL(3), X(0), 0x1000, 0);
                idt_gate(0x40, G_INT32 | DPL(3), X(0), 0x1000);
                idt_gate(6, G_INT32, X(0), 0x1000);
                ring(same ? 1 : 3);
                if (same) {
                    in.ss = X(1) | 1;
                    in.esp = 4;
                } else {
                    poke32(TSS0 + T_SS1, X(1) | 1);
                    poke32(TSS0 + T_ESP1, 4);
                }
                at(D); /* for QEMU, which enforces neither */
                emit("cd f2");
                at(C);
                if (way == 0) {
                    emit("cd 40");
                } else if (way == 1) {
                    emit("0f 0b");
                } else {
                    emit("9a %d %w", 0, X(2));
                }
                go();
                end();
            }
        }
    }
    for (u32 way = 0; way < 2; ++way) {
        for (u32 i = 0; i < 3; ++i) {
            static const char *const what[] = {"bad ss and limit", "no room and absent cs",
                                               "no room and limit"};
            if (begin("%s: %s", what[i], way ? "retf" : "iret")) {
                descriptor(X(0), 0, 0xFFF, (i == 1 ? A_CODE & ~PRESENT : A_CODE) | DPL(3), SIZE32);
                if (i == 0) {
                    stack32(way ? 4 : 5, 0x1000, X(0) | 3, way ? S(3) : 2, way ? DS(2) : S(3), DS(2));
                } else {
                    descriptor(X(1), 0, (S(0) >> 12) - 1, A_DATA, SIZE32 | GRANULAR);
                    in.ss = X(1);
                    stack32(way ? 2 : 3, 0x1000, X(0) | 3, 2);
                }
                emit(way ? "cb" : "cf");
                go();
                end();
            }
        }
    }
}

CATEGORY(31, nested) {
    double_faults();
    second_faults_in_the_new_task();
    parameters();
    tasks();
    order();
}
