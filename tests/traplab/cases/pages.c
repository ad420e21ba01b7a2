/* SPDX-License-Identifier: MIT */
/* Paging: rights by ring and WP, accessed and dirty bits, 4 MiB pages, accesses that cross pages,
   what the caches of translations keep, and a directory that maps itself. */
#include "lab.h"

/* 4 MiB from here are mapped by PAGE_TABLE1, whose first entries lead to P0, P1, P2. */
enum { W = 0x400000, PDE_W = PAGE_DIRECTORY + 4, PTE_W = PAGE_TABLE1 };
enum { P = 1, RW = 2, US = 4, A = 0x20, DIRTY = 0x40, PS = 0x80, G = 0x100 };
enum { CR0_WP = 0x10000, CR4_PSE = 0x10, CR4_PGE = 0x80 };
enum { MARKS = A | DIRTY };

static void window(u32 directory, u32 table, u32 cr0, u32 cr4) {
    paging(cr0, cr4);
    fill(PAGE_TABLE1, 4096, 0);
    poke32(PDE_W, PAGE_TABLE1 | directory);
    for (u32 i = 0; i < 3; ++i) {
        poke32(PTE_W + 4 * i, (P0 + 0x1000 * i) | table);
        fill(P0 + 0x1000 * i, 4096, 0x11111111 * (i + 1));
    }
    show = SHOW_CR2;
}

static void read_at(u32 address) { emit("a1 %d", address); }  /* mov eax,[address] */
static void write_at(u32 address) { emit("a3 %d", address); } /* mov [address],eax */

static void show_entries(void) { say(" pde=%b pte=%b", peek32(PDE_W) & 0xFF, peek32(PTE_W) & 0xFF); }

static void rights(void) {
    for (u32 wp = 0; wp < 2; ++wp) {
        for (u32 cpl = 0; cpl < 4; cpl += 3) {
            for (u32 write = 0; write < 2; ++write) {
                for (u32 directory = 0; directory < 4; ++directory) {
                    for (u32 table = 0; table < 4; ++table) {
                        if (begin("%s cpl%d wp%d pde%d pte%d", write ? "write" : "read", cpl, wp,
                                  directory * 2, table * 2)) {
                            window(P | directory << 1, P | table << 1, wp ? CR0_WP : 0, 0);
                            ring(cpl);
                            if (write) {
                                write_at(W + 0x10);
                            } else {
                                read_at(W + 0x10);
                            }
                            go();
                            /* Whether a refused access leaves marks is the processor's affair. */
                            if (event.vector == 0xF1) {
                                show_entries();
                            }
                            end();
                        }
                    }
                }
            }
        }
    }
    for (u32 cpl = 1; cpl < 3; ++cpl) {
        if (begin("ring %d is a supervisor", cpl)) {
            window(P | RW, P | RW, CR0_WP, 0);
            ring(cpl);
            write_at(W);
            go();
            end();
        }
    }
}

static void missing(void) {
    static const char *const ways[] = {"read", "write", "fetch"};
    for (u32 which = 0; which < 2; ++which) {
        for (u32 cpl = 0; cpl < 4; cpl += 3) {
            for (u32 way = 0; way < 3; ++way) {
                if (begin("%s %s not present cpl%d", ways[way], which ? "pte" : "pde", cpl)) {
                    const u32 all = P | RW | US;
                    window(which ? all : all & ~P, which ? all & ~P : all, 0, 0);
                    ring(cpl);
                    if (way == 0) {
                        read_at(W + 0x123);
                    } else if (way == 1) {
                        write_at(W + 0x123);
                    } else {
                        in.eip = W + 0x123;
                    }
                    go();
                    say(" pte=%b", peek32(PTE_W) & 0xFF);
                    end();
                }
            }
        }
    }
    if (begin("fetch of a supervisor page")) {
        window(P | RW | US, P | RW, 0, 0);
        ring(3);
        in.eip = W;
        run();
        end();
    }
    if (begin("fetch across into a missing page")) {
        window(P | RW | US, P | RW | US, 0, 0);
        poke32(PTE_W + 4, 0);
        ring(3);
        in.eip = W + 0xFFE;
        at(P0 + 0xFFE);
        emit("8b 0d"); /* mov ecx,[disp32], whose last four bytes lie in the next page */
        run();
        end();
    }
    if (begin("everything else of the entry is ignored when not present")) {
        window(P | RW | US, 0xFFFFFFFE, 0, 0);
        read_at(W);
        go();
        end();
    }
}

