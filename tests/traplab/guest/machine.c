/* SPDX-License-Identifier: MIT */
/* The tables every case starts with, and the helpers that change them. */
#include "internal.h"

struct table_register gdt_register = {GDT_LIMIT, GDT};
struct table_register idt_register = {0x7FF, IDT};

void fill(u32 address, u32 bytes, u32 value) {
    bytes /= 4;
    __asm__ volatile("rep stosl" : "+D"(address), "+c"(bytes) : "a"(value) : "memory");
}

/* A selector names the LDT by its bit 2, as the processor has it. */
static u32 slot(u32 selector) { return ((selector & 4) != 0 ? LDT : GDT) + (selector & 0xFFF8); }

void descriptor(u32 selector, u32 base, u32 limit, u32 access, u32 flags) {
    const u32 at = slot(selector);
    poke32(at, (base << 16) | (limit & 0xFFFF));
    poke32(at + 4, (base & 0xFF000000) | (flags << 20) | (limit & 0xF0000) | (access << 8) |
                       ((base >> 16) & 0xFF));
}

static void gate_at(u32 at, u32 type, u32 target, u32 offset, u32 count) {
    poke32(at, (target << 16) | (offset & 0xFFFF));
    poke32(at + 4, (offset & 0xFFFF0000) | (type << 8) | count);
}

void gate(u32 selector, u32 type, u32 target, u32 offset, u32 count) {
    gate_at(slot(selector), type, target, offset, count);
}

void idt_gate(u32 vector, u32 type, u32 target, u32 offset) {
    gate_at(IDT + 8 * vector, type, target, offset, 0);
}

u32 access_of(u32 selector) { return peek8(slot(selector) + 5); }

u32 stub(u32 vector) { return (u32)stubs + 16 * vector; }

u32 stub16(u32 vector) { return 16 * vector; }

void load_ldt(void) { __asm__ volatile("lldt %w0" : : "r"(SEL_LDT) : "memory"); }

u32 *pte(u32 address) { return (u32 *)(PAGE_TABLE0 + (address >> 12) * 4); }

u32 paging_wanted;
u32 paging_cr0;
u32 paging_cr4;

void paging(u32 cr0, u32 cr4) {
    fill(PAGE_DIRECTORY, 4096, 0);
    poke32(PAGE_DIRECTORY, PAGE_TABLE0 | 7);
    for (u32 i = 0; i < 1024; ++i) {
        poke32(PAGE_TABLE0 + 4 * i, (i << 12) | 7);
    }
    paging_wanted = 1;
    paging_cr0 = cr0;
    paging_cr4 = cr4;
}

void task32(u32 tss, u32 n, u32 eip, u32 s) {
    fill(tss, 104, 0);
    for (u32 i = 0; i < 3; ++i) {
        poke32(tss + T_ESP0 + 8 * i, S(i));
        poke32(tss + T_SS0 + 8 * i, DS(i));
    }
    poke32(tss + T_CR3, PAGE_DIRECTORY);
    poke32(tss + T_EIP, eip);
    poke32(tss + T_EFLAGS, 2);
    for (u32 i = 0; i < 8; ++i) {
        poke32(tss + T_EAX + 4 * i, 0x7A000000 + i);
    }
    poke32(tss + T_ESP, S(s));
    poke32(tss + T_ES, DS(n));
    poke32(tss + T_CS, CS(n));
    poke32(tss + T_SS, DS(n));
    poke32(tss + T_DS, DS(n));
    poke32(tss + T_IOMAP, 104 << 16 >> 16);
}

void task16(u32 tss, u32 n, u32 ip, u32 s) {
    fill(tss, 44, 0);
    for (u32 i = 0; i < 3; ++i) {
        poke16(tss + T16_SP0 + 4 * i, S(i) - C);
        poke16(tss + T16_SS0 + 4 * i, D16(i));
    }
    poke16(tss + T16_IP, ip);
    poke16(tss + T16_FLAGS, 2);
    for (u32 i = 0; i < 8; ++i) {
        poke16(tss + T16_AX + 2 * i, 0x7B00 + i);
    }
    /* 16-bit stacks lie in D16, whose base is C. */
    poke16(tss + T16_SP, S(s) - C);
    poke16(tss + T16_ES, DS(n));
    poke16(tss + T16_CS, HB(n));
    poke16(tss + T16_SS, D16(n));
    poke16(tss + T16_DS, DS(n));
}

