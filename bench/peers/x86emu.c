// SPDX-License-Identifier: MIT
// A flat image on libx86emu: IMAGE ROUNDS, prints the checksum. It has no x87 and no rings.
#include <x86emu.h>

#include "flat_image.h"

enum { flat_code = 0xC9B, flat_data = 0xC93, code_selector = 0x08, data_selector = 0x10 };

static void set_segment(x86emu_t* emulator, unsigned index, u16 selector, u16 rights) {
    sel_t* const segment = &emulator->x86.seg[index];
    segment->sel = selector;
    segment->base = 0;
    segment->limit = 0xFFFFFFFF;
    segment->acc = rights;
}

int main(int argc, char** argv) {
    uint8_t* const ram = ram_with_image(argc, argv);
    x86emu_t* const emulator = x86emu_new(X86EMU_PERM_RWX | X86EMU_PERM_VALID, 0);
    for (unsigned at = 0; at < ram_bytes; at += page_bytes) {
        x86emu_set_page(emulator, at, ram + at);
    }
    for (unsigned index = 0; index < 6; ++index) {
        set_segment(emulator, index, data_selector, flat_data);
    }
    set_segment(emulator, R_CS_INDEX, code_selector, flat_code);
    emulator->x86.R_CR0 |= 1;
    emulator->x86.R_EIP = image_base;
    emulator->x86.R_EFLG = 2;
    x86emu_run(emulator, X86EMU_RUN_LOOP);
    printf("%08x\n", emulator->x86.R_EAX);
    return 0;
}
