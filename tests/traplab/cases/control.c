/* SPDX-License-Identifier: MIT */
/* CR0 and CR4 bit by bit, LMSW, CLTS, and what EM, TS, MP, NE, AM and TSD do. */
#include "lab.h"

enum { PG = 0x80000000 };

/* MOV CR0 with one bit of CR0 (PE and ET) turned around, then CR0 in EBX. */
static void cr0_bits(void) {
    for (u32 bit = 0; bit < 32; ++bit) {
        /* PE is real mode's affair; NW and CD have cases of their own. */
        if (bit == 0 || bit == 29 || bit == 30) {
            continue;
        }
        for (u32 with_paging = 0; with_paging < 2; ++with_paging) {
            if (bit == 31 && with_paging == 0) {
                continue;
            }
            if (begin("cr0 bit %d%s", bit, with_paging ? " paging" : "")) {
                if (with_paging) {
                    paging(0, 0);
                }
                emit("b8 %d 0f 22 c0 0f 20 c3", (0x11u | (with_paging ? PG : 0)) ^ (1u << bit));
                go();
                end();
            }
        }
    }
    static const u32 pairs[] = {0, 0x20000000, 0x40000000, 0x60000000};
    for (u32 i = 0; i < 4; ++i) {
        if (begin("cr0 cd nw %x", pairs[i])) {
            emit("b8 %d 0f 22 c0 0f 20 c3", 0x11 | pairs[i]);
            go();
            end();
        }
    }
    for (u32 cpl = 1; cpl < 4; ++cpl) {
        if (begin("mov cr0 cpl%d", cpl)) {
            ring(cpl);
            emit("0f 22 c0");
            go();
            end();
        }
    }
    if (begin("mov cr memory form means a register")) {
        emit("b8 11 00 00 00 0f 22 00 0f 20 03");
        go();
        end();
    }
    if (begin("mov cr operand size does not count")) {
        emit("b8 19 00 00 00 66 0f 22 c0 31 db 66 0f 20 c3");
        go();
        end();
    }
}

static void cr4_bits(void) {
    /* VME, PVI, PAE, MCE and PCE are there or not by model; reserved bits hang QEMU. */
    for (u32 bit = 2; bit < 11; ++bit) {
        if (bit == 5 || bit == 6 || bit == 8) {
            continue;
        }
        for (u32 cpl = 0; cpl < 4; cpl += 3) {
            if (cpl == 3 && bit > 4) {
                continue;
            }
            if (begin("cr4 bit %d cpl%d", bit, cpl)) {
                ring(cpl);
                emit("b8 %d 0f 22 e0 0f 20 e3", 1u << bit);
                go();
                end();
            }
        }
    }
}

static void machine_status_word(void) {
    for (u32 value = 0; value < 16; ++value) {
        for (u32 memory = 0; memory < 2; ++memory) {
            if (begin("lmsw %d %s", value, memory ? "memory" : "register")) {
                poke16(P0, 0xFFF0 | value);
                emit("b8 %d", 0xFFFFFFF0 | value);
                emit(memory ? "0f 01 35 %d" : "0f 01 f0", P0);
                emit("0f 20 c3");
                go();
                end();
            }
        }
    }
    static const char *const forms[] = {"0f 01 e0", "66 0f 01 e0", "0f 01 25 00 40 21 00"};
    for (u32 i = 0; i < 3; ++i) {
        for (u32 cpl = 0; cpl < 4; cpl += 3) {
            if (begin("smsw form %d cpl%d", i, cpl)) {
                fill(P0, 8, 0xFFFFFFFF);
                ring(cpl);
                register_mask = 0x0000FFFF;
                emit(forms[i]);
                go();
                show_words(P0, 1);
                end();
            }
        }
    }
    if (begin("clts clears ts alone")) {
        emit("b8 %d 0f 22 c0 0f 06 0f 20 c3", 0x0005001B);
        go();
        end();
    }
}

