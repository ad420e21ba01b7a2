/* SPDX-License-Identifier: MIT */
/* Paging: rights, accessed and dirty bits, large pages, stale translations, faults at borders. */
#include "lab.h"

/* 4 MiB up: PAGE_TABLE1 maps WINDOW to P0 and the page after it to P1. */
enum { WINDOW = 0x400000, LARGE = 0x800000, SELF_MAP = 0xFFC00000 };
enum { PR = 1, RW = 2, US = 4, A = 0x20, DIRTY = 0x40, PS = 0x80, GLOBAL = 0x100 };
enum { WP = 0x10000, PSE = 0x10, PGE = 0x80 };

static void window(u32 pde, u32 pte0, u32 pte1) {
    fill(PAGE_TABLE1, 4096, 0);
    poke32(PAGE_DIRECTORY + 4, PAGE_TABLE1 | pde);
    poke32(PAGE_TABLE1, P0 | pte0);
    poke32(PAGE_TABLE1 + 4, P1 | pte1);
}

static void show_entries(void) {
    /* Whether a walk that ends in a fault has marked the entry above is not said. */
    const u32 pde = peek32(PAGE_DIRECTORY + 4) & (event.vector == 14 ? 0xDF : 0xFF);
    say(" pde=%b pte=%b", pde, peek32(PAGE_TABLE1) & 0xFF);
}

static void rights(void) {
    static const char *const kinds[] = {"read", "write", "execute"};
    for (u32 wp = 0; wp < 2; ++wp) {
        for (u32 cpl = 0; cpl < 4; ++cpl) {
            for (u32 pde = 0; pde < 8; pde += 2) {
                for (u32 pte_bits = 0; pte_bits < 8; pte_bits += 2) {
                    for (u32 k = 0; k < 3; ++k) {
                        /* Rings 1 and 2 are supervisors: once each will do. */
                        if ((cpl == 1 || cpl == 2) && (k == 2 || pde != 6 || wp == 0)) {
                            continue;
                        }
                        if (begin("%s wp%d cpl%d pde%d pte%d", kinds[k], wp, cpl, pde, pte_bits)) {
                            ring(cpl);
                            paging(wp ? WP : 0, 0);
                            window(PR | pde, PR | pte_bits, 0);
                            poke32(P0, 0x90F2CD90);
                            show = SHOW_CR2;
                            if (k == 2) {
                                emit("b8 %d ff e0", WINDOW);
                            } else {
                                emit("%b %d", k == 0 ? 0xA1 : 0xA3, WINDOW + 4);
                            }
                            go();
                            show_entries();
                            end();
                        }
                    }
                }
            }
        }
    }
    for (u32 cpl = 0; cpl < 4; cpl += 3) {
        for (u32 k = 0; k < 3; ++k) {
            for (u32 level = 0; level < 2; ++level) {
                if (begin("%s cpl%d %s missing", kinds[k], cpl, level ? "pte" : "pde")) {
                    ring(cpl);
                    paging(0, 0);
                    window(level ? 7 : 6, level ? 6 : 7, 0);
                    show = SHOW_CR2;
                    if (k == 2) {
                        emit("b8 %d ff e0", WINDOW + 0x123);
                    } else {
                        emit("%b %d", k == 0 ? 0xA1 : 0xA3, WINDOW + 0x123);
                    }
                    go();
                    show_entries();
                    end();
                }
            }
        }
    }
}

static void accessed_and_dirty(void) {
    static const struct {
        const char *name;
        const char *bytes;
    } accesses[] = {{"read", "a1 00 00 40 00"},
                    {"write", "a3 00 00 40 00"},
                    {"add", "01 05 00 00 40 00"},
                    {"cmp", "39 05 00 00 40 00"},
                    {"test", "85 05 00 00 40 00"},
                    {"xchg", "87 05 00 00 40 00"},
                    {"bt", "0f ba 25 00 00 40 00 00"},
                    {"bts set already", "c7 05 00 40 21 00 ff ff ff ff 0f ba 2d 00 00 40 00 00"},
                    {"cmpxchg fails", "0f b1 0d 00 00 40 00"},
                    {"push", "ff 35 00 00 40 00"},
                    {"pop", "50 8f 05 00 00 40 00"},
                    {"shl by 0", "31 c9 d3 25 00 00 40 00"},
                    {"verw", "0f 00 2d 00 00 40 00"},
                    {"sgdt", "0f 01 05 00 00 40 00"},
                    {"invlpg", "0f 01 3d 00 00 40 00"},
                    {"rep movs zero", "31 c9 be 00 00 40 00 bf 00 00 40 00 f3 a5"},
                    {"lea", "8d 05 00 00 40 00"},
                    {"read then write", "a1 00 00 40 00 a3 00 00 40 00"}};
    for (u32 i = 0; i < sizeof accesses / sizeof accesses[0]; ++i) {
        if (begin("bits %s", accesses[i].name)) {
            paging(0, 0);
            window(7, 7, 7);
            register_mask = 0;
            emit(accesses[i].bytes);
            go();
            show_entries();
            end();
        }
    }
    for (u32 i = 0; i < 2; ++i) {
        if (begin("bits of both pages %s", i ? "write" : "read")) {
            paging(0, 0);
            window(7, 7, 7);
            emit("%b %d", i ? 0xA3 : 0xA1, WINDOW + 0xFFE);
            go();
            show_entries();
            say(" pte1=%b", peek32(PAGE_TABLE1 + 4) & 0xFF);
            end();
        }
    }
    if (begin("bits after a write that faults")) {
        ring(3);
        paging(0, 0);
        window(7, 5, 7);
        show = SHOW_CR2;
        emit("a3 %d", WINDOW);
        go();
        show_entries();
        end();
    }
    if (begin("stale accessed bit is not set again")) {
        paging(0, 0);
        window(7, 7, 7);
        emit("a1 %d c7 05 %d %d a1 %d", WINDOW, PAGE_TABLE1, P0 | 7, WINDOW);
        go();
        show_entries();
        end();
    }
}

