/* SPDX-License-Identifier: MIT */
/* Virtual 8086 mode: entry, what is sensitive to IOPL, what faults, interrupts, and the way back. */
#include "lab.h"

struct code {
    const char *name;
    const char *bytes;
};

/* hlt and far jumps end in DONE: int F1h needs IOPL 3, the way out without it is a #GP. */
static const struct code sensitive[] = {
    {"cli", "fa"},       {"sti", "fb"},           {"pushf", "9c"},   {"popf", "9d"},
    {"iret", "cf"},      {"int 40", "cd 40"},     {"pushfd", "66 9c"}, {"popfd", "66 9d"},
    {"iretd", "66 cf"},  {"int3", "cc"},          {"int 3", "cd 03"}, {"into", "ce"},
    {"icebp", "f1"},     {"in al", "e4 21"},      {"out al", "e6 80"}, {"in al dx", "ec"},
    {"in eax dx", "66 ed"}, {"out dx ax", "ef"},  {"insb", "6c"},    {"outsw", "6f"},
};

static void by_iopl(void) {
    for (u32 i = 0; i < sizeof sensitive / sizeof sensitive[0]; ++i) {
        for (u32 iopl = 0; iopl < 4; ++iopl) {
            if (begin("%s iopl%d", sensitive[i].name, iopl)) {
                v86(iopl);
                in.eflags |= 0x800; /* for INTO */
                in.edx = 0x80;
                in.esi = in.edi = 0x10;
                in.esp = 0xFF0;
                /* For POPF and IRET: IP 40h, CS, flags that may and may not change. */
                for (u32 k = 0; k < 16; k += 2) {
                    poke16(V86_STACK + 0xFF0 + k, 0);
                }
                if (i == 4) {
                    poke16(V86_STACK + 0xFF0, 0x40);
                    poke16(V86_STACK + 0xFF2, V86_CODE >> 4);
                    poke16(V86_STACK + 0xFF4, 0x0CD5);
                } else if (i == 8) {
                    poke32(V86_STACK + 0xFF0, 0x40);
                    poke32(V86_STACK + 0xFF4, V86_CODE >> 4);
                    poke32(V86_STACK + 0xFF8, 0x244CD5);
                } else if (i == 3) {
                    poke16(V86_STACK + 0xFF0, 0x0CD5);
                } else if (i == 7) {
                    poke32(V86_STACK + 0xFF0, 0x244CD5);
                }
                at(V86_CODE);
                emit(sensitive[i].bytes);
                emit("cd f1");
                at(V86_CODE + 0x40);
                emit("cd f1");
                at(V86_CODE + 0x50);
                run();
                if (i == 2 || i == 6) {
                    show_words(V86_STACK + 0xFE8, 2);
                }
                end();
            }
        }
    }
}

static const struct code privileged[] = {
    {"hlt", "f4"},
    {"mov eax cr0", "0f 20 c0"},
    {"mov cr0 eax", "0f 22 c0"},
    {"mov cr3 eax", "0f 22 d8"},
    {"mov eax dr0", "0f 21 c0"},
    {"mov dr7 eax", "0f 23 f8"},
    {"lgdt", "0f 01 16 00 00"},
    {"lidt", "0f 01 1e 00 00"},
    {"sgdt", "0f 01 06 00 00"},
    {"sidt", "0f 01 0e 00 00"},
    {"lmsw", "0f 01 f0"},
    {"smsw", "0f 01 e0"},
    {"clts", "0f 06"},
    {"lldt", "0f 00 d0"},
    {"ltr", "0f 00 d8"},
    {"sldt", "0f 00 c0"},
    {"str", "0f 00 c8"},
    {"verr", "0f 00 e0"},
    {"verw", "0f 00 e8"},
    {"lar", "0f 02 c0"},
    {"lsl", "0f 03 c0"},
    {"arpl", "63 c0"},
    {"invd", "0f 08"},
    {"wbinvd", "0f 09"},
    {"invlpg", "0f 01 3e 00 00"},
    {"rdmsr", "0f 32"},
    {"wrmsr", "0f 30"},
    {"ud2", "0f 0b"},
    {"lock nop", "f0 90"},
    {"div by zero", "31 c9 f7 f1"},
    {"aam 0", "d4 00"},
    {"bound", "62 06 40 00"},
    {"sysexit", "0f 35"},
    {"sysenter cs null", "0f 34"},
};

