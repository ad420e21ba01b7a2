// SPDX-License-Identifier: MIT
// A flat image on Unicorn: IMAGE ROUNDS, prints the checksum. It delivers no interrupts through an
// IDT, so the ring_* images are not for it.
#include <unicorn/unicorn.h>

#include "flat_image.h"

static void require(uc_err error, const char* what) {
    if (error != UC_ERR_OK) {
        fprintf(stderr, "unicorn: %s: %s\n", what, uc_strerror(error));
        exit(1);
    }
}

int main(int argc, char** argv) {
    uint8_t* const ram = ram_with_image(argc, argv);
    uc_engine* engine;
    require(uc_open(UC_ARCH_X86, UC_MODE_32, &engine), "open");
    require(uc_mem_map_ptr(engine, 0, ram_bytes, UC_PROT_ALL, ram), "map");
    // It comes back at HLT.
    require(uc_emu_start(engine, image_base, UINT32_MAX, 0, 0), "run");
    uint32_t checksum = 0;
    require(uc_reg_read(engine, UC_X86_REG_EAX, &checksum), "EAX");
    printf("%08x\n", checksum);
    return 0;
}