static void reset_tables(void) {
    fill(GDT, GDT_LIMIT + 1, 0);
    fill(LDT, LDT_LIMIT + 1, 0);
    for (u32 n = 0; n < 4; ++n) {
        descriptor(CS(n), 0, 0xFFFFF, A_CODE | DPL(n), SIZE32 | GRANULAR);
        descriptor(DS(n), 0, 0xFFFFF, A_DATA | DPL(n), SIZE32 | GRANULAR);
        descriptor(CC(n), 0, 0xFFFFF, A_CODE_CONF | DPL(n), SIZE32 | GRANULAR);
        descriptor(HB(n), (u32)stubs, 0xFFFF, A_CODE | DPL(n), SIZE32);
        descriptor(C16(n), C, 0xFFFF, A_CODE | DPL(n), SIZE16);
        descriptor(D16(n), C, 0xFFFF, A_DATA | DPL(n), SIZE16);
    }
    descriptor(SEL_TSS0, TSS0, 0x2100, A_TSS32, 0);
    descriptor(SEL_LDT, LDT, LDT_LIMIT, A_LDT, 0);
    descriptor(SEL_TSSA, TSSA, 103, A_TSS32, 0);
    descriptor(SEL_TSSB, TSSB, 103, A_TSS32, 0);
    descriptor(SEL_TSS16A, TSS16A, 43, A_TSS16, 0);
    descriptor(SEL_TSS16B, TSS16B, 43, A_TSS16, 0);
    descriptor(SEL_TSSDF, TSSDF, 103, A_TSS32, 0);
    for (u32 vector = 0; vector < 256; ++vector) {
        /* INT3, INTO and BOUND are there for programs, as are the numbers above 1Fh. */
        const u32 dpl = (vector >= 3 && vector <= 5) || vector >= 0x20 ? 3 : 0;
        idt_gate(vector, G_INT32 | DPL(dpl), CS(0), stub(vector));
    }
    idt_gate(0xFE, G_INT32 | DPL(3), CS(0), (u32)escape);
}

void reset_machine(void) {
    __asm__ volatile("fninit");
    reset_tables();
    fill(C, 0x3000, 0xCCCCCCCC);
    fill(P0, 0x4000, 0);
    for (u32 n = 0; n < 7; ++n) {
        fill(S(n) - 0x1000, 0x1000, 0);
    }
    fill(V86_CODE, 0x100, 0xCCCCCCCC);
    fill(V86_STACK, 0x1000, 0);
    fill(V86_DATA, 0x1000, 0);
    fill(TSS0, 0x2104, 0);
    task32(TSS0, 0, 0, 0);
    poke16(TSS0 + T_IOMAP, 0x2101); /* beyond the limit: no bitmap */
    task32(TSSA, 0, stub(0xF2), 4);
    task32(TSSB, 0, stub(0xF3), 5);
    task16(TSS16A, 0, stub16(0xF4), 4);
    task16(TSS16B, 0, stub16(0xF5), 5);
    task32(TSSDF, 0, stub(0x08), 6);
    paging_wanted = 0;
    __asm__ volatile("lgdt gdt_register; lidt idt_register");
    __asm__ volatile("ltr %w0" : : "r"(SEL_TSS0) : "memory");
    __asm__ volatile("lldt %w0" : : "r"(0) : "memory");
    __asm__ volatile("mov %0, %%cr3" : : "r"(PAGE_DIRECTORY));
    const u32 zero = 0;
    __asm__ volatile("mov %0, %%cr2; mov %0, %%dr7; mov %0, %%dr6" : : "r"(zero));
    __asm__ volatile("mov %0, %%dr0; mov %0, %%dr1; mov %0, %%dr2; mov %0, %%dr3" : : "r"(zero));
}
