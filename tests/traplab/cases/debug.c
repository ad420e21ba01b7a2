/* SPDX-License-Identifier: MIT */
/* Single-step and the debug registers, across every kind of transition. */
#include "lab.h"

enum { LEN1 = 0, LEN2 = 1, LEN4 = 3 };
enum { EXECUTE = 0, WRITE = 1, PORT = 2, ACCESS = 3 };

/* Breakpoint n; DR7 collects until the case starts. */
static u32 dr7;
static void breakpoint(u32 n, u32 address, u32 kind, u32 length) {
    switch (n) {
    case 0: __asm__ volatile("mov %0, %%dr0" : : "r"(address)); break;
    case 1: __asm__ volatile("mov %0, %%dr1" : : "r"(address)); break;
    case 2: __asm__ volatile("mov %0, %%dr2" : : "r"(address)); break;
    default: __asm__ volatile("mov %0, %%dr3" : : "r"(address)); break;
    }
    dr7 |= 2u << (2 * n) | kind << (16 + 4 * n) | length << (18 + 4 * n);
}

static void start(void) {
    __asm__ volatile("mov %0, %%dr7" : : "r"(dr7));
    dr7 = 0;
    run();
    const u32 zero = 0;
    __asm__ volatile("mov %0, %%dr7" : : "r"(zero));
}

static void clear_dr6(void) {
    const u32 zero = 0;
    __asm__ volatile("mov %0, %%dr6" : : "r"(zero));
}

struct code {
    const char *name;
    const char *bytes;
};