static void marks(void) {
    static const struct {
        const char *name;
        const char *code; /* with the address in EBX */
    } ways[] = {{"read", "8b 03"},
                {"write", "89 03"},
                {"read then write", "8b 03 89 03"},
                {"add", "01 03"},
                {"cmp", "39 03"},
                {"test", "85 03"},
                {"xchg", "87 03"},
                {"bt", "0f a3 03"},
                {"bts", "0f ab 03"},
                {"cmpxchg unequal", "0f b1 0b"},
                {"lock cmpxchg unequal", "f0 0f b1 0b"},
                {"push", "ff 33"},
                {"smsw", "0f 01 23"},
                {"sgdt", "0f 01 03"},
                {"lgdt", "0f 01 13"},
                {"invlpg", "0f 01 3b"},
                {"rep movsd zero times", "31 c9 89 de 89 df f3 a5"},
                {"setcc", "0f 94 03"},
                {"not", "f7 13"},
                {"shl by 0", "c1 23 00"}};
    for (u32 i = 0; i < sizeof ways / sizeof ways[0]; ++i) {
        if (begin("marks of %s", ways[i].name)) {
            window(P | RW | US, P | RW | US, CR0_WP, 0);
            poke16(P0, GDT_LIMIT);
            poke32(P0 + 2, GDT);
            in.eax = 5;
            in.ebx = W;
            emit(ways[i].code);
            register_mask = 0;
            show = 0;
            frame_words = 0;
            go();
            show_entries();
            end();
        }
        if (begin("read-only for %s", ways[i].name)) {
            window(P | RW | US, P | US, CR0_WP, 0);
            poke16(P0, GDT_LIMIT);
            poke32(P0 + 2, GDT);
            in.eax = 5;
            in.ebx = W;
            emit(ways[i].code);
            register_mask = 0;
            go();
            end();
        }
        if (begin("missing for %s", ways[i].name)) {
            window(P | RW | US, 0, CR0_WP, 0);
            in.eax = 5;
            in.ebx = W;
            emit(ways[i].code);
            register_mask = 0;
            go();
            end();
        }
    }
}

static void crossing(void) {
    static const struct {
        const char *name;
        const char *code; /* with W + 0xFFE in EBX and in EDI, P3 in ESI */
    } ways[] = {{"mov read", "8b 03"},      {"mov write", "89 03"},   {"add", "01 03"},
                {"xchg", "87 03"},          {"movsd", "a5"},          {"stosd", "ab"},
                {"push", "8d 63 04 50"},    {"pop", "89 dc 58"},      {"pusha", "8d 63 18 60"},
                {"popa", "8d 63 f0 61"},    {"enter", "8d 63 04 c8 00 00 00"},
                {"call", "8d 63 04 e8 00 00 00 00"},
                {"pushf", "8d 63 04 9c"},   {"push word", "8d 63 01 66 50"},
                {"bound", "62 03"},         {"les", "c4 03"},         {"lgdt", "0f 01 13"},
                {"sgdt", "0f 01 03"},       {"cmpxchg8b", "0f c7 0b"}, {"rep stosd", "b9 03 00 00 00 f3 ab"},
                {"rep movsd", "b9 03 00 00 00 f3 a5"}, {"repne scasb", "b9 08 00 00 00 f2 ae"},
                {"leave", "89 dd c9"},      {"pop mem", "89 f4 8f 03"}, {"push mem", "ff 33"}};
    static const char *const bads[] = {"second missing", "second read-only", "first missing", "both missing"};
    for (u32 i = 0; i < sizeof ways / sizeof ways[0]; ++i) {
        for (u32 bad = 0; bad < 4; ++bad) {
            if (begin("%s crosses, %s", ways[i].name, bads[bad])) {
                window(P | RW | US, P | RW | US, CR0_WP, 0);
                if (bad == 1) {
                    poke32(PTE_W + 4, P1 | P | US);
                } else if (bad != 2) {
                    poke32(PTE_W + 4, 0);
                }
                if (bad >= 2) {
                    poke32(PTE_W, 0);
                }
                ring(3);
                in.ebx = in.edi = W + 0xFFE;
                in.esi = P3;
                emit(ways[i].code);
                register_mask = 0xFFFFFFFF;
                go();
                say(" %x %x", peek32(P0 + 0xFFC), peek32(P1));
                end();
            }
        }
    }
}

