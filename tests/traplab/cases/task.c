/* SPDX-License-Identifier: MIT */
/* Task switches by JMP, CALL, INT, exceptions and IRET, 16- and 32-bit, good and bad. */
#include "lab.h"

enum { JMP_TSS, CALL_TSS, JMP_GATE, CALL_GATE, INT_GATE, FAULT_GATE, IRET, WAYS };
static const char *const way_names[WAYS] = {"jmp tss",  "call tss",   "jmp gate", "call gate",
                                            "int gate", "fault gate", "iret"};

/* Code at the cursor that switches to the task of `selector`. */
static void switch_to(u32 way, u32 selector) {
    gate(X(31), G_TASK | DPL(3), selector, 0, 0);
    switch (way) {
    case JMP_TSS: emit("ea %d %w", 0, selector); break;
    case CALL_TSS: emit("9a %d %w", 0, selector); break;
    case JMP_GATE: emit("ea %d %w", 0, X(31)); break;
    case CALL_GATE: emit("9a %d %w", 0, X(31)); break;
    case INT_GATE:
        idt_gate(0x40, G_TASK | DPL(3), selector, 0);
        emit("cd 40");
        break;
    case FAULT_GATE:
        idt_gate(13, G_TASK, selector, 0);
        emit("cd %b", 0x41); /* through a gate that is not present: #NP; of DPL 0: #GP(20A) */
        idt_gate(0x41, G_CALL32, CS(0), 0);
        break;
    default:
        poke16(TSS0, selector);
        in.eflags |= F_NT;
        poke8(GDT + selector + 5, peek8(GDT + selector + 5) | 2); /* a nested task's caller is busy */
        emit("cf");
        break;
    }
}

static void show_all(void) {
    show_busy();
    show_tss("0", TSS0);
    show_tss("A", TSSA);
    show_tss("B", TSSB);
    show_tss16("16A", TSS16A);
    show_tss16("16B", TSS16B);
}

static void current_task_16(void) {
    __asm__ volatile("ltr %w0" : : "r"(SEL_TSS16B) : "memory");
}

/* There, from TSS0 or TSS16B, and what both TSSs and the registers look like. */
static void there(void) {
    for (u32 from16 = 0; from16 < 2; ++from16) {
        for (u32 to16 = 0; to16 < 2; ++to16) {
            for (u32 way = 0; way < WAYS; ++way) {
                if (begin("%s %d to %d", way_names[way], from16 ? 16 : 32, to16 ? 16 : 32)) {
                    if (from16) {
                        current_task_16();
                    }
                    switch_to(way, to16 ? SEL_TSS16A : SEL_TSSA);
                    register_mask = to16 ? 0xFFFF : 0xFFFFFFFF;
                    if (way == IRET && from16) {
                        poke16(TSS16B, to16 ? SEL_TSS16A : SEL_TSSA);
                    }
                    show = SHOW_TR | SHOW_LDTR | SHOW_CR0 | SHOW_DR7;
                    poke32(TSSA + T_FS, DS(3));
                    go();
                    show_all();
                    end();
                }
            }
        }
    }
    /* From every ring into a task of every ring. */
    for (u32 cpl = 0; cpl < 4; ++cpl) {
        for (u32 to = 0; to < 4; ++to) {
            if (begin("int gate cpl%d to ring%d", cpl, to)) {
                task32(TSSA, to, D, 4);
                at(D);
                emit("cd f2");
                at(C);
                ring(cpl);
                in.esp -= 0x20;
                switch_to(INT_GATE, SEL_TSSA);
                show = SHOW_TR;
                go();
                show_busy();
                show_tss("0", TSS0);
                end();
            }
        }
    }
}