static void single_step(void) {
    static const struct code codes[] = {
        {"nop", "90"},
        {"inc", "40"},
        {"mov ss", "8c d0 8e d0 90"},
        {"pop ss", "16 17 90"},
        {"mov ds", "1e 1f 90"},
        {"lss", "8c e0 0f b2 25 00 41 21 00 90"},
        {"sti", "fb 90"},
        {"cli", "fa 90"},
        {"popf clears tf", "68 02 02 00 00 9d 90"},
        {"pushf", "9c 58"},
        {"int 40", "cd 40 90"},
        {"int3", "cc 90"},
        {"into", "ce 90"},
        {"call near", "e8 01 00 00 00 90 58"},
        {"jmp near", "eb 01 90 90"},
        {"jcc taken", "39 c0 74 01 90 90"},
        {"rep stosb", "b9 02 00 00 00 bf 00 40 21 00 f3 aa"},
        {"rep cx zero", "31 c9 f3 aa"},
        {"mov cr0", "0f 20 c0 0f 22 c0"},
        {"mov dr7 reads", "0f 21 f8"},
        {"fault", "0f 0b"},
        {"jmp far", "ea 10 00 21 00 3b 00"},
        {"cpuid", "31 c0 0f a2 31 c0 31 c9 31 d2 31 db"},
        {"icebp", "f1 90"},
    };
    for (u32 i = 0; i < sizeof codes / sizeof codes[0]; ++i) {
        for (u32 cpl = 0; cpl < 4; cpl += 3) {
            if (begin("step %s cpl%d", codes[i].name, cpl)) {
                ring(cpl);
                in.eflags |= F_TF;
                poke32(P0 + 0x100, S(cpl));
                poke32(P0 + 0x104, DS(cpl));
                show = SHOW_DR6;
                go_on(1, 0);
                go_on(0x40, 0);
                go_on(3, 0);
                go_on(4, 0);
                on_go_on = clear_dr6;
                register_mask = i == 22 ? 0 : 0xFFFFFFFF; /* CPUID says who it is */
                emit(codes[i].bytes);
                if (i == 21) {
                    poke16(C + 5, CS(cpl));
                    at(C + 0x10);
                    emit("90");
                }
                emit("cd f1");
                run();
                end();
            }
        }
    }
    if (begin("popf sets tf")) {
        go_on(1, 0);
        show = SHOW_DR6;
        emit("68 02 03 00 00 9d 90 90");
        go();
        end();
    }
    if (begin("iret sets tf")) {
        go_on(1, 0);
        stack32(3, C + 1, CS(0), F_TF | 2);
        emit("cf 90 90");
        go();
        end();
    }
    if (begin("iret to outer sets tf")) {
        go_on(1, 0);
        stack32(5, C + 1, CS(3), F_TF | 2, S(3), DS(3));
        emit("cf 90 90");
        go();
        end();
    }
    static const struct code shadows[] = {
        {"mov ss then ud2", "8c d0 8e d0 0f 0b"},
        {"mov ss then int 40", "8c d0 8e d0 cd 40 90"},
        {"mov ss then mov ss", "8c d0 8e d0 8e d0 90 90"},
        {"mov ss then popf", "68 02 02 00 00 8c d0 8e d0 9d 90"},
        {"mov ss then sti", "8c d0 8e d0 fb 90"},
        {"mov ss then iret", "9c 0e 68 0d 00 21 00 8c d0 8e d0 cf 90 90"},
    };
    for (u32 i = 0; i < sizeof shadows / sizeof shadows[0]; ++i) {
        if (begin("%s", shadows[i].name)) {
            in.eflags |= F_TF;
            go_on(1, 0);
            go_on(0x40, 0);
            show = SHOW_DR6;
            emit(shadows[i].bytes);
            go();
            end();
        }
    }
    /* TF and gates: interrupts clear it, calls do not. */
    for (u32 cpl = 0; cpl < 4; cpl += 3) {
        if (begin("step through call gate cpl%d", cpl)) {
            ring(cpl);
            in.eflags |= F_TF;
            gate(X(0), G_CALL32 | DPL(3), CS(0), D, 0);
            at(D);
            emit("90 cd f2");
            at(C);
            emit("9a %d %w", 0, X(0));
            go_on(1, 0);
            show = SHOW_DR6;
            run();
            end();
        }
        if (begin("step retf to cpl%d", cpl)) {
            in.eflags |= F_TF;
            stack32(4, D, CS(cpl), S(cpl), DS(cpl));
            at(D);
            emit("90 cd f2");
            at(C);
            emit("cb");
            go_on(1, 0);
            run();
            end();
        }
        if (begin("step trap gate cpl%d", cpl)) {
            ring(cpl);
            in.eflags |= F_TF;
            idt_gate(0x40, G_TRAP32 | DPL(3), CS(0), D);
            at(D);
            emit("90 cf");
            at(C);
            emit("cd 40 90");
            go_on(1, 0);
            go();
            end();
        }
        if (begin("step task switch cpl%d", cpl)) {
            ring(cpl);
            in.eflags |= F_TF;
            idt_gate(0x40, G_TASK | DPL(3), SEL_TSSA, 0);
            task32(TSSA, 0, D, 4);
            at(D);
            emit("90 cf");
            at(C);
            emit("cd 40 90");
            go_on(1, 0);
            go();
            end();
        }
    }
    if (begin("step in the new task")) {
        task32(TSSA, 0, D, 4);
        poke32(TSSA + T_EFLAGS, F_TF | 2);
        at(D);
        emit("90 cd f2");
        at(C);
        emit("9a %d %w 90", 0, SEL_TSSA);
        go_on(1, 0);
        go();
        end();
    }
}

static void set_rf(void) {
    frame()[2] |= F_RF;
    clear_dr6();
}