static void instructions(void) {
    for (u32 i = 0; i < sizeof privileged / sizeof privileged[0]; ++i) {
        for (u32 iopl = 0; iopl < 4; iopl += 3) {
            if (begin("%s iopl%d", privileged[i].name, iopl)) {
                v86(iopl);
                in.eax = 0x12;
                in.ecx = 0x174;
                in.edx = 0;
                emit(privileged[i].bytes);
                emit("cd f1");
                run();
                if (i == 8 || i == 9) {
                    show_words(V86_DATA, 1);
                }
                end();
            }
        }
    }
    static const struct code limits[] = {
        {"read word at ffff", "a1 ff ff"},
        {"read byte at ffff", "a0 ff ff"},
        {"read dword at fffd", "66 a1 fd ff"},
        {"write word at ffff", "a3 ff ff"},
        {"address 10000", "67 a1 00 00 01 00"},
        {"push at sp1", "bc 01 00 50"},
        {"pop at spffff", "bc ff ff 58"},
        {"pushd at sp2", "bc 02 00 66 50"},
        {"call at sp1", "bc 01 00 e8 00 00"},
        {"jmp beyond", "66 e9 00 00 01 00"},
        {"jmp far", "ea 20 00 00 20"},
        {"jmp far wraps segment", "ea 00 00 ff 1f"},
        {"call far", "9a 20 00 00 20"},
        {"retf", "68 00 20 6a 20 cb"},
        {"retfd eip beyond", "66 68 00 20 00 00 66 68 20 00 01 00 66 cb"},
        {"mov ds", "b8 34 12 8e d8"},
        {"mov ss", "b8 34 12 8e d0"},
        {"pop es", "68 ff ff 07"},
        {"pop fs", "68 00 00 0f a1"},
        {"lds", "c5 06 00 00"},
        {"les ffff", "c4 06 ff ff"},
        {"lss", "0f b2 26 00 00"},
        {"mov cs", "8e c8"},
        {"push cs pop ds", "0e 1f"},
        {"pusha at sp8", "bc 08 00 60"},
        {"string across ffff", "bf ff ff ab"},
        {"enter", "c8 10 00 01"},
    };
    for (u32 i = 0; i < sizeof limits / sizeof limits[0]; ++i) {
        if (begin("limits %s", limits[i].name)) {
            v86(3);
            poke32(V86_DATA, 0x30000100);
            emit(limits[i].bytes);
            emit("cd f1");
            at(V86_CODE + 0x20);
            emit("cd f2");
            at(V86_CODE - 0x10);
            emit("cd f3");
            /* Where QEMU goes, whose segments do not end. */
            at(V86_CODE + 0x10006);
            emit("cd f4");
            at(V86_CODE + 0x10020);
            emit("cd f4");
            run();
            end();
        }
    }
}

