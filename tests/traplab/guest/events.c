/* SPDX-License-Identifier: MIT */
/* What a case prints: its events, and afterwards the TSSs. */
#include "internal.h"

enum { VECTORS = 256, MOST_EVENTS = 24 };

static signed char drops[VECTORS];
static u8 widths[VECTORS];
static struct cpu last;
static u32 events;
static u32 busy;

void (*on_go_on)(void);
u32 frame_words;
u32 register_mask;
u32 show;

void reset_events(void) {
    for (u32 i = 0; i < VECTORS; ++i) {
        drops[i] = -1;
        widths[i] = 4;
    }
    on_go_on = 0;
    frame_words = 10;
    register_mask = 0xFFFFFFFF;
    show = 0;
    events = 0;
    busy = 0;
}

void go_on(u32 vector, u32 drop) { drops[vector] = (signed char)drop; }

void wide(u32 vector, u32 bytes) { widths[vector] = (u8)bytes; }

void show_words(u32 address, u32 count) {
    say(" [");
    for (u32 i = 0; i < count; ++i) {
        say(i == 0 ? "%p" : " %p", peek32(address + 4 * i));
    }
    say("]");
}

static u32 segment_base(u32 selector) {
    if ((selector & 0xFFFC) == 0) {
        return 0;
    }
    const u32 at = ((selector & 4) != 0 ? LDT : GDT) + (selector & 0xFFF8);
    return (peek32(at) >> 16) | ((peek32(at + 4) & 0xFF) << 16) | (peek32(at + 4) & 0xFF000000);
}

static u32 stack_address(void) {
    const u32 at = ((event.ss & 4) != 0 ? LDT : GDT) + (event.ss & 0xFFF8);
    const u32 big = peek32(at + 4) & 0x400000;
    return segment_base(event.ss) + (big != 0 ? event.esp : event.esp & 0xFFFF);
}

u32 *frame(void) { return (u32 *)stack_address(); }

/* The words between the stack pointer and the top of its stack. */
static void show_frame(u32 width) {
    const u32 address = stack_address();
    for (u32 n = 0; n < 7; ++n) {
        if (address < S(n) - 0x1000 || address > S(n)) {
            continue;
        }
        say(" [");
        for (u32 i = 0; i < frame_words && address + width * i < S(n); ++i) {
            const u32 a = address + width * i;
            say(i == 0 ? "%p" : " %p", width == 2 ? peek16(a) : peek32(a));
        }
        say("]");
    }
}

static void show_registers(void) {
    static const char names[] = "eaxecxedxebxespebpesiedi";
    static const char segment_names[] = "esdsfsgs";
    for (u32 i = 0; i < 8; ++i) {
        const u32 now = (&event.eax)[i] & register_mask;
        if (i != 4 && now != ((&last.eax)[i] & register_mask)) {
            say_char(' ');
            for (u32 k = 0; k < 3; ++k) {
                say_char(names[3 * i + k]);
            }
            say("=%p", now);
        }
    }
    for (u32 i = 0; i < 4; ++i) {
        const u32 now = (&event.es)[i];
        if (now != (&last.es)[i]) {
            say_char(' ');
            say_char(segment_names[2 * i]);
            say_char(segment_names[2 * i + 1]);
            say("=%p", now);
        }
    }
    if ((show & SHOW_CR0) != 0) say(" cr0=%x", event.cr0);
    if ((show & SHOW_CR2) != 0) say(" cr2=%p", event.cr2);
    if ((show & SHOW_CR2_PAGE) != 0) say(" cr2=%p", event.cr2 & ~0xFFFu);
    if ((show & SHOW_CR3) != 0) say(" cr3=%x", event.cr3);
    if ((show & SHOW_DR6) != 0) say(" dr6=%x", event.dr6);
    if ((show & SHOW_DR7) != 0) say(" dr7=%x", event.dr7);
    if ((show & SHOW_TR) != 0) say(" tr=%p", event.tr);
    if ((show & SHOW_LDTR) != 0) say(" ldtr=%p", event.ldtr);
}

/* From the core: prints the event. Negative: the case is over. */
int on_event(void) {
    if (busy != 0) {
        say(" !nested #%b", event.vector & 0xFF);
        return -1;
    }
    busy = 1;
    event.vector &= 0xFF;
    say(" #%b cs=%p ss=%p:%p fl=%p", event.vector, event.cs, event.ss,
        segment_base(event.ss) == 0 ? event.esp : stack_address(), event.eflags);
    show_frame(widths[event.vector]);
    show_registers();
    last = event;
    int drop = drops[event.vector];
    if (drop >= 0 && ((event.cs & 3) != 0 || ++events > MOST_EVENTS)) {
        say(" !stopped");
        drop = -1;
    }
    if (drop >= 0 && on_go_on != 0) {
        on_go_on();
    }
    busy = 0;
    return drop;
}

/* --- TSSs ------------------------------------------------------------------------------------- */
enum { TSS_WORDS = 52 };
static const u32 tasks[] = {TSS0, TSSA, TSSB, TSS16A, TSS16B, TSSDF};
static u16 kept[6][TSS_WORDS];

void keep_tasks(void) {
    last = in;
    for (u32 t = 0; t < 6; ++t) {
        for (u32 i = 0; i < TSS_WORDS; ++i) {
            kept[t][i] = peek16(tasks[t] + 2 * i);
        }
    }
}

static const u16 *kept_of(u32 tss) {
    for (u32 t = 0; t < 6; ++t) {
        if (tasks[t] == tss) {
            return kept[t];
        }
    }
    return kept[0];
}

void show_tss(const char *name, u32 tss) {
    static const char *const fields[] = {
        "link", "esp0", "ss0", "esp1", "ss1", "esp2", "ss2", "cr3", "eip", "fl", "eax", "ecx", "edx",
        "ebx",  "esp",  "ebp", "esi",  "edi", "es",   "cs",  "ss",  "ds",  "fs", "gs",  "ldt", "trap"};
    const u16 *was = kept_of(tss);
    say(" %s{", name);
    for (u32 i = 0; i < 26; ++i) {
        const u32 now = peek32(tss + 4 * i);
        /* EFLAGS always: whether RF was saved must not decide whether the field is there. */
        if (i == 9 || now != (was[2 * i] | ((u32)was[2 * i + 1] << 16))) {
            say(" %s=%p", fields[i], now);
        }
    }
    say(" }");
}

void show_tss16(const char *name, u32 tss) {
    static const char *const fields[] = {"link", "sp0", "ss0", "sp1", "ss1", "sp2", "ss2", "ip",
                                         "fl",   "ax",  "cx",  "dx",  "bx",  "sp",  "bp",  "si",
                                         "di",   "es",  "cs",  "ss",  "ds",  "ldt"};
    const u16 *was = kept_of(tss);
    say(" %s{", name);
    for (u32 i = 0; i < 22; ++i) {
        const u32 now = peek16(tss + 2 * i);
        if (now != was[i]) {
            say(" %s=%p", fields[i], now);
        }
    }
    say(" }");
}

void show_busy(void) {
    static const char *const names[] = {"0", "A", "B", "16A", "16B", "DF"};
    static const u32 selectors[] = {SEL_TSS0, SEL_TSSA, SEL_TSSB, SEL_TSS16A, SEL_TSS16B, SEL_TSSDF};
    say(" busy{");
    for (u32 i = 0; i < 6; ++i) {
        if ((access_of(selectors[i]) & 2) != 0) {
            say(" %s", names[i]);
        }
    }
    say(" }");
}
