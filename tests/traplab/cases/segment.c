/* SPDX-License-Identifier: MIT */
/* Loads of segment registers with every descriptor type and right. */
#include "lab.h"

static void types(void) {
    for (u32 stack = 0; stack < 2; ++stack) {
        for (u32 type = 0; type < 32; ++type) {
            for (u32 cpl = 0; cpl < 4; ++cpl) {
                for (u32 dpl = 0; dpl < 4; ++dpl) {
                    for (u32 rpl = 0; rpl < 4; ++rpl) {
                        /* All rings for the types that can be loaded, the outer two for the rest. */
                        const u32 odd = cpl % 3 != 0 || dpl % 3 != 0 || rpl % 3 != 0;
                        if (odd && type != 0x12 && type != 0x1E) {
                            continue;
                        }
                        if (begin("%s type%b cpl%d dpl%d rpl%d", stack ? "ss" : "ds", type, cpl, dpl, rpl)) {
                            /* An expand-down segment lies above its limit. */
                            descriptor(X(0), 0, (type & 0x1C) == 0x14 ? 0 : 0xFFFFF,
                                       PRESENT | DPL(dpl) | type, SIZE32 | GRANULAR);
                            ring(cpl);
                            in.eax = X(0) | rpl;
                            emit(stack ? "8e d0" : "8e d8");
                            emit("8c d3"); /* mov ebx, ss */
                            go();
                            say(" access=%b", access_of(X(0)));
                            end();
                        }
                    }
                }
            }
        }
    }
}

static void odd_selectors(void) {
    static const struct {
        const char *name;
        u32 selector;
    } odd[] = {{"null", 0},
               {"null rpl3", 3},
               {"beyond gdt", GDT_LIMIT + 1},
               {"far beyond", 0xFFF8},
               {"empty", X(9)},
               {"no ldt", L(0)},
               {"ldt", L(1)},
               {"ldt beyond", LDT_LIMIT + 5},
               {"not present", X(0)},
               {"not present wrong type", X(1)},
               {"not present code", X(2)}};
    static const struct {
        const char *name;
        const char *bytes;
    } loads[] = {{"mov ss", "8e d0"}, {"mov ds", "8e d8"}, {"mov es", "8e c0"},
                 {"mov fs", "8e e0"}, {"mov gs", "8e e8"}, {"pop ss", "50 17"},
                 {"pop fs", "50 0f a1"}};
    for (u32 l = 0; l < sizeof loads / sizeof loads[0]; ++l) {
        for (u32 i = 0; i < sizeof odd / sizeof odd[0]; ++i) {
            for (u32 cpl = 0; cpl < 4; cpl += 3) {
                if (begin("%s %s cpl%d", loads[l].name, odd[i].name, cpl)) {
                    if (i >= 6 && i <= 7) {
                        load_ldt();
                    }
                    descriptor(X(0), 0, 0xFFFFF, (A_DATA & ~PRESENT) | DPL(cpl), SIZE32 | GRANULAR);
                    descriptor(X(1), 0, 0xFFFFF, A_TSS32 & ~PRESENT, 0);
                    descriptor(X(2), 0, 0xFFFFF, (A_CODE & ~PRESENT) | DPL(cpl), SIZE32 | GRANULAR);
                    descriptor(L(1), 0, 0xFFFFF, (A_DATA - 1) | DPL(cpl), SIZE32 | GRANULAR);
                    ring(cpl);
                    in.eax = odd[i].selector | (i > 1 ? cpl : 0);
                    emit(loads[l].bytes);
                    go();
                    say(" access=%b", access_of(L(1)));
                    end();
                }
            }
        }
    }
    static const struct {
        const char *name;
        const char *bytes;
    } pointers[] = {{"lds", "c5 0d 00 40 21 00"},    {"les", "c4 0d 00 40 21 00"},
                    {"lss", "0f b2 0d 00 40 21 00"}, {"lfs", "0f b4 0d 00 40 21 00"},
                    {"lgs", "0f b5 0d 00 40 21 00"}, {"lds 16-bit", "66 c5 0d 00 40 21 00"}};
    for (u32 l = 0; l < sizeof pointers / sizeof pointers[0]; ++l) {
        for (u32 i = 0; i < 3; ++i) {
            static const char *const names[] = {"good", "null", "wrong dpl"};
            if (begin("%s %s", pointers[l].name, names[i])) {
                ring(3);
                const u32 selector = i == 0 ? DS(3) : i == 1 ? 0 : DS(0) | 3;
                poke32(P0, l == 5 ? 0x5678 | selector << 16 : 0x12345678);
                poke16(P0 + 4, selector);
                emit(pointers[l].bytes);
                go();
                end();
            }
        }
    }
    if (begin("hidden part outlives the descriptor")) {
        descriptor(X(0), P0, 0xFFF, A_DATA, SIZE32);
        in.es = X(0);
        poke32(P0, 0x11111111);
        poke32(P1, 0x22222222);
        /* The base in the table becomes P1; a load brings it in. */
        emit("26 8b 1d 00 00 00 00 c7 05 %d %d", GDT + X(0), (u32)P1 << 16 | 0xFFF);
        emit("26 8b 0d 00 00 00 00 8c c0 8e c0 26 8b 15 00 00 00 00");
        go();
        end();
    }
    if (begin("null after use")) {
        emit("31 c0 8e c0 8c c3 26 a1 00 00 00 00");
        go();
        end();
    }
    static const char *const stores[] = {"8c d8", "66 8c d8", "8c 1d 00 40 21 00", "1e 58 0f b7 c0"};
    for (u32 i = 0; i < 4; ++i) {
        if (begin("store form %d", i)) {
            fill(P0, 8, 0xFFFFFFFF);
            emit(stores[i]);
            go();
            show_words(P0, 1);
            end();
        }
    }
}

CATEGORY(35, segment) {
    types();
    odd_selectors();
}
