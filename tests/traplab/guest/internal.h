/* SPDX-License-Identifier: MIT */
/* Between the files of the framework; cases do not include this. */
#pragma once

#include "lab.h"

struct table_register {
    u16 limit;
    u32 base;
} __attribute__((packed));
extern struct table_register gdt_register, idt_register;

extern const u8 stubs[], stubs_end[];
void escape(void);
void enter_case(const struct cpu *state);
void leave_case(void);

void reset_machine(void);
extern u32 paging_wanted, paging_cr0, paging_cr4;

void print(const char *format, __builtin_va_list arguments);
void say_char(char c);
void reset_events(void); /* at begin(): nothing goes on, nothing extra is shown */
void keep_tasks(void);   /* at go(): what the TSSs hold, for show_tss */