/* Gates as V86 code meets them. */
static void gates(void) {
    for (u32 iopl = 0; iopl < 4; iopl += 3) {
        for (u32 dpl = 0; dpl < 4; ++dpl) {
            if (begin("int gate dpl%d iopl%d", dpl, iopl)) {
                idt_gate(0x40, G_INT32 | DPL(dpl), CS(0), stub(0x40));
                v86(iopl);
                emit("cd 40");
                run();
                end();
            }
        }
    }
    static const struct {
        const char *name;
        u32 type, target;
    } kinds[] = {{"trap gate", G_TRAP32, CS(0)},     {"int16 gate", G_INT16, HB(0)},
                 {"trap16 gate", G_TRAP16, HB(0)},   {"to ring1", G_INT32, CS(1)},
                 {"to ring3", G_INT32, CS(3)},       {"to conforming0", G_INT32, CC(0)},
                 {"to conforming3", G_INT32, CC(3)}, {"not present", G_INT32 & ~PRESENT, CS(0)},
                 {"target null", G_INT32, 0},        {"task gate", G_TASK, SEL_TSSA},
                 {"task gate 16", G_TASK, SEL_TSS16A}};
    for (u32 i = 0; i < sizeof kinds / sizeof kinds[0]; ++i) {
        for (u32 fault = 0; fault < 2; ++fault) {
            if (begin("%s %s", kinds[i].name, fault ? "by fault" : "by int")) {
                const u32 v = fault ? 6 : 0x40;
                const u32 narrow = (kinds[i].type & 0xF) < 8 && kinds[i].type != G_TASK;
                idt_gate(v, kinds[i].type | DPL(3), kinds[i].target, narrow ? stub16(v) : stub(v));
                wide(v, narrow ? 2 : 4);
                v86(3);
                emit(fault ? "0f 0b" : "cd 40");
                show = SHOW_TR;
                register_mask = i == 10 ? 0xFFFF : 0xFFFFFFFF;
                run();
                show_busy();
                if (i == 9 || i == 10) {
                    show_tss("0", TSS0);
                }
                end();
            }
        }
    }
    static const struct {
        const char *name;
        u32 ss, esp;
    } stacks[] = {{"ss0 16-bit", D16(0), S(0) - C}, {"ss0 odd top", DS(0), S(0) - 2}};
    for (u32 i = 0; i < 2; ++i) {
        if (begin("%s", stacks[i].name)) {
            poke32(TSS0 + T_SS0, stacks[i].ss);
            poke32(TSS0 + T_ESP0, stacks[i].esp);
            v86(3);
            emit("cd 40");
            run();
            end();
        }
    }
}

/* IRETD at CPL 0 to V86, with every field odd. */
static void entry(void) {
    static const struct {
        const char *name;
        u32 eip, cs, eflags, esp, ss, es, ds, fs, gs;
    } frames[] = {
        {"plain", 0, 0x2000, F_VM | F_IOPL(3) | 2, 0x1000, 0x3000, 1, 2, 3, 4},
        {"iopl0", 0, 0x2000, F_VM | 2, 0x1000, 0x3000, 0, 0, 0, 0},
        {"eip 10000", 0x10000, 0x2000, F_VM | F_IOPL(3) | 2, 0x1000, 0x3000, 0, 0, 0, 0},
        {"high halves", 0, 0xFFFF2000, F_VM | F_IOPL(3) | 2, 0x1000, 0xEEEE3000, 0xDDDD0001,
         0xCCCC0002, 0xBBBB0003, 0xAAAA0004},
        {"esp high", 0, 0x2000, F_VM | F_IOPL(3) | 2, 0x12341000, 0x3000, 0, 0, 0, 0},
        {"all flags", 0, 0x2000, 0xFFE6FEFF & ~F_TF, 0x1000, 0x3000, 0, 0, 0, 0},
        {"nt", 0, 0x2000, F_VM | F_NT | F_IOPL(3) | 2, 0x1000, 0x3000, 0, 0, 0, 0},
        {"tf", 0, 0x2000, F_VM | F_TF | F_IOPL(3) | 2, 0x1000, 0x3000, 0, 0, 0, 0},
        {"ac", 0, 0x2000, F_VM | F_AC | F_ID | F_IOPL(3) | 2, 0x1000, 0x3000, 0, 0, 0, 0},
    };
    for (u32 i = 0; i < sizeof frames / sizeof frames[0]; ++i) {
        if (begin("iretd to v86 %s", frames[i].name)) {
            stack32(9, frames[i].eip, frames[i].cs, frames[i].eflags, frames[i].esp, frames[i].ss,
                    frames[i].es, frames[i].ds, frames[i].fs, frames[i].gs);
            emit("cf");
            at(V86_CODE);
            emit("90 cd f1");
            at(V86_CODE + 0x10000);
            emit("cd f2");
            run();
            end();
        }
    }
    for (u32 left = 12; left < 36; left += 8) {
        if (begin("iretd to v86 stack ends after %d", left)) {
            descriptor(X(0), 0, (S(0) >> 12) - 1, A_DATA, SIZE32 | GRANULAR);
            in.ss = X(0);
            in.esp = S(0) - left;
            const u32 words[] = {0, 0x2000, F_VM | 2, 0x1000, 0x3000, 0, 0, 0, 0};
            for (u32 i = 0; i < left / 4; ++i) {
                poke32(in.esp + 4 * i, words[i]);
            }
            emit("cf");
            run();
            end();
        }
    }
    if (begin("iretd with vm and 16-bit operand")) {
        stack16(3, 0x400, HB(0), 2);
        in.eflags |= F_AC;
        emit("66 cf");
        run();
        end();
    }
}

