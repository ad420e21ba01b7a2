/* SPDX-License-Identifier: MIT */
/* Exceptions of single instructions: by ring, by segment, by limit. */
#include "lab.h"

struct code {
    const char *name;
    const char *bytes;
};

/* The same code in every ring: what is privileged, what is undefined, what goes wrong by itself. */
static void by_ring(void) {
    static const struct code codes[] = {
        {"div by zero", "31 c9 f7 f1"},
        {"div overflow", "31 c0 b2 02 fe c1 f6 f2 b8 00 40 00 00 b1 01 f6 f1"},
        {"idiv overflow", "b8 00 00 00 80 99 83 c9 ff f7 f9"},
        {"aam 0", "d4 00"},
        {"int3", "cc"},
        {"int 3", "cd 03"},
        {"into taken", "ce"},
        {"int 4", "cd 04"},
        {"bound below", "b8 ff ff ff ff 62 05 00 40 21 00"},
        {"bound inside", "b8 01 00 00 00 62 05 00 40 21 00"},
        {"bound above", "b8 03 00 00 00 62 05 00 40 21 00"},
        {"bound register", "62 c0"},
        {"ud2", "0f 0b"},
        {"ud1", "0f b9 c0"},
        {"lock nop", "f0 90"},
        {"lock mov", "f0 89 05 00 40 21 00"},
        {"lock add register", "f0 01 c0"},
        {"lock add memory", "f0 01 05 00 40 21 00"},
        {"lock cmp memory", "f0 39 05 00 40 21 00"},
        {"mov cs", "8e c8"},
        {"mov sreg 6", "8e f0"},
        {"mov cr1", "0f 20 c8"},
        {"lea register", "8d c0"},
        {"les register", "c4 c0"},
        {"jmp far register", "ff e8"},
        {"ff 7", "ff f8"},
        {"fe 2", "fe d0"},
        {"lgdt register", "0f 01 d0"},
        {"hlt", "f4"},
        {"clts", "0f 06"},
        {"invd", "0f 08"},
        {"wbinvd", "0f 09"},
        {"mov eax cr0", "0f 20 c0"},
        {"mov eax cr3", "0f 20 d8"},
        {"mov cr2 eax", "0f 22 d0"},
        {"lgdt", "0f 01 15 00 40 21 00"},
        {"lidt", "0f 01 1d 00 40 21 00"},
        {"lldt null", "31 c0 0f 00 d0"},
        {"ltr null", "31 c0 0f 00 d8"},
        {"lmsw", "66 b8 11 00 0f 01 f0"},
        {"smsw", "0f 01 e0"},
        {"sldt", "0f 00 c0"},
        {"str", "0f 00 c8"},
        {"invlpg", "0f 01 3d 00 40 21 00"},
        {"rdmsr unknown", "b9 99 99 00 00 0f 32"},
        {"wrmsr unknown", "b9 99 99 00 00 0f 30"},
        {"fifteen bytes", "66 66 66 66 66 66 66 66 66 66 66 66 66 66 90"},
        {"sixteen bytes", "66 66 66 66 66 66 66 66 66 66 66 66 66 66 66 90"},
        {"int ff", "cd ff"},
        {"push cs", "0e 58"},
        {"pop ss null", "6a 00 17"},
        {"pop ds null", "6a 00 1f"},
        {"null ds read", "31 c0 8e d8 a1 00 40 21 00"},
        {"null es write", "31 c0 8e c0 bf 00 40 21 00 aa"},
        {"cs write", "2e a3 00 40 21 00"},
        {"cs read", "2e a1 00 40 21 00"},
        {"enter 1", "c8 08 00 01"},
        {"leave", "bd f0 8f 21 00 c9"},
        {"sysenter cs null", "0f 34"},
        {"sysexit cs null", "0f 35"},
    };
    for (u32 i = 0; i < sizeof codes / sizeof codes[0]; ++i) {
        for (u32 cpl = i == 28 ? 1 : 0; cpl < 4; ++cpl) { /* ring 0 would wait in HLT */
            if (begin("%s cpl%d", codes[i].name, cpl)) {
                ring(cpl);
                in.eflags |= 0x800; /* OF for INTO */
                poke32(P0, 0);
                poke32(P0 + 4, 2);
                if (i == 35 || i == 36) { /* the tables as they are */
                    poke16(P0, i == 35 ? GDT_LIMIT : 0x7FF);
                    poke32(P0 + 2, i == 35 ? GDT : IDT);
                }
                if (i == 32 || i == 40) {
                    register_mask = 0x0000FFFF; /* ET and CD are the model's */
                }
                emit(codes[i].bytes);
                go();
                end();
            }
        }
    }
}