static void large(void) {
    static const u32 bits[] = {PR | PS, PR | PS | RW, PR | PS | US, PR | PS | RW | US, PS | RW | US};
    for (u32 pse = 0; pse < 2; ++pse) {
        for (u32 i = 0; i < 5; ++i) {
            for (u32 cpl = 0; cpl < 4; cpl += 3) {
                for (u32 write = 0; write < 2; ++write) {
                    if (begin("4 MiB pse%d pde%b cpl%d %s", pse, bits[i], cpl, write ? "write" : "read")) {
                        ring(cpl);
                        paging(WP, pse ? PSE : 0);
                        /* As a page table, address 0 has low memory's bytes: one of our own. */
                        poke32(PAGE_DIRECTORY + 8, bits[i] | (pse ? 0 : PAGE_TABLE2));
                        fill(PAGE_TABLE2, 4096, 0);
                        poke32(PAGE_TABLE2, P3 | 7);
                        poke32(P3 + 0x10, 0x33333333);
                        poke32(P0 + 0x10, 0x10101010);
                        show = SHOW_CR2;
                        emit("%b %d", write ? 0xA3 : 0xA1, pse ? LARGE + P0 + 0x10 : LARGE + 0x10);
                        go();
                        say(" pde=%b", peek32(PAGE_DIRECTORY + 8) & (event.vector == 14 ? 0xDF : 0xFF));
                        end();
                    }
                }
            }
        }
    }
    /* Those below belong to PSE-36 where there is one. */
    for (u32 bit = 21; bit < 22; ++bit) {
        for (u32 cpl = 0; cpl < 4; cpl += 3) {
            if (begin("4 MiB reserved bit %d cpl%d", bit, cpl)) {
                ring(cpl);
                paging(0, PSE);
                poke32(PAGE_DIRECTORY + 8, PR | RW | US | PS | 1u << bit);
                show = SHOW_CR2;
                emit("a1 %d", LARGE + P0);
                go();
                say(" pde=%b", peek32(PAGE_DIRECTORY + 8) & 0xFF);
                end();
            }
        }
    }
    if (begin("4 MiB becomes a table when pse is cleared")) {
        paging(0, PSE);
        poke32(PAGE_DIRECTORY + 8, PAGE_TABLE2 | 0x87);
        fill(PAGE_TABLE2, 4096, 0);
        poke32(PAGE_TABLE2, P3 | 7);
        poke32(P3, 0x33333333);
        emit("31 c0 0f 22 e0 a1 %d", LARGE); /* xor eax, eax; mov cr4, eax */
        go();
        end();
    }
}

static void self_map(void) {
    static const struct {
        const char *name;
        u32 address;
    } reads[] = {{"pde of the window", SELF_MAP + 0x3FF000 + 4},
                 {"pte of the window", SELF_MAP + 0x1000},
                 {"its own pde", SELF_MAP + 0x3FFFFC}};
    for (u32 i = 0; i < 3; ++i) {
        if (begin("self map %s", reads[i].name)) {
            paging(0, 0);
            window(7, 7, 7);
            poke32(PAGE_DIRECTORY + 0xFFC, PAGE_DIRECTORY | 3);
            emit("a1 %d 8b 1d %d", WINDOW, reads[i].address);
            go();
            say(" self=%b", peek32(PAGE_DIRECTORY + 0xFFC) & 0xFF);
            end();
        }
    }
    if (begin("self map write remaps after invlpg")) {
        paging(0, 0);
        window(7, 7, 7);
        poke32(PAGE_DIRECTORY + 0xFFC, PAGE_DIRECTORY | 3);
        poke32(P0, 0x11111111);
        poke32(P1, 0x22222222);
        emit("a1 %d c7 05 %d %d 0f 01 3d %d 8b 1d %d", WINDOW, SELF_MAP + 0x1000, P1 | 7, WINDOW,
             WINDOW);
        go();
        end();
    }
    if (begin("self map not the user's")) {
        ring(3);
        paging(0, 0);
        poke32(PAGE_DIRECTORY + 0xFFC, PAGE_DIRECTORY | 3);
        show = SHOW_CR2;
        emit("a1 %d", SELF_MAP);
        go();
        end();
    }
}