/* Eight states of EM, TS and MP by what uses the unit. */
static void coprocessor(void) {
    static const struct {
        const char *name;
        const char *bytes;
    } uses[] = {{"fnop", "d9 d0"},
                {"fwait", "9b"},
                {"fninit", "db e3"},
                {"fnstsw", "df e0"},
                {"emms", "0f 77"},
                {"movq mm", "0f 6f c0"},
                {"fxsave", "0f ae 05 00 50 21 00"},
                {"xorps", "0f 57 c0"},
                {"ldmxcsr", "0f ae 15 00 60 21 00"},
                {"prefetchnta", "0f 18 00"},
                {"sfence", "0f ae f8"}};
    for (u32 i = 0; i < sizeof uses / sizeof uses[0]; ++i) {
        for (u32 state = 0; state < 8; ++state) {
            for (u32 sse = 0; sse < 2; ++sse) {
                if (sse == 1 && i < 6) {
                    continue;
                }
                if (begin("%s em%d ts%d mp%d%s", uses[i].name, state >> 2, state >> 1 & 1, state & 1,
                          sse ? " osfxsr" : "")) {
                    poke32(P2, 0x1F80);
                    emit("b8 %d 0f 22 e0", sse << 9);
                    emit("b8 %d 0f 22 c0", 0x31 | (state & 4) | (state & 2) << 2 | (state & 1) << 1);
                    emit("b8 %d", P0);
                    register_mask = i == 3 ? 0 : 0xFFFFFFFF;
                    emit(uses[i].bytes);
                    go();
                    end();
                }
            }
        }
    }
    /* An unmasked division by zero waits for the next waiting instruction. */
    static const struct {
        const char *name;
        const char *bytes;
    } next[] = {{"fwait", "9b"}, {"fnop", "d9 d0"}, {"fnclex", "db e2"}, {"fnstcw", "d9 3d 00 40 21 00"},
                {"nop", "90"},   {"emms", "0f 77"}};
    for (u32 i = 0; i < sizeof next / sizeof next[0]; ++i) {
        if (begin("pending error then %s", next[i].name)) {
            ring(3);
            poke16(P0, 0x037B);
            const u32 cr0 = 0x33; /* NE, MP */
            __asm__ volatile("mov %0, %%cr0" : : "r"(cr0));
            emit("db e3 d9 2d %d d9 e8 d9 ee de f9", P0); /* fninit fldcw fld1 fldz fdivp */
            emit(next[i].bytes);
            emit("db e2");
            go();
            end();
        }
    }
}

static void alignment(void) {
    static const struct {
        const char *name;
        const char *bytes;
    } accesses[] = {{"word", "66 a1 01 40 21 00"},
                    {"dword", "a1 02 40 21 00"},
                    {"dword aligned", "a1 04 40 21 00"},
                    {"byte", "a0 01 40 21 00"},
                    {"write", "a3 01 40 21 00"},
                    {"push", "bc fe ef 21 00 50"},
                    {"rep movsd", "be 01 40 21 00 bf 00 50 21 00 b9 02 00 00 00 f3 a5"},
                    {"fld qword", "dd 05 04 40 21 00"},
                    {"fld tbyte", "db 2d 04 40 21 00"},
                    {"les", "c4 05 02 40 21 00"},
                    {"sgdt", "0f 01 05 02 40 21 00"},
                    {"bt", "0f ba 25 02 40 21 00 00"}};
    for (u32 i = 0; i < sizeof accesses / sizeof accesses[0]; ++i) {
        for (u32 cpl = 0; cpl < 4; cpl += 3) {
            for (u32 am = 0; am < 2; ++am) {
                if (begin("align %s cpl%d am%d", accesses[i].name, cpl, am)) {
                    ring(cpl);
                    in.eflags |= F_AC;
                    fill(P0, 32, 0);
                    poke32(P0 + 4, DS(3) << 16);
                    const u32 cr0 = 0x31 | am << 18;
                    __asm__ volatile("mov %0, %%cr0" : : "r"(cr0));
                    emit(accesses[i].bytes);
                    emit("bc %d", S(cpl));
                    go();
                    end();
                }
            }
        }
    }
    for (u32 ac = 0; ac < 2; ++ac) {
        if (begin("align ac%d am1 cpl3", ac)) {
            ring(3);
            in.eflags |= ac ? F_AC : 0;
            const u32 cr0 = 0x31 | 1 << 18;
            __asm__ volatile("mov %0, %%cr0" : : "r"(cr0));
            emit("a1 %d", P0 + 1);
            go();
            end();
        }
    }
    if (begin("align then page fault")) {
        ring(3);
        in.eflags |= F_AC;
        paging(0x40000, 0);
        *pte(P0) &= ~1u;
        show = SHOW_CR2;
        emit("a1 %d", P0 + 1);
        go();
        end();
    }
}

static void time_stamp(void) {
    for (u32 tsd = 0; tsd < 2; ++tsd) {
        for (u32 cpl = 0; cpl < 4; ++cpl) {
            if (begin("rdtsc tsd%d cpl%d", tsd, cpl)) {
                ring(cpl);
                __asm__ volatile("mov %0, %%cr4" : : "r"(tsd << 2));
                register_mask = 0;
                emit("0f 31");
                go();
                end();
            }
        }
    }
}

CATEGORY(34, control) {
    cr0_bits();
    cr4_bits();
    machine_status_word();
    coprocessor();
    alignment();
    time_stamp();
}