static void large(void) {
    static const struct {
        const char *name;
        u32 entry, cr4;
        const char *code;
    } cases[] = {{"large read", P | US | PS, CR4_PSE, "a1 00 40 61 00"},
                 {"large write", P | RW | US | PS, CR4_PSE, "a3 00 40 61 00"},
                 {"large write read-only", P | US | PS, CR4_PSE, "a3 00 40 61 00"},
                 {"large supervisor", P | RW | PS, CR4_PSE, "a1 00 40 61 00"},
                 {"large reserved bit", P | RW | US | PS | 0x200000, CR4_PSE, "a1 00 40 61 00"},
                 {"large reserved bit write", P | RW | US | PS | 0x200000, CR4_PSE, "a3 00 40 61 00"},
                 {"large not present", RW | US | PS | 0x200000, CR4_PSE, "a1 00 40 61 00"},
                 {"ps without pse", PAGE_TABLE1 | P | RW | US | PS, 0, "a1 00 00 40 00"}};
    for (u32 i = 0; i < sizeof cases / sizeof cases[0]; ++i) {
        for (u32 cpl = 0; cpl < 4; cpl += 3) {
            if (begin("%s cpl%d", cases[i].name, cpl)) {
                window(0, P | RW | US, CR0_WP, cases[i].cr4);
                poke32(PDE_W, cases[i].entry);
                ring(cpl);
                emit(cases[i].code);
                go();
                if (event.vector == 0xF1) {
                    say(" pde=%b", peek32(PDE_W) & 0xFF);
                }
                end();
            }
        }
    }
}

static void make_present(void) { poke32(PTE_W, P1 | P | RW | US); }

/* EAX: read; the page's entry then leads to P1; ECX: read again after `code`. */
static void staleness(void) {
    static const struct {
        const char *name;
        u32 global;
        const char *code;
    } ways[] = {{"nothing", 0, ""},
                {"invlpg", 0, "0f 01 3d 00 00 40 00"},
                {"invlpg elsewhere in the page", 0, "0f 01 3d ff 0f 40 00"},
                {"invlpg another page", 0, "0f 01 3d 00 10 40 00"},
                {"mov cr3", 0, "0f 20 da 0f 22 da"},
                {"mov cr3, global", 1, "0f 20 da 0f 22 da"},
                {"invlpg, global", 1, "0f 01 3d 00 00 40 00"},
                {"cr4 pge off and on, global", 1, "0f 20 e2 80 f2 80 0f 22 e2 80 f2 80 0f 22 e2"},
                {"cr0 pg off and on", 0, "0f 20 c2 81 e2 ff ff ff 7f 0f 22 c2 81 ca 00 00 00 80 0f 22 c2"},
                {"the same cr0", 0, "0f 20 c2 0f 22 c2"}};
    for (u32 i = 0; i < sizeof ways / sizeof ways[0]; ++i) {
        /* What is kept without need is the processor's affair: only what must be dropped counts. */
        if (begin("stale after %s", ways[i].name)) {
            window(P | RW | US, P | RW | US | (ways[i].global ? G : 0), 0, CR4_PGE);
            read_at(W);
            emit("c7 05 %d %d", PTE_W, P1 | P | RW | US | A | (ways[i].global ? G : 0));
            emit(ways[i].code);
            emit("8b 0d %d", W);
            register_mask = ~0u;
            in.edx = 0;
            go();
            end();
        }
    }
    if (begin("not present is not kept")) {
        /* The handler's IRET goes back to the read, which finds the page then. */
        window(P | RW | US, 0, 0, 0);
        go_on(14, 4);
        on_go_on = make_present;
        read_at(W);
        go();
        end();
    }
    if (begin("dirty in the cache, clean in the table")) {
        window(P | RW | US, P | RW | US, 0, 0);
        write_at(W);
        emit("80 25 %d bf", PTE_W); /* clears the dirty bit */
        emit("0f 01 3d %d", W);
        write_at(W);
        go();
        show_entries();
        end();
    }
    if (begin("read-only to writable without invlpg")) {
        window(P | RW | US, P | US, CR0_WP, 0);
        read_at(W);
        emit("c7 05 %d %d", PTE_W, P0 | P | RW | US);
        write_at(W); /* a fault or none: the first one drops what was kept */
        go_on(14, 4);
        go();
        end();
    }
}