/* Data segments of every kind, read and written at the edges of their limits. */
static void limits(void) {
    static const struct {
        const char *name;
        u32 limit, access, flags;
        u32 first, last; /* bytes that lie inside */
    } segments[] = {
        {"up byte", 0xFFF, A_DATA, SIZE32, 0, 0xFFF},
        {"up byte 16-bit", 0xFFF, A_DATA, SIZE16, 0, 0xFFF},
        {"up page", 0, A_DATA, SIZE32 | GRANULAR, 0, 0xFFF},
        {"read-only", 0xFFF, A_DATA_RO, SIZE32, 0, 0xFFF},
        {"code readable", 0xFFF, A_CODE, SIZE32, 0, 0xFFF},
        {"code execute-only", 0xFFF, A_CODE_XO, SIZE32, 0, 0xFFF},
        {"down 32", 0xFFF, A_DATA_DOWN, SIZE32, 0x1000, 0xFFFFFFFF},
        {"down 16", 0xFFF, A_DATA_DOWN, SIZE16, 0x1000, 0xFFFF},
        {"down page", 1, A_DATA_DOWN, SIZE32 | GRANULAR, 0x2000, 0xFFFFFFFF},
    };
    for (u32 s = 0; s < sizeof segments / sizeof segments[0]; ++s) {
        for (u32 write = 0; write < 2; ++write) {
            static const int offsets[] = {-1, 0, 1, -4, -3};
            for (u32 edge = 0; edge < 2; ++edge) {
                for (u32 o = 0; o < 5; ++o) {
                    for (u32 size = 1; size <= 4; size += 3) {
                        const u32 down = (segments[s].access & 0xC) == 4;
                        const u32 border = edge ? segments[s].last + 1 : segments[s].first;
                        /* Nothing is there around address 0 of an expand-up segment. */
                        if (edge == 0 && (!down || o > 2)) {
                            continue;
                        }
                        if (edge == 1 && segments[s].last == 0xFFFFFFFF) {
                            continue;
                        }
                        if (begin("%s %s %d at %x", segments[s].name, write ? "write" : "read", size,
                                  border + (u32)offsets[o])) {
                            descriptor(X(0), P0, segments[s].limit, segments[s].access,
                                       segments[s].flags);
                            in.fs = X(0);
                            emit("64 %b %d", (write ? 0xA2 : 0xA0) + (size == 4),
                                 border + (u32)offsets[o]);
                            go();
                            end();
                        }
                    }
                }
            }
        }
    }
    /* The stack's faults are #SS. */
    static const struct code stack[] = {
        {"push", "50"},
        {"pusha", "60"},
        {"call", "e8 00 00 00 00"},
        {"mov through ebp", "8b 45 f0"},
        {"mov through esp", "8b 44 24 f0"},
        {"ss override", "36 a1 00 0f 00 00"},
        {"enter", "c8 20 00 00"},
        {"pushf", "9c"},
        {"push segment", "1e"},
        {"int 40", "cd 40"},
    };
    for (u32 i = 0; i < sizeof stack / sizeof stack[0]; ++i) {
        for (u32 room = 0; room < 8; room += 4) {
            if (begin("stack %s room %d", stack[i].name, room)) {
                descriptor(X(0), S(3) - 0x2000, 0, A_DATA_DOWN | DPL(3), SIZE32 | GRANULAR);
                ring(3);
                in.ss = X(0) | 3;
                in.esp = 0x1000 + room;
                in.ebp = 0x1000 + room;
                emit(stack[i].bytes);
                go();
                end();
            }
        }
    }
    static const struct code over[] = {{"pop", "58"},   {"popa", "61"}, {"ret", "c3"},
                                       {"leave", "c9"}, {"popf", "9d"}, {"pop segment", "1f"}};
    for (u32 i = 0; i < sizeof over / sizeof over[0]; ++i) {
        if (begin("stack end %s", over[i].name)) {
            descriptor(X(0), S(3) - 0x1000, 0xFFF, A_DATA | DPL(3), SIZE32);
            ring(3);
            in.ss = X(0) | 3;
            in.esp = 0xFFE;
            in.ebp = 0xFFE;
            poke32(S(3) - 2, D); /* where QEMU's RET goes */
            at(D);
            emit("cd f2");
            at(C);
            emit(over[i].bytes);
            go();
            end();
        }
    }
    /* Code runs into its limit. */
    static const struct code code[] = {
        {"nop", "90"}, {"jmp", "eb 10"}, {"jmp 32", "e9 00 10 00 00"}, {"call", "e8 00 10 00 00"},
        {"mov imm", "b8 01 02 03 04"}, {"jcc", "0f 84 00 10 00 00"}, {"ret", "68 00 10 00 00 c3"},
    };
    for (u32 i = 0; i < sizeof code / sizeof code[0]; ++i) {
        for (u32 before = 1; before < 8; before += 2) {
            if (begin("code end %s %d", code[i].name, before)) {
                descriptor(X(0), C, 0xFFF, A_CODE | DPL(3), SIZE32);
                ring(3);
                in.cs = X(0) | 3;
                in.eflags |= 0x40;
                in.eip = 0x1000 - before;
                at(C + 0x1000 - before);
                emit(code[i].bytes);
                at(D + 0x20);
                for (u32 k = 0; k < 0x40; k += 2) {
                    emit("cd f2"); /* where QEMU goes on */
                }
                fill(D + 0x1000, 0x100, 0xCCCCCCCC);
                run();
                end();
            }
        }
    }
}

CATEGORY(11, exceptions) {
    by_ring();
    limits();
}