/* There and back by IRET, and there again. */
static void and_back(void) {
    static const u8 ways[] = {CALL_TSS, CALL_GATE, INT_GATE, FAULT_GATE};
    for (u32 from16 = 0; from16 < 2; ++from16) {
        for (u32 to16 = 0; to16 < 2; ++to16) {
            for (u32 i = 0; i < 3; ++i) {
                if (begin("%s and iret %d to %d", way_names[ways[i]], from16 ? 16 : 32,
                          to16 ? 16 : 32)) {
                    if (from16) {
                        current_task_16();
                    }
                    /* A 16-bit task saves 16 bits of EIP: its code lies at a low offset. */
                    descriptor(X(0), C, 0xFFFF, A_CODE, SIZE32);
                    in.cs = X(0);
                    in.eip = 0;
                    task32(TSSA, 0, D, 4);
                    poke16(TSS16A + T16_CS, X(0));
                    poke16(TSS16A + T16_IP, D - C);
                    at(D);
                    emit("cf");
                    at(C);
                    switch_to(ways[i], to16 ? SEL_TSS16A : SEL_TSSA);
                    show = SHOW_TR | SHOW_CR0;
                    register_mask = from16 || to16 ? 0xFFFF : 0xFFFFFFFF;
                    descriptor(X(1), C, 0xFFFF, A_DATA, SIZE16);
                    in.ss = X(1);
                    in.esp = S(0) - C;
                    go();
                    show_all();
                    end();
                }
            }
        }
    }
    for (u32 cpl = 0; cpl < 4; ++cpl) {
        if (begin("int gate and iret cpl%d", cpl)) {
            task32(TSSA, 0, D, 4);
            at(D);
            emit("cf");
            at(C);
            ring(cpl);
            switch_to(INT_GATE, SEL_TSSA);
            show = SHOW_TR;
            go();
            show_all();
            end();
        }
    }
    if (begin("fault handler task restarts the instruction")) {
        /* The task for #UD puts NOPs over it, drops nothing (no error code) and returns. */
        task32(TSSA, 0, D, 4);
        idt_gate(6, G_TASK, SEL_TSSA, 0);
        at(D);
        emit("66 c7 05 %d 90 90 cf", C);
        at(C);
        emit("0f 0b");
        ring(3);
        go();
        show_all();
        end();
    }
    if (begin("error code on the new stack")) {
        task32(TSSA, 0, stub(0xF2), 4);
        idt_gate(13, G_TASK, SEL_TSSA, 0);
        emit("8e 1d %d", P0); /* mov ds, [P0] */
        poke16(P0, GDT_LIMIT + 1);
        go();
        show_all();
        end();
    }
    if (begin("error code on a 16-bit stack")) {
        idt_gate(13, G_TASK, SEL_TSS16A, 0);
        register_mask = 0xFFFF;
        wide(0xF4, 2);
        emit("8e 1d %d", P0);
        poke16(P0, GDT_LIMIT + 1);
        go();
        show_all();
        end();
    }
    if (begin("chain of three and back")) {
        task32(TSSA, 0, D, 4);
        task32(TSSB, 0, E, 5);
        at(D);
        emit("9a %d %w cf", 0, SEL_TSSB);
        at(E);
        emit("cf");
        at(C);
        switch_to(CALL_TSS, SEL_TSSA);
        show = SHOW_TR;
        go();
        show_all();
        end();
    }
    if (begin("call then jmp keeps the caller busy")) {
        task32(TSSA, 0, D, 4);
        at(D);
        emit("ea %d %w", 0, SEL_TSSB);
        at(C);
        switch_to(CALL_TSS, SEL_TSSA);
        show = SHOW_TR;
        go();
        show_all();
        end();
    }
    if (begin("jmp back into the old task")) {
        task32(TSSA, 0, D, 4);
        at(D);
        emit("ea %d %w", 0, SEL_TSS0);
        at(C);
        switch_to(JMP_TSS, SEL_TSSA);
        show = SHOW_TR;
        go();
        show_all();
        end();
    }
    if (begin("call back into the busy caller")) {
        task32(TSSA, 0, D, 4);
        at(D);
        emit("9a %d %w", 0, SEL_TSS0);
        at(C);
        switch_to(CALL_TSS, SEL_TSSA);
        show = SHOW_TR;
        go();
        show_all();
        end();
    }
    if (begin("second iret continues after the first")) {
        task32(TSSA, 0, D, 4);
        at(D);
        emit("40 cf 40 cf"); /* inc eax; iret; inc eax; iret */
        at(C);
        switch_to(CALL_TSS, SEL_TSSA);
        switch_to(CALL_TSS, SEL_TSSA);
        go();
        show_all();
        end();
    }
    if (begin("clts after a switch")) {
        task32(TSSA, 0, D, 4);
        at(D);
        emit("0f 06 cf");
        at(C);
        switch_to(CALL_TSS, SEL_TSSA);
        show = SHOW_CR0;
        go();
        end();
    }
    for (u32 i = 0; i < 4; ++i) {
        if (begin("%s to itself", way_names[ways[i]])) {
            switch_to(ways[i], SEL_TSS0);
            go();
            show_all();
            end();
        }
    }
}