static void make_present(void) { poke32(PAGE_TABLE1, P0 | 7); }

/* A translation in use, then the entry changes, then something that may or must drop it. */
static void stale(void) {
    static const struct {
        const char *name;
        const char *bytes;
    } between[] = {{"nothing", ""},
                   {"invlpg", "0f 01 3d 00 00 40 00"},
                   {"invlpg of another page", "0f 01 3d 00 10 40 00"},
                   {"invlpg inside the page", "0f 01 3d ff 0f 40 00"},
                   {"mov cr3", "0f 20 d8 0f 22 d8"},
                   {"mov cr4 same", "0f 20 e0 0f 22 e0"},
                   {"mov cr4 pge toggled", "0f 20 e0 34 80 0f 22 e0 34 80 0f 22 e0"},
                   {"mov cr4 pse toggled", "0f 20 e0 34 10 0f 22 e0 34 10 0f 22 e0"},
                   {"mov cr0 same", "0f 20 c0 0f 22 c0"},
                   {"paging off and on",
                    "0f 20 c0 25 ff ff ff 7f 0f 22 c0 0d 00 00 00 80 0f 22 c0"},
                   {"wbinvd", "0f 09"}};
    static const char *const changes[] = {"removed", "moved"};
    for (u32 global = 0; global < 2; ++global) {
        for (u32 change = 0; change < 2; ++change) {
            for (u32 i = 0; i < sizeof between / sizeof between[0]; ++i) {
                if (begin("%s%s then %s", global ? "global " : "", changes[change], between[i].name)) {
                    paging(0, global ? PGE : 0);
                    window(7, 7 | (global ? GLOBAL : 0), 7);
                    poke32(P0, 0x11111111);
                    poke32(P1, 0x22222222);
                    show = SHOW_CR2;
                    emit("8b 0d %d", WINDOW);
                    emit("c7 05 %d %d", PAGE_TABLE1, change ? P1 | 7 : 0);
                    emit(between[i].bytes);
                    emit("31 c0 8b 1d %d", WINDOW);
                    go();
                    end();
                }
            }
        }
    }
    if (begin("not present is not remembered")) {
        paging(0, 0);
        window(7, 6, 7);
        poke32(P0, 0x11111111);
        go_on(0x0E, 4);
        on_go_on = make_present;
        show = SHOW_CR2;
        emit("8b 1d %d", WINDOW);
        go();
        end();
    }
    if (begin("rights raised without invlpg")) {
        paging(WP, 0);
        window(7, 5, 7);
        emit("8b 1d %d c7 05 %d %d a3 %d", WINDOW, PAGE_TABLE1, P0 | 7, WINDOW);
        show = SHOW_CR2;
        go();
        show_entries();
        end();
    }
    if (begin("cr3 of a task drops translations")) {
        paging(0, 0);
        fill(PAGE_TABLE2, 4096, 0);
        window(7, 7, 7);
        task32(TSSA, 0, D, 4);
        for (u32 i = 0; i < 16; i += 4) {
            poke32(PAGE_TABLE2 + i, peek32(PAGE_DIRECTORY + i));
        }
        poke32(TSSA + T_CR3, PAGE_TABLE2);
        at(D);
        emit("8b 1d %d cd f2", WINDOW);
        at(C);
        show = SHOW_CR2;
        emit("8b 0d %d c7 05 %d %d ea %d %w", WINDOW, PAGE_TABLE1, 0, 0, SEL_TSSA);
        go();
        end();
    }
}