static void itself(void) {
    if (begin("self-map reads a table entry")) {
        window(P | RW | US, P | RW | US, 0, 0);
        poke32(PAGE_DIRECTORY + 0xFFC, PAGE_DIRECTORY | P | RW);
        emit("a1 %d 8b 0d %d", 0xFFC00000 + (W >> 10), 0xFFFFF000 + (W >> 20));
        register_mask = ~(u32)MARKS;
        go();
        end();
    }
    if (begin("self-map writes a table entry")) {
        window(P | RW | US, P | RW | US, 0, 0);
        poke32(PAGE_DIRECTORY + 0xFFC, PAGE_DIRECTORY | P | RW);
        emit("c7 05 %d %d 0f 01 3d %d", 0xFFC00000 + (W >> 10), P2 | P | RW | US, W);
        read_at(W);
        go();
        say(" %b %b", peek32(PAGE_DIRECTORY + 0xFFC) & 0xFF, peek32(PTE_W) & 0xFF);
        end();
    }
    if (begin("self-map is not for users")) {
        window(P | RW | US, P | RW | US, 0, 0);
        poke32(PAGE_DIRECTORY + 0xFFC, PAGE_DIRECTORY | P | RW);
        ring(3);
        read_at(0xFFFFF000);
        go();
        end();
    }
    if (begin("the last byte of memory")) {
        window(P | RW | US, P | RW | US, 0, 0);
        poke32(PAGE_DIRECTORY + 0xFFC, PAGE_TABLE1 | P | RW | US);
        poke32(PAGE_TABLE1 + 0xFFC, P2 | P | RW | US);
        emit("a0 %d", 0xFFFFFFFF);
        go();
        end();
    }
}

/* Tables that the processor reads itself: always as a supervisor. */
static void tables(void) {
    for (u32 cpl = 0; cpl < 4; cpl += 3) {
        if (begin("segment load, gdt page missing cpl%d", cpl)) {
            window(P | RW | US, 0, 0, 0);
            load_ldt();
            descriptor(SEL_LDT, W, 0x7F, A_LDT, 0);
            load_ldt();
            ring(cpl);
            emit("b8 04 00 00 00 8e e0"); /* mov fs,ax */
            go();
            end();
        }
        if (begin("segment load, gdt page read-only wp cpl%d", cpl)) {
            window(P | RW, P, CR0_WP, 0);
            descriptor(SEL_LDT, W, 0x7F, A_LDT, 0);
            load_ldt();
            poke32(P0, 0x0000FFFF);
            poke32(P0 + 4, 0x00CFF200); /* not accessed */
            ring(cpl);
            emit("b8 07 00 00 00 8e e0");
            go();
            say(" access=%b", peek8(P0 + 5));
            end();
        }
        if (begin("segment load, gdt page for supervisors cpl%d", cpl)) {
            window(P | RW, P | RW, CR0_WP, 0);
            descriptor(SEL_LDT, W, 0x7F, A_LDT, 0);
            load_ldt();
            poke32(P0, 0x0000FFFF);
            poke32(P0 + 4, 0x00CFF200);
            ring(cpl);
            emit("b8 07 00 00 00 8e e0");
            go();
            say(" access=%b", peek8(P0 + 5));
            end();
        }
    }
}

CATEGORY(37, pages) {
    rights();
    missing();
    marks();
    crossing();
    large();
    staleness();
    itself();
    tables();
}