/* Rights to the TSS and to the task gate. */
static void privilege(void) {
    for (u32 way = JMP_TSS; way <= CALL_GATE; ++way) {
        for (u32 cpl = 0; cpl < 4; ++cpl) {
            for (u32 dpl = 0; dpl < 4; ++dpl) {
                for (u32 rpl = 0; rpl < 4; rpl += 3) {
                    if (begin("%s cpl%d dpl%d rpl%d", way_names[way], cpl, dpl, rpl)) {
                        ring(cpl);
                        const u32 gated = way >= JMP_GATE;
                        if (gated) {
                            gate(X(30), G_TASK | DPL(dpl), SEL_TSSA, 0, 0);
                        } else {
                            descriptor(SEL_TSSA, TSSA, 103, A_TSS32 | DPL(dpl), 0);
                        }
                        emit((way & 1) ? "9a %d %w" : "ea %d %w", 0,
                             (gated ? X(30) : (u32)SEL_TSSA) | rpl);
                        go();
                        end();
                    }
                }
            }
        }
    }
    for (u32 cpl = 0; cpl < 4; ++cpl) {
        for (u32 dpl = 0; dpl < 4; ++dpl) {
            if (begin("int gate cpl%d dpl%d", cpl, dpl)) {
                ring(cpl);
                idt_gate(0x40, G_TASK | DPL(dpl), SEL_TSSA | 3, 0);
                emit("cd 40");
                go();
                end();
            }
        }
    }
}

/* The TSS's descriptor does not do: the fault belongs to the old task. */
static void bad_descriptors(void) {
    static const char *const names[] = {"busy",      "not present", "limit 102",   "16-bit limit 42",
                                        "limit 16-bit size",  "data", "null",        "in ldt",
                                        "beyond gdt", "gate",       "code",        "ldt descriptor"};
    for (u32 way = 0; way < WAYS; ++way) {
        for (u32 i = 0; i < sizeof names / sizeof names[0]; ++i) {
            if (i == 10 && way <= CALL_TSS) {
                continue; /* an ordinary far transfer */
            }
            if (begin("%s descriptor %s", way_names[way], names[i])) {
                u32 selector = X(0);
                load_ldt();
                descriptor(L(1), TSSA, 103, A_TSS32, 0);
                descriptor(X(0), TSSA, 103, A_TSS32, 0);
                switch (i) {
                case 0: descriptor(X(0), TSSA, 103, A_TSS32_BUSY, 0); break;
                case 1: descriptor(X(0), TSSA, 103, A_TSS32 & ~PRESENT, 0); break;
                case 2: descriptor(X(0), TSSA, 102, A_TSS32, 0); break;
                case 3: descriptor(X(0), TSS16A, 42, A_TSS16, 0); break;
                case 4: descriptor(X(0), TSSA, 43, A_TSS32, 0); break;
                case 5: selector = DS(0); break;
                case 6: selector = 0; break;
                case 7: selector = L(1); break;
                case 8: selector = GDT_LIMIT + 1; break;
                case 9: selector = X(31); break;
                case 10: selector = CS(0); break;
                default: selector = SEL_LDT; break;
                }
                if (way == IRET) {
                    poke16(TSS0, selector);
                    in.eflags |= F_NT;
                    if (i != 0) { /* for IRET the busy ones are good */
                        poke8(GDT + X(0) + 5, peek8(GDT + X(0) + 5) | 2);
                    } else {
                        descriptor(X(0), TSSA, 103, A_TSS32, 0);
                    }
                    emit("cf");
                } else if (way == FAULT_GATE) {
                    idt_gate(6, G_TASK, selector, 0);
                    emit("0f 0b");
                } else {
                    switch_to(way, selector);
                }
                show = SHOW_TR;
                ring(0);
                in.eflags |= way == IRET ? F_NT : 0;
                go();
                show_busy();
                show_tss("0", TSS0);
                end();
            }
        }
    }
}