static void skip_two(void) { frame()[0] += 2; }

/* The monitor's way: an event, IRETD, and on. */
static void back_again(void) {
    if (begin("int and iretd")) {
        v86(3);
        go_on(0x40, 0);
        emit("cd 40 40 cd f1");
        run();
        end();
    }
    if (begin("fault and iretd over it")) {
        v86(0);
        go_on(6, 0);
        on_go_on = skip_two;
        emit("0f 0b 40 cd f1");
        run();
        end();
    }
    if (begin("single step in v86")) {
        v86(3);
        in.eflags |= F_TF;
        go_on(1, 0);
        show = SHOW_DR6;
        emit("90 40 89 c3 cd f1");
        run();
        end();
    }
    if (begin("popf sets tf in v86")) {
        v86(3);
        go_on(1, 0);
        show = SHOW_DR6;
        emit("68 02 31 9d 90 90 cd f1");
        run();
        end();
    }
    if (begin("int with tf in v86")) {
        v86(3);
        in.eflags |= F_TF;
        go_on(0x40, 0);
        go_on(1, 0);
        emit("cd 40 90 cd f1");
        run();
        end();
    }
    if (begin("mov ss shadows the step")) {
        v86(3);
        in.eflags |= F_TF;
        go_on(1, 0);
        emit("8c d0 8e d0 90 90 cd f1");
        run();
        end();
    }
    for (u32 to16 = 0; to16 < 2; ++to16) {
        if (begin("task gate and iret back %d", to16 ? 16 : 32)) {
            if (to16) {
                descriptor(X(0), C, 0xFFFF, A_CODE, SIZE32);
                poke16(TSS16A + T16_CS, X(0));
                poke16(TSS16A + T16_IP, D - C);
            } else {
                task32(TSSA, 0, D, 4);
            }
            at(D);
            emit("cf");
            idt_gate(0x40, G_TASK | DPL(3), to16 ? SEL_TSS16A : SEL_TSSA, 0);
            v86(3);
            emit("cd 40 cd f1");
            show = SHOW_TR;
            run();
            show_busy();
            show_tss("0", TSS0);
            end();
        }
    }
    if (begin("task in v86")) {
        poke32(TSSA + T_EFLAGS, F_VM | F_IOPL(3) | 2);
        poke32(TSSA + T_EIP, 0);
        poke32(TSSA + T_CS, V86_CODE >> 4);
        poke32(TSSA + T_SS, V86_STACK >> 4);
        poke32(TSSA + T_ESP, 0x1000);
        poke32(TSSA + T_DS, 0x1234);
        poke32(TSSA + T_ES, 0x5678);
        at(V86_CODE);
        emit("90 cd f1");
        at(C);
        emit("9a %d %w", 0, SEL_TSSA);
        show = SHOW_TR;
        run();
        show_busy();
        end();
    }
    if (begin("task in v86 of a cleared tss")) {
        poke32(TSSA + T_EFLAGS, F_VM | 2);
        poke32(TSSA + T_EIP, 0);
        poke32(TSSA + T_CS, V86_CODE >> 4);
        poke32(TSSA + T_SS, V86_STACK >> 4);
        poke32(TSSA + T_ESP, 0x1000);
        at(V86_CODE);
        emit("fa");
        at(C);
        emit("ea %d %w", 0, SEL_TSSA);
        run();
        end();
    }
}

/* Pages are the user's in V86. */
static void pages(void) {
    static const char *const names[] = {"supervisor data", "missing data", "read-only data",
                                        "missing stack"};
    for (u32 i = 0; i < 4; ++i) {
        if (begin("page %s", names[i])) {
            v86(3);
            paging(0, 0);
            show = SHOW_CR2;
            *pte(i == 3 ? V86_STACK : V86_DATA) &= i == 0 ? ~4u : i == 2 ? ~2u : ~1u;
            emit(i == 3 ? "50" : "a3 10 00");
            emit("cd f1");
            run();
            end();
        }
    }
}

CATEGORY(18, v86) {
    by_iopl();
    instructions();
    gates();
    entry();
    back_again();
    pages();
}