static void borders(void) {
    static const struct {
        const char *name;
        u32 first, second;
    } pages[] = {{"first missing", 6, 7},      {"second missing", 7, 6}, {"both missing", 6, 6},
                 {"second read-only", 7, 5},   {"first read-only", 5, 7}, {"second supervisor", 7, 3}};
    static const struct {
        const char *name;
        const char *bytes;
    } accesses[] = {{"read", "a1 fe 0f 40 00"},
                    {"write", "a3 fe 0f 40 00"},
                    {"add", "01 05 fe 0f 40 00"},
                    {"push", "bc 02 10 40 00 50"},
                    {"pop", "bc fe 0f 40 00 58"},
                    {"pusha", "bc 10 10 40 00 60"},
                    {"popa", "bc f0 0f 40 00 61"},
                    {"enter", "bd 00 10 21 00 bc 06 10 40 00 c8 10 00 02"},
                    {"call", "bc 02 10 40 00 e8 00 00 00 00"},
                    {"rep movsd", "be 00 40 21 00 bf f8 0f 40 00 b9 04 00 00 00 f3 a5"},
                    {"rep stosb", "bf fe 0f 40 00 b9 04 00 00 00 f3 aa"},
                    {"std rep stosb", "fd bf 01 10 40 00 b9 04 00 00 00 f3 aa"},
                    {"cmpxchg8b", "0f c7 0d fc 0f 40 00"},
                    {"les", "c4 05 fc 0f 40 00"},
                    {"sgdt", "0f 01 05 fc 0f 40 00"},
                    {"fstp tbyte", "db e3 d9 e8 db 3d fa 0f 40 00"},
                    {"execute", "b8 ff 0f 40 00 ff e0"}};
    for (u32 a = 0; a < sizeof accesses / sizeof accesses[0]; ++a) {
        for (u32 p = 0; p < sizeof pages / sizeof pages[0]; ++p) {
            if (begin("border %s %s", accesses[a].name, pages[p].name)) {
                ring(3);
                paging(WP, 0);
                window(7, pages[p].first, pages[p].second);
                for (u32 i = 0; i < 0x20; i += 4) {
                    poke32(P0 + 0xFE0 + i, 0x43434343);
                    poke32(P1 + i, 0x43434343);
                }
                if (a == 13) {
                    poke32(P1, DS(3));
                }
                if (a == 16) {
                    poke8(P0 + 0xFFF, 0xCD);
                    poke8(P1, 0xF2);
                }
                show = SHOW_CR2;
                emit(accesses[a].bytes);
                go();
                show_words(P0 + 0xFF8, 2);
                show_words(P1, 2);
                say(" pte=%b %b", peek32(PAGE_TABLE1) & 0xFF, peek32(PAGE_TABLE1 + 4) & 0xFF);
                end();
            }
        }
    }
}

/* The processor's own accesses are a supervisor's, whatever the ring. */
static void tables(void) {
    for (u32 i = 0; i < 2; ++i) {
        if (begin("ldt page %s", i ? "supervisor" : "missing")) {
            load_ldt();
            descriptor(L(1), 0, 0xFFFFF, A_DATA | DPL(3), SIZE32 | GRANULAR);
            ring(3);
            paging(0, 0);
            *pte(LDT) &= i ? ~4u : ~1u;
            show = SHOW_CR2;
            emit("b8 %d 8e d8", L(1) | 3);
            go();
            end();
        }
    }
    for (u32 wp = 0; wp < 2; ++wp) {
        if (begin("accessed bit in a read-only ldt wp%d", wp)) {
            load_ldt();
            descriptor(L(1), 0, 0xFFFFF, (A_DATA - 1) | DPL(3), SIZE32 | GRANULAR);
            ring(3);
            paging(wp ? WP : 0, 0);
            *pte(LDT) &= ~2u;
            show = SHOW_CR2_PAGE;
            emit("b8 %d 8e d8", L(1) | 3);
            go();
            say(" access=%b", access_of(L(1)));
            end();
        }
    }
    for (u32 i = 0; i < 2; ++i) {
        if (begin("gdt page %s", i ? "supervisor" : "read-only wp")) {
            descriptor(X(0), 0, 0xFFFFF, (A_DATA - 1) | DPL(3), SIZE32 | GRANULAR);
            ring(3);
            paging(WP, 0);
            *pte(GDT) &= i ? ~4u : ~2u;
            show = SHOW_CR2_PAGE;
            emit("b8 %d 8e d8", X(0) | 3);
            go();
            say(" access=%b", access_of(X(0)));
            end();
        }
    }
    if (begin("idt page supervisor")) {
        ring(3);
        paging(0, 0);
        *pte(IDT) &= ~4u;
        emit("cd 40");
        go();
        end();
    }
    if (begin("cr3 flags and low bits")) {
        paging(0, 0);
        emit("b8 %d 0f 22 d8 0f 20 db", PAGE_DIRECTORY | 0x18);
        go();
        end();
    }
    if (begin("available bits and caching bits")) {
        paging(0, 0);
        window(0xE1F, 0xE1F, 7);
        poke32(P0, 0x11111111);
        emit("a1 %d", WINDOW);
        go();
        show_entries();
        end();
    }
}

CATEGORY(33, paging) {
    rights();
    accessed_and_dirty();
    large();
    self_map();
    stale();
    borders();
    tables();
}