static void execution(void) {
    static const struct code where[] = {{"first", "40 41 90"}, {"second", "40 41 90"}};
    for (u32 i = 0; i < 2; ++i) {
        for (u32 cpl = 0; cpl < 4; cpl += 3) {
            if (begin("execute %s cpl%d", where[i].name, cpl)) {
                ring(cpl);
                breakpoint(0, C + i, EXECUTE, LEN1);
                show = SHOW_DR6 | SHOW_DR7;
                emit(where[i].bytes);
                emit("cd f1");
                start();
                end();
            }
            if (begin("execute %s rf cpl%d", where[i].name, cpl)) {
                ring(cpl);
                in.eflags |= F_RF;
                breakpoint(0, C + i, EXECUTE, LEN1);
                show = SHOW_DR6;
                emit(where[i].bytes);
                emit("cd f1");
                start();
                end();
            }
        }
    }
    if (begin("resume with rf")) {
        go_on(1, 0);
        on_go_on = set_rf;
        breakpoint(0, C + 1, EXECUTE, LEN1);
        show = SHOW_DR6;
        emit("40 41 90 cd f1");
        start();
        end();
    }
    if (begin("middle of an instruction")) {
        breakpoint(0, C + 2, EXECUTE, LEN1);
        emit("b8 01 00 00 00 90 cd f1");
        start();
        end();
    }
    for (u32 n = 0; n < 4; ++n) {
        if (begin("execute dr%d local", n)) {
            breakpoint(n, C + 1, EXECUTE, LEN1);
            dr7 = (dr7 & ~0xFFu) | 1u << (2 * n);
            show = SHOW_DR6;
            emit("40 41 90 cd f1");
            start();
            end();
        }
        if (begin("execute dr%d disabled", n)) {
            breakpoint(n, C + 1, EXECUTE, LEN1);
            dr7 &= ~0xFFu;
            show = SHOW_DR6;
            emit("40 41 90 cd f1");
            start();
            end();
        }
    }
    if (begin("two at one place")) {
        breakpoint(0, C + 1, EXECUTE, LEN1);
        breakpoint(3, C + 1, EXECUTE, LEN1);
        show = SHOW_DR6;
        emit("40 41 90 cd f1");
        start();
        end();
    }
    if (begin("execute and step")) {
        in.eflags |= F_TF;
        breakpoint(0, C + 1, EXECUTE, LEN1);
        show = SHOW_DR6;
        emit("40 41 90 cd f1");
        start();
        end();
    }
    if (begin("execute before ud2")) {
        breakpoint(0, C + 1, EXECUTE, LEN1);
        show = SHOW_DR6;
        emit("40 0f 0b");
        start();
        end();
    }
    if (begin("execute before int 40")) {
        breakpoint(0, C + 1, EXECUTE, LEN1);
        show = SHOW_DR6;
        emit("40 cd 40");
        start();
        end();
    }
    if (begin("first instruction of a handler")) {
        idt_gate(0x40, G_INT32 | DPL(3), CS(0), D);
        breakpoint(0, D, EXECUTE, LEN1);
        show = SHOW_DR6;
        ring(3);
        at(D);
        emit("90 cd f2");
        at(C);
        emit("cd 40");
        start();
        end();
    }
    if (begin("after mov ss")) {
        breakpoint(0, C + 4, EXECUTE, LEN1);
        show = SHOW_DR6;
        emit("8c d0 8e d0 40 41 cd f1");
        start();
        end();
    }
    if (begin("at rep stosb")) {
        go_on(1, 0);
        on_go_on = set_rf;
        breakpoint(0, C + 10, EXECUTE, LEN1);
        show = SHOW_DR6;
        emit("b9 03 00 00 00 bf %d f3 aa 90 cd f1", P0);
        start();
        end();
    }
}

