# SPDX-License-Identifier: MIT
# A ROM of 64 KiB at F0000h, as a PC's BIOS: entered at the reset vector in real mode, it says so on
# the debug console, switches to protected mode and says that too.

    .equ CODE, 0x08
    .equ DATA, 0x10


    .text
    .globl rom
rom:
    .code16
    .globl real_mode
real_mode:
    mov $0x01, %al                  # POST 01: out of the reset vector
    out %al, $0x80
    mov %cs, %ax                    # F000h: the ROM below 1 MiB, where data is found too
    mov %ax, %ds
    mov $0x0000, %ax
    mov %ax, %ss
    mov $0x7C00, %sp
    mov $in_real_mode - rom, %si
1:  lodsb
    test %al, %al
    jz 2f
    out %al, $0xE9
    jmp 1b

2:  cli
    lgdtl gdt_register - rom
    mov %cr0, %eax
    or $1, %al
    mov %eax, %cr0
    ljmpl $CODE, $protected_mode

    .code32
    .globl protected_mode
protected_mode:
    mov $DATA, %eax
    mov %eax, %ds
    mov %eax, %ss
    mov $0x7C00, %esp
    mov $0x02, %al                  # POST 02: protected mode
    out %al, $0x80
    movl $0, protected_mode         # a ROM keeps what it has
    cmpb $0xB8, protected_mode
    jne 3f
    mov $in_protected_mode, %esi
1:  lodsb
    test %al, %al
    jz 2f
    out %al, $0xE9
    jmp 1b
2:  hlt
3:  mov $0xEE, %al                  # POST EE: the ROM was written
    out %al, $0x80
    ud2

in_real_mode:
    .asciz "Real mode, from the reset vector.\n"
in_protected_mode:
    .asciz "Protected mode, and the ROM is as it was.\n"

    .balign 8
gdt:
    .quad 0
    .quad 0x00CF9A000000FFFF
    .quad 0x00CF92000000FFFF
gdt_register:
    .word . - gdt - 1
    .long gdt

    .org 0xFFF0, 0xFF
    .code16
    .globl reset_vector
reset_vector:
    ljmp $0xF000, $real_mode - rom
    .org 0x10000, 0xFF
