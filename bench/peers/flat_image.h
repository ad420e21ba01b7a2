// SPDX-License-Identifier: MIT
// What the harnesses of emulator libraries share: RAM with a flat image in it.
#pragma once

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ram_bytes = 8 << 20, image_base = 0x100000, rounds_offset = 8, page_bytes = 4096 };

/// RAM on a page boundary with the image of argv[1], told to do argv[2] rounds.
static uint8_t* ram_with_image(int argc, char** argv) {
    if (argc != 3) {
        fprintf(stderr, "usage: %s IMAGE ROUNDS\n", argv[0]);
        exit(2);
    }
    FILE* const file = fopen(argv[1], "rb");
    uint8_t* const ram = aligned_alloc(page_bytes, ram_bytes);
    if (file == NULL || ram == NULL) {
        perror(argv[1]);
        exit(2);
    }
    memset(ram, 0, ram_bytes);
    const size_t size = fread(ram + image_base, 1, ram_bytes - image_base, file);
    fclose(file);
    if (size < rounds_offset + 4) {
        fprintf(stderr, "%s: no image\n", argv[1]);
        exit(2);
    }
    const uint32_t rounds = (uint32_t)strtoul(argv[2], NULL, 0);
    memcpy(ram + image_base + rounds_offset, &rounds, sizeof rounds);
    return ram;
}