static void data(void) {
    static const struct code accesses[] = {
        {"read byte", "a0 %d"},         {"read dword", "a1 %d"},        {"write byte", "a2 %d"},
        {"write word", "66 a3 %d"},     {"write dword", "a3 %d"},       {"add memory", "01 05 %d"},
        {"test memory", "85 05 %d"},    {"cmp memory", "39 05 %d"},     {"push memory", "ff 35 %d"},
        {"xchg", "87 05 %d"},           {"inc", "ff 05 %d"},            {"lock inc", "f0 ff 05 %d"},
        {"mov sreg", "8c 1d %d"},       {"cmpxchg fails", "0f b1 0d %d"},
    };
    static const u8 kinds[] = {WRITE, ACCESS};
    for (u32 i = 0; i < sizeof accesses / sizeof accesses[0]; ++i) {
        for (u32 k = 0; k < 2; ++k) {
            if (begin("%s on %s", accesses[i].name, kinds[k] == WRITE ? "write" : "access")) {
                poke32(P0, 0x12345678);
                breakpoint(1, P0, kinds[k], LEN4);
                show = SHOW_DR6;
                emit(accesses[i].bytes, P0);
                emit("90 cd f1");
                start();
                end();
            }
        }
    }
    /* Which overlaps match. */
    static const u8 lengths[] = {LEN1, LEN2, LEN4};
    for (u32 l = 0; l < 3; ++l) {
        for (u32 offset = 0; offset < 8; ++offset) {
            if (begin("write byte %d of length %d", offset, lengths[l] + 1u)) {
                breakpoint(2, P0 + 2 + (l == 2 ? 2 : 0), WRITE, lengths[l]);
                show = SHOW_DR6;
                emit("a2 %d 90 cd f1", P0 + offset);
                start();
                end();
            }
        }
    }
    if (begin("unaligned breakpoint rounds down")) {
        breakpoint(2, P0 + 7, WRITE, LEN4);
        show = SHOW_DR6;
        emit("a2 %d 90 cd f1", P0 + 4);
        start();
        end();
    }
    if (begin("write across the border")) {
        breakpoint(2, P0 + 4, WRITE, LEN4);
        show = SHOW_DR6;
        emit("a3 %d 90 cd f1", P0 + 2);
        start();
        end();
    }
    if (begin("two match")) {
        breakpoint(0, P0, WRITE, LEN1);
        breakpoint(3, P0 + 3, ACCESS, LEN1);
        show = SHOW_DR6;
        emit("a3 %d 90 cd f1", P0);
        start();
        end();
    }
    if (begin("push on the stack")) {
        breakpoint(0, S(0) - 4, WRITE, LEN4);
        show = SHOW_DR6;
        emit("50 90 cd f1");
        start();
        end();
    }
    if (begin("call pushes")) {
        breakpoint(0, S(0) - 4, WRITE, LEN4);
        show = SHOW_DR6;
        emit("e8 00 00 00 00 90 cd f1");
        start();
        end();
    }
    if (begin("int pushes its frame")) {
        ring(3);
        breakpoint(0, S(0) - 4, WRITE, LEN4);
        idt_gate(0x40, G_INT32 | DPL(3), CS(0), D);
        at(D);
        emit("90 90 cd f2");
        at(C);
        show = SHOW_DR6;
        emit("cd 40");
        start();
        end();
    }
    if (begin("movsd source and target")) {
        breakpoint(0, P0, ACCESS, LEN4);
        breakpoint(1, P1, WRITE, LEN4);
        in.esi = P0;
        in.edi = P1;
        show = SHOW_DR6;
        emit("a5 90 cd f1");
        start();
        end();
    }
    if (begin("rep stosd traps after the iteration")) {
        breakpoint(1, P0 + 4, WRITE, LEN4);
        in.ecx = 4;
        in.edi = P0;
        show = SHOW_DR6;
        emit("f3 ab 90 cd f1");
        start();
        end();
    }
    if (begin("mov ss delays the trap")) {
        breakpoint(0, P0, ACCESS, LEN2);
        poke16(P0, DS(0));
        show = SHOW_DR6;
        emit("8e 15 %d 40 41 cd f1", P0);
        start();
        end();
    }
    if (begin("data and step")) {
        in.eflags |= F_TF;
        breakpoint(0, P0, WRITE, LEN4);
        show = SHOW_DR6;
        emit("a3 %d 90 cd f1", P0);
        start();
        end();
    }
    if (begin("faulting write does not match")) {
        breakpoint(0, P0, WRITE, LEN4);
        paging(0, 0);
        *pte(P0) &= ~1u;
        show = SHOW_DR6 | SHOW_CR2;
        emit("a3 %d 90 cd f1", P0);
        start();
        end();
    }
    if (begin("linear address under a base")) {
        descriptor(X(0), P0 - 0x100, 0xFFFFF, A_DATA, SIZE32 | GRANULAR);
        in.es = X(0);
        breakpoint(0, P0, WRITE, LEN4);
        show = SHOW_DR6;
        emit("26 a3 %d 90 cd f1", 0x100);
        start();
        end();
    }
    if (begin("user data cpl3")) {
        ring(3);
        breakpoint(0, P0, WRITE, LEN4);
        show = SHOW_DR6;
        emit("a3 %d 90 cd f1", P0);
        start();
        end();
    }
}

