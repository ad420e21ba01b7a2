/* SPDX-License-Identifier: MIT */
/* Names, prepares and runs cases. */
#include "internal.h"

extern const u32 first_case, last_case;
extern const struct category categories_begin[], categories_end[];

static const struct category *category;
static u32 number;
static u32 ran;
struct cpu in;

/* --- code of the case ---------------------------------------------------------------------------- */
u32 cursor;

void at(u32 address) { cursor = address; }

static void emit_bytes(u32 value, u32 bytes) {
    for (; bytes != 0; --bytes, value >>= 8) {
        poke8(cursor++, value);
    }
}

static u32 digit(char c) { return (u32)(c <= '9' ? c - '0' : (c | 32) - 'a' + 10); }

void emit(const char *hex, ...) {
    __builtin_va_list arguments;
    __builtin_va_start(arguments, hex);
    while (*hex != 0) {
        if (*hex == ' ') {
            ++hex;
        } else if (*hex == '%') {
            const u32 bytes = hex[1] == 'b' ? 1 : hex[1] == 'w' ? 2 : 4;
            emit_bytes(__builtin_va_arg(arguments, u32), bytes);
            hex += 2;
        } else {
            poke8(cursor++, digit(hex[0]) << 4 | digit(hex[1]));
            hex += 2;
        }
    }
    __builtin_va_end(arguments);
}

void put(const u8 *begin, const u8 *end) {
    while (begin != end) {
        poke8(cursor++, *begin++);
    }
}

static void stack_of(u32 width, u32 count, __builtin_va_list words) {
    in.esp -= width * count;
    for (u32 i = 0; i < count; ++i) {
        const u32 word = __builtin_va_arg(words, u32);
        if (width == 4) {
            poke32(in.esp + 4 * i, word);
        } else {
            poke16(in.esp + 2 * i, word);
        }
    }
}

void stack32(u32 count, ...) {
    __builtin_va_list words;
    __builtin_va_start(words, count);
    stack_of(4, count, words);
    __builtin_va_end(words);
}

void stack16(u32 count, ...) {
    __builtin_va_list words;
    __builtin_va_start(words, count);
    stack_of(2, count, words);
    __builtin_va_end(words);
}

/* --- where it starts ------------------------------------------------------------------------------ */
void ring(u32 n) {
    in.eip = C;
    in.eflags = F_IF | 2;
    in.esp = S(n);
    in.cs = CS(n);
    in.ss = DS(n);
    in.ds = in.es = DS(3);
    in.fs = in.gs = 0;
}

void v86(u32 iopl) {
    ring(3);
    in.eflags = F_VM | F_IF | F_IOPL(iopl) | 2;
    in.eip = 0;
    in.cs = V86_CODE >> 4;
    in.ss = V86_STACK >> 4;
    in.esp = 0x1000;
    in.ds = in.es = in.fs = in.gs = V86_DATA >> 4;
    at(V86_CODE);
}

/* --- one case --------------------------------------------------------------------------------------- */
int begin(const char *format, ...) {
    const u32 mine = number++;
    if (mine < first_case || mine > last_case) {
        return 0;
    }
    ++ran;
    say("%5 %s/", mine, category->name);
    __builtin_va_list arguments;
    __builtin_va_start(arguments, format);
    print(format, arguments);
    __builtin_va_end(arguments);
    say(" :");
    reset_machine();
    reset_events();
    in.eax = 0xA0A0A0A0;
    in.ecx = 0xC1C1C1C1;
    in.edx = 0xD2D2D2D2;
    in.ebx = 0xB3B3B3B3;
    in.ebp = 0xB5B5B5B5;
    in.esi = 0x56565656;
    in.edi = 0xD7D7D7D7;
    ring(0);
    at(C);
    return 1;
}

void run(void) {
    keep_tasks();
    if (paging_wanted != 0) {
        __asm__ volatile("mov %0, %%cr4; mov %1, %%cr3; mov %2, %%cr0" ::"r"(paging_cr4),
                         "r"(PAGE_DIRECTORY), "r"(0x80000011 | paging_cr0)
                         : "memory");
    }
    enter_case(&in);
}

void go(void) {
    emit("cd f1"); /* int F1h */
    run();
}

void end(void) { say("\n"); }

void run_all(void) {
    say("traplab begin\n");
    for (category = categories_begin; category != categories_end; ++category) {
        number = category->number * 1000;
        category->cases();
    }
    say("traplab end %d\n", ran);
}
