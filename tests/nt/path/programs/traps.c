// SPDX-License-Identifier: MIT
// Raises the processor exception that the command line names, from ring 3.
#include "crime.h"

static void divide(void) {
    __asm__ volatile("xorl %%ecx, %%ecx; divl %%ecx" : : : "eax", "ecx", "edx");
}

static void step(void) {
    __asm__ volatile("pushfl; orl $0x100, (%esp); popfl; nop");
}

static void breakpoint(void) {
    __asm__ volatile("int3");
}

static void overflow(void) {
    __asm__ volatile("movb $0x7F, %%al; incb %%al; into" : : : "eax");
}

static void bound(void) {
    static const LONG limits[2] = {1, 2};
    __asm__ volatile("boundl %0, %1" : : "r"(9L), "m"(limits));
}

static void opcode(void) {
    __asm__ volatile("ud2");
}

static void coprocessor(void) {
    __asm__ volatile("fninit");
}

static void float_divide(void) {
    static const short unmasked = 0x037B;
    __asm__ volatile("fninit; fldcw %0; fld1; fldz; fdivrp; fwait" : : "m"(unmasked));
}

// The test's patch makes gate 20h lead to ring 1, whose stack the TSS does not name.
static void task_segment(void) {
    __asm__ volatile("int $0x20");
}

// The test's patch puts a data segment that is not present at selector 60h.
static void not_present(void) {
    __asm__ volatile("movw $0x63, %%ax; movw %%ax, %%es" : : : "eax");
}

// The dword would wrap around the end of the stack segment.
static void stack_segment(void) {
    __asm__ volatile("movl $2, %esp; pushl %eax");
}

static void privileged(void) {
    __asm__ volatile("hlt");
}

static void page(void) {
    __asm__ volatile("movl %eax, 0x10");
}

void __stdcall start(void) {
    static const struct crime crimes[] = {
        {"divide", divide},
        {"step", step},
        {"breakpoint", breakpoint},
        {"overflow", overflow},
        {"bound", bound},
        {"opcode", opcode},
        {"coprocessor", coprocessor},
        {"float-divide", float_divide},
        {"task-segment", task_segment},
        {"not-present", not_present},
        {"stack-segment", stack_segment},
        {"privileged", privileged},
        {"page", page},
    };
    COMMIT_FROM(crimes);
}
