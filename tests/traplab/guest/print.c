/* SPDX-License-Identifier: MIT */
/* Text on port E9, and addresses by the region they lie in. */
#include "internal.h"

void say_char(char c) { __asm__ volatile("outb %0, $0xE9" : : "a"(c)); }

static void hex(u32 value, u32 digits) {
    while (digits-- != 0) {
        say_char("0123456789abcdef"[(value >> (4 * digits)) & 15]);
    }
}

static void shortest(u32 value) {
    u32 digits = 1;
    while (digits < 8 && (value >> (4 * digits)) != 0) {
        ++digits;
    }
    hex(value, digits);
}

static void decimal(u32 value, u32 digits) {
    char text[10];
    u32 n = 0;
    do {
        text[n++] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0 || n < digits);
    while (n != 0) {
        say_char(text[--n]);
    }
}

static void name(const char *text) {
    while (*text != 0) {
        say_char(*text++);
    }
}

struct region {
    const char *name;
    u32 from;
    u32 to;
};

static void address(u32 value) {
    static const struct region regions[] = {
        {"C", C, C + 0x1000},    {"D", D, D + 0x1000},    {"E", E, E + 0x1000},
        {"P0", P0, P0 + 0x1000}, {"P1", P1, P1 + 0x1000}, {"P2", P2, P2 + 0x1000},
        {"P3", P3, P3 + 0x1000}, {"TSS0", TSS0, 0x206000}, {"TSSA", TSSA, TSSA + 0x1000},
    };
    for (u32 n = 0; n < 7; ++n) {
        if (value >= S(n) - 0x1000 && value <= S(n)) {
            say_char('S');
            decimal(n, 1);
            if (value != S(n)) {
                say_char('-');
                shortest(S(n) - value);
            }
            return;
        }
    }
    for (u32 i = 0; i < sizeof regions / sizeof regions[0]; ++i) {
        if (value >= regions[i].from && value < regions[i].to) {
            name(regions[i].name);
            say_char('+');
            shortest(value - regions[i].from);
            return;
        }
    }
    const u32 h = value - (u32)stubs;
    if (h < (u32)stubs_end - (u32)stubs) {
        say_char('h');
        hex(h / 16, 2);
        say_char('+');
        shortest(h % 16);
    } else if (value >= 0x100000 && value < GDT) {
        name("lab"); /* the laboratory's own code, which moves from build to build */
    } else {
        shortest(value);
    }
}

void print(const char *format, __builtin_va_list arguments) {
    for (; *format != 0; ++format) {
        if (*format != '%') {
            say_char(*format);
            continue;
        }
        switch (*++format) {
        case 's': name(__builtin_va_arg(arguments, const char *)); break;
        case 'd': decimal(__builtin_va_arg(arguments, u32), 1); break;
        case '5': decimal(__builtin_va_arg(arguments, u32), 5); break;
        case 'b': hex(__builtin_va_arg(arguments, u32), 2); break;
        case 'w': hex(__builtin_va_arg(arguments, u32), 4); break;
        case 'x': hex(__builtin_va_arg(arguments, u32), 8); break;
        case 'p': address(__builtin_va_arg(arguments, u32)); break;
        default: say_char(*format); break;
        }
    }
}

void say(const char *format, ...) {
    __builtin_va_list arguments;
    __builtin_va_start(arguments, format);
    print(format, arguments);
    __builtin_va_end(arguments);
}