/* The new task's own state does not do: the fault belongs to the new task. Its registers may not
   carry a handler, so the handlers are tasks, as the manual wants it for #TS. */
static void handlers_are_tasks(void) {
    for (u32 i = 0; i < 4; ++i) {
        const u32 tss = P0 + 0x100 * i;
        task32(tss, 0, stub(0xEA + i), 5);
        descriptor(X(10 + i), tss, 103, A_TSS32, 0);
        idt_gate(10 + i, G_TASK, X(10 + i), 0);
    }
}

static void show_handler(void) {
    const u32 i = event.vector - 0xEA;
    if (i < 4) {
        say(" link=%p", peek16(P0 + 0x100 * i));
    }
}

static void bad_state(void) {
    static const struct {
        const char *name;
        u32 field, value;
    } bad[] = {{"cs null", T_CS, 0},
               {"cs beyond", T_CS, GDT_LIMIT + 1},
               {"cs data", T_CS, DS(0)},
               {"cs tss", T_CS, SEL_TSSB},
               {"cs rpl1 dpl0", T_CS, CS(0) | 1},
               {"cs dpl3 rpl0", T_CS, CS(3) & ~3u},
               {"cs conforming dpl3 rpl0", T_CS, CC(3)},
               {"cs conforming dpl0 rpl0", T_CS, CC(0)},
               {"cs not present", T_CS, X(0)},
               {"cs accessed clear", T_CS, X(1)},
               {"eip beyond", T_CS, X(2)},
               {"ss null", T_SS, 0},
               {"ss beyond", T_SS, GDT_LIMIT + 1},
               {"ss rpl3", T_SS, DS(0) | 3},
               {"ss dpl3", T_SS, DS(3) & ~3u},
               {"ss read-only", T_SS, X(3)},
               {"ss code", T_SS, CS(0)},
               {"ss not present", T_SS, X(4)},
               {"ds null", T_DS, 0},
               {"ds beyond", T_DS, GDT_LIMIT + 1},
               {"ds execute-only", T_DS, X(5)},
               {"ds tss", T_DS, SEL_TSSB},
               {"ds not present", T_DS, X(4)},
               {"ds rpl3 dpl0", T_DS, DS(0) | 3},
               {"es beyond", T_ES, GDT_LIMIT + 1},
               {"fs beyond", T_FS, GDT_LIMIT + 1},
               {"gs not present", T_GS, X(4)},
               {"ldt null", T_LDT, 0},
               {"ldt good", T_LDT, SEL_LDT},
               {"ldt beyond", T_LDT, GDT_LIMIT + 1},
               {"ldt in ldt", T_LDT, L(1)},
               {"ldt data", T_LDT, DS(0)},
               {"ldt tss", T_LDT, SEL_TSSB},
               {"ldt not present", T_LDT, X(6)},
               {"t bit", T_TRAP, 1},
               {"eflags tf", T_EFLAGS, F_TF | 2},
               {"eflags nt", T_EFLAGS, F_NT | 2},
               {"eflags all", T_EFLAGS, 0xFFC0FED7 & ~F_VM},
               {"eflags rf", T_EFLAGS, F_RF | 2},
               {"esp", T_ESP, S(4) - 0x100}};
    static const u8 ways[] = {JMP_TSS, CALL_TSS, INT_GATE, IRET};
    for (u32 w = 0; w < 4; ++w) {
        for (u32 i = 0; i < sizeof bad / sizeof bad[0]; ++i) {
            if (begin("%s new %s", way_names[ways[w]], bad[i].name)) {
                load_ldt();
                descriptor(X(0), 0, 0xFFFFF, A_CODE & ~PRESENT, SIZE32 | GRANULAR);
                descriptor(X(1), 0, 0xFFFFF, A_CODE - 1, SIZE32 | GRANULAR);
                descriptor(X(2), C, 0xFFF, A_CODE, SIZE32);
                descriptor(X(3), 0, 0xFFFFF, A_DATA_RO, SIZE32 | GRANULAR);
                descriptor(X(4), 0, 0xFFFFF, A_DATA & ~PRESENT, SIZE32 | GRANULAR);
                descriptor(X(5), 0, 0xFFFFF, A_CODE_XO, SIZE32 | GRANULAR);
                descriptor(X(6), LDT, LDT_LIMIT, A_LDT & ~PRESENT, 0);
                descriptor(L(1), LDT, LDT_LIMIT, A_LDT, 0);
                handlers_are_tasks();
                task32(TSSA, 0, bad[i].value == X(2) ? D - C : D, 4);
                at(D);
                emit("90 cd f2");
                at(C);
                poke32(TSSA + bad[i].field, bad[i].value);
                if (bad[i].value == CS(1) - 0x10) {
                    task32(TSSA, 1, D, 4); /* only CS is wrong */
                    poke32(TSSA + T_CS, bad[i].value);
                }
                switch_to(ways[w], SEL_TSSA);
                show = SHOW_TR | SHOW_LDTR | (bad[i].field == T_TRAP ? SHOW_DR6 : 0);
                ring(0);
                in.eflags |= ways[w] == IRET ? F_NT : 0;
                go();
                show_handler();
                show_busy();
                show_tss("0", TSS0);
                show_tss("A", TSSA);
                if (bad[i].value == X(1)) {
                    say(" access=%b", access_of(X(1)));
                }
                end();
            }
        }
    }
    /* A task of ring 3 with fields that only ring 0 could have. */
    static const struct {
        const char *name;
        u32 field, value;
    } outer[] = {{"ds ring0", T_DS, DS(0)},        {"ds conforming", T_DS, CC(0)},
                 {"ss ring0", T_SS, DS(0)},        {"iopl", T_EFLAGS, F_IOPL(3) | 2},
                 {"gs ring0 code", T_GS, CS(0)},   {"nothing wrong", T_EAX, 1}};
    for (u32 i = 0; i < sizeof outer / sizeof outer[0]; ++i) {
        if (begin("new ring3 %s", outer[i].name)) {
            task32(TSSA, 3, D, 4);
            at(D);
            emit("90 cd f2");
            at(C);
            poke32(TSSA + outer[i].field, outer[i].value);
            switch_to(JMP_TSS, SEL_TSSA);
            handlers_are_tasks();
            show = SHOW_TR;
            go();
            show_handler();
            show_busy();
            show_tss("A", TSSA);
            end();
        }
    }
    /* The same of a 16-bit TSS. */
    static const struct {
        const char *name;
        u32 field, value;
    } bad16[] = {{"cs null", T16_CS, 0},       {"ss null", T16_SS, 0},
                 {"ds beyond", T16_DS, GDT_LIMIT + 1}, {"es not present", T16_ES, X(4)},
                 {"ldt good", T16_LDT, SEL_LDT}, {"ldt data", T16_LDT, DS(0)},
                 {"flags", T16_FLAGS, 0x3ED7 & ~F_TF}, {"flags tf", T16_FLAGS, F_TF | 2}};
    for (u32 i = 0; i < sizeof bad16 / sizeof bad16[0]; ++i) {
        if (begin("16-bit new %s", bad16[i].name)) {
            descriptor(X(4), 0, 0xFFFFF, A_DATA & ~PRESENT, SIZE32 | GRANULAR);
            poke16(TSS16A + bad16[i].field, bad16[i].value);
            switch_to(CALL_TSS, SEL_TSS16A);
            handlers_are_tasks();
            register_mask = 0xFFFF;
            show = SHOW_TR | SHOW_LDTR;
            go();
            show_handler();
            show_busy();
            show_tss16("16A", TSS16A);
            end();
        }
    }
}