static void registers(void) {
    for (u32 n = 0; n < 8; ++n) {
        for (u32 de = 0; de < 2; ++de) {
            if (begin("read dr%d de%d", n, de)) {
                emit("b8 %d 0f 22 e0", de << 3); /* mov cr4, eax */
                emit("0f 21 %b", 0xC3 | n << 3); /* mov ebx, drn */
                go();
                end();
            }
        }
    }
    static const u32 values[] = {0, 0xFFFFFFFF};
    for (u32 n = 6; n < 8; ++n) {
        for (u32 i = 0; i < 2; ++i) {
            if (begin("write dr%d %x", n, values[i])) {
                /* Without the G and L bits, GD and RTM: they would act at once. */
                emit("b8 %d", n == 7 ? values[i] & 0xFFFFD000 : values[i]);
                emit("0f 23 %b 0f 21 %b", 0xC0 | n << 3, 0xC3 | n << 3);
                go();
                end();
            }
        }
    }
    for (u32 cpl = 1; cpl < 4; ++cpl) {
        if (begin("read dr0 cpl%d", cpl)) {
            ring(cpl);
            emit("0f 21 c0");
            go();
            end();
        }
    }
    if (begin("general detect read")) {
        dr7 = 0x2000;
        show = SHOW_DR6 | SHOW_DR7;
        emit("0f 21 c0 cd f1");
        start();
        end();
    }
    if (begin("general detect write")) {
        dr7 = 0x2000;
        show = SHOW_DR6 | SHOW_DR7;
        emit("0f 23 c0 cd f1");
        start();
        end();
    }
    if (begin("dr6 keeps what software left")) {
        in.eflags |= F_TF;
        const u32 old = 0xFFFF0FF5;
        __asm__ volatile("mov %0, %%dr6" : : "r"(old));
        show = SHOW_DR6;
        emit("90 cd f1");
        run();
        end();
    }
    if (begin("task switch clears the local bits")) {
        task32(TSSA, 0, stub(0xF2), 4);
        dr7 = 0x355; /* L0 to L3, LE, GE */
        show = SHOW_DR7;
        emit("9a %d %w", 0, SEL_TSSA);
        start();
        end();
    }
    if (begin("interrupt keeps dr7")) {
        dr7 = 0x300;
        show = SHOW_DR7;
        emit("cd 40");
        start();
        end();
    }
    /* Ports: R/W 10 without CR4.DE is undefined. */
    for (u32 de = 1; de < 2; ++de) {
        for (u32 i = 0; i < 4; ++i) {
            static const struct code io[] = {{"in al", "e4 80"},
                                             {"out al", "e6 80"},
                                             {"in word across", "66 e5 7f"},
                                             {"out next", "e6 81"}};
            if (begin("port %s de%d", io[i].name, de)) {
                breakpoint(0, 0x80, PORT, LEN1);
                show = SHOW_DR6;
                register_mask = 0; /* what a port reads is the machine's affair */
                emit("b8 %d 0f 22 e0", de << 3);
                emit(io[i].bytes);
                emit("90 cd f1");
                start();
                end();
            }
        }
    }
}

CATEGORY(19, debug) {
    single_step();
    execution();
    data();
    registers();
}
