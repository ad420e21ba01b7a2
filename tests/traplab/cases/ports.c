/* SPDX-License-Identifier: MIT */
/* I/O privilege and the I/O permission map: every access, its bits, and the edges at the TSS limit.
   Nothing is at the ports asked, but for 0, a DMA controller's. */
#include "lab.h"

enum { MAP = 0x68, LAST = 0x2100 };

static const struct {
    const char *name, *code;
} accesses[] = {{"in al", "ec"},       {"in ax", "66 ed"},   {"in eax", "ed"},
                {"out al", "ee"},      {"out ax", "66 ef"},  {"out eax", "ef"},
                {"insb", "6c"},        {"insw", "66 6d"},    {"insd", "6d"},
                {"outsb", "6e"},       {"outsw", "66 6f"},   {"outsd", "6f"},
                {"rep insb", "f3 6c"}, {"rep outsd", "f3 6f"}};
enum { ACCESSES = sizeof accesses / sizeof accesses[0] };

/* The map at `base` in a TSS of `limit`, all ports granted; TR is loaded anew. */
static void map(u32 base, u32 limit) {
    poke16(TSS0 + T_IOMAP, base);
    fill(TSS0 + MAP, LAST - MAP, 0);
    descriptor(SEL_TSS0, TSS0, limit, A_TSS32, 0);
    __asm__ volatile("ltr %w0" : : "r"(SEL_TSS0) : "memory");
}

static void refuse(u32 port) {
    poke8(TSS0 + MAP + port / 8, peek8(TSS0 + MAP + port / 8) | 1u << (port & 7));
}

static void pointers(u32 port) {
    in.edx = 0x99990000 | port;
    in.ecx = 2;
    in.esi = P0;
    in.edi = P1;
}

/* Only whether the access is allowed: what a port reads as is not asked. */
static void access(const char *code) {
    register_mask = 0;
    emit(code);
    go();
}

static void rights(void) {
    for (u32 i = 0; i < ACCESSES; ++i) {
        for (u32 cpl = 0; cpl < 4; ++cpl) {
            for (u32 iopl = 0; iopl < 4; ++iopl) {
                if (begin("%s cpl%d iopl%d no map", accesses[i].name, cpl, iopl)) {
                    ring(cpl);
                    in.eflags |= F_IOPL(iopl);
                    pointers(0x260);
                    access(accesses[i].code);
                    end();
                }
            }
        }
    }
    for (u32 i = 0; i < ACCESSES; ++i) {
        for (u32 bit = 0; bit < 8; ++bit) {
            if (begin("%s port 262 refuses %x", accesses[i].name, 0x260 + bit)) {
                map(MAP, LAST);
                refuse(0x260 + bit);
                ring(3);
                pointers(0x262);
                access(accesses[i].code);
                end();
            }
        }
    }
    for (u32 port = 0x264; port < 0x268; ++port) {
        for (u32 bit = 4; bit < 13; ++bit) {
            if (begin("in eax port %x refuses %x", port, 0x260 + bit)) {
                map(MAP, LAST);
                refuse(0x260 + bit);
                ring(3);
                pointers(port);
                access("ed");
                end();
            }
        }
    }
}

static void edges(void) {
    static const struct {
        const char *name;
        u32 base, limit, port;
    } rows[] = {{"last byte within", MAP, MAP + 0x4D, 0x260},
                {"last byte is the port's", MAP, MAP + 0x4C, 0x260},
                {"port's byte beyond", MAP, MAP + 0x4B, 0x260},
                {"port 267, limit at its byte", MAP, MAP + 0x4C, 0x267},
                {"base at the limit", 0x2100, 0x2100, 0},
                {"base beyond the limit", 0x2101, 0x2100, 0},
                {"base below the limit", 0x20FF, 0x2100, 0},
                {"base ffff", 0xFFFF, 0x2100, 0},
                {"base inside the tss", 0x40, 0x2100, 0x260},
                {"base 0", 0, 0x2100, 0x260},
                {"limit 67", MAP, 0x67, 0},
                {"limit 66", 0x20, 0x66, 0}};
    static const char *const codes[] = {"ec", "66 ed", "ed"};
    for (u32 i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        for (u32 size = 0; size < 3; ++size) {
            if (begin("%s, %d", rows[i].name, 1u << size)) {
                map(rows[i].base, rows[i].limit);
                if (rows[i].base == 0x40) {
                    fill(TSS0 + 0x40, 0x24, 0);
                }
                ring(3);
                pointers(rows[i].port);
                access(codes[size]);
                end();
            }
        }
    }
    for (u32 size = 0; size < 3; ++size) {
        for (u32 ones = 0; ones < 2; ++ones) {
            if (begin("port ffff, byte behind the map %b, %d", ones * 0xFF, 1u << size)) {
                map(MAP, MAP + 0x2000);
                poke8(TSS0 + MAP + 0x2000, ones * 0xFF);
                ring(3);
                pointers(0xFFFF);
                access(codes[size]);
                end();
            }
        }
    }
    if (begin("16-bit tss")) {
        descriptor(SEL_TSS16A, TSS16A, 0x800, A_TSS16, 0);
        poke16(TSS16A + T_IOMAP, MAP);
        fill(TSS16A + MAP, 0x100, 0);
        poke16(TSS16A + T16_SP0, S(0) - C);
        __asm__ volatile("ltr %w0" : : "r"(SEL_TSS16A) : "memory");
        ring(3);
        pointers(0x260);
        access("ec");
        end();
    }
    for (u32 i = 0; i < 2; ++i) {
        if (begin("map in a missing page%s", i ? " of its second byte" : "")) {
            paging(0, 0);
            fill(P0, 0x2000, 0);
            task32(P0, 0, 0, 0);
            poke16(P0 + T_IOMAP, 0x1000 - i);
            descriptor(SEL_TSSA, P0, 0x1800, A_TSS32, 0);
            __asm__ volatile("ltr %w0" : : "r"(SEL_TSSA) : "memory");
            *pte(P1) &= ~1u;
            ring(3);
            pointers(0);
            show = SHOW_CR2_PAGE;
            access("ec");
            end();
        }
    }
    if (begin("rep with a count of 0 is refused")) {
        ring(3);
        pointers(0x260);
        in.ecx = 0;
        access("f3 6e");
        end();
    }
    if (begin("refused before the memory is looked at")) {
        ring(3);
        pointers(0x260);
        in.es = 0;
        access("6c");
        end();
    }
}

static void in_v86(void) {
    for (u32 iopl = 0; iopl < 4; iopl += 3) {
        for (u32 granted = 0; granted < 3; ++granted) {
            for (u32 i = 0; i < 6; ++i) {
                if (begin("v86 %s iopl%d %s", accesses[i].name, iopl,
                          granted == 0 ? "no map" : granted == 1 ? "refused" : "granted")) {
                    if (granted != 0) {
                        map(MAP, LAST);
                    }
                    if (granted == 1) {
                        refuse(0x260);
                    }
                    v86(iopl);
                    pointers(0x260);
                    register_mask = 0;
                    /* 16-bit code: the size prefix means the other size. */
                    emit(i == 1 ? "ed" : i == 2 ? "66 ed" : i == 4 ? "ef" : i == 5 ? "66 ef" : accesses[i].code);
                    emit("cd f1");
                    run();
                    end();
                }
            }
        }
    }
}

CATEGORY(32, ports) {
    rights();
    edges();
    in_v86();
}