/* Paging: CR3 of the task, faults on the TSSs. */
static void pages(void) {
    if (begin("cr3 of the task")) {
        paging(0, 0);
        fill(PAGE_TABLE2, 4096, 0);
        poke32(PAGE_TABLE2, PAGE_TABLE0 | 7);
        poke32(TSSA + T_CR3, PAGE_TABLE2);
        switch_to(CALL_TSS, SEL_TSSA);
        show = SHOW_CR3;
        go();
        show_tss("0", TSS0);
        end();
    }
    if (begin("cr3 of a 16-bit task stays")) {
        paging(0, 0);
        switch_to(CALL_TSS, SEL_TSS16A);
        register_mask = 0xFFFF;
        show = SHOW_CR3;
        go();
        end();
    }
    if (begin("cr3 not loaded without paging")) {
        poke32(TSSA + T_CR3, 0x123000);
        switch_to(CALL_TSS, SEL_TSSA);
        go();
        end();
    }
    static const char *const names[] = {"new tss missing", "new tss second page missing",
                                        "new tss read-only wp", "old tss missing",
                                        "old tss read-only wp"};
    for (u32 way = 0; way < 2; ++way) {
        for (u32 i = 0; i < 5; ++i) {
            if (begin("%s %s", way_names[way], names[i])) {
                paging(0x10000, 0);
                show = SHOW_TR | SHOW_CR2_PAGE;
                const u32 tss = P2 - 0x40; /* across a border */
                fill(P1, 0x2000, 0);
                task32(tss, 0, stub(0xF2), 4);
                descriptor(SEL_TSSA, tss, 103, A_TSS32, 0);
                switch (i) {
                case 0: *pte(P1) &= ~1u; break;
                case 1: *pte(P2) &= ~1u; break;
                case 2: *pte(P1) &= ~2u; break;
                case 3:
                    descriptor(SEL_TSSB, tss, 103, A_TSS32, 0);
                    descriptor(SEL_TSSA, TSSA, 103, A_TSS32, 0);
                    __asm__ volatile("ltr %w0" : : "r"(SEL_TSSB) : "memory");
                    *pte(P2) &= ~1u;
                    break;
                default:
                    descriptor(SEL_TSSB, tss, 103, A_TSS32, 0);
                    descriptor(SEL_TSSA, TSSA, 103, A_TSS32, 0);
                    __asm__ volatile("ltr %w0" : : "r"(SEL_TSSB) : "memory");
                    *pte(P2) &= ~2u;
                    break;
                }
                switch_to(way, SEL_TSSA);
                go();
                show_busy();
                end();
            }
        }
    }
}

CATEGORY(16, task) {
    there();
    and_back();
    privilege();
    bad_descriptors();
    bad_state();
    pages();
}
