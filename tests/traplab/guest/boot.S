# SPDX-License-Identifier: MIT
# Boot sector: reads the flat image from the sectors after it, copies it to 1 MiB and enters it as
# `ringside run --os bare` would: 32-bit flat protected mode, CPL 0, paging off.
        .code16
        .globl  boot
        .equ    chunks, 12              # of 64 sectors
boot:   cli
        ljmp    $0, $1f
1:      xor     %ax, %ax
        mov     %ax, %ds
        mov     %ax, %ss
        mov     $0x7C00, %sp
        sti
        mov     $chunks, %cx
2:      push    %cx
        mov     $packet, %si
        mov     $0x42, %ah              # extended read; DL is still the boot drive
        push    %dx
        int     $0x13
        pop     %dx
        pop     %cx
        jc      failed
        addw    $0x800, packet + 6
        addw    $64, packet + 8
        loop    2b
        cli
        in      $0x92, %al              # A20
        or      $2, %al
        and     $0xFE, %al
        out     %al, $0x92
        lgdt    gdtr
        mov     $0x11, %eax
        mov     %eax, %cr0
        ljmp    $8, $protected
failed: hlt
        jmp     failed
        .code32
protected:
        mov     $0x10, %eax
        mov     %eax, %ds
        mov     %eax, %es
        mov     %eax, %ss
        cld
        mov     $0x10000, %esi
        mov     $0x100000, %edi
        mov     $chunks * 64 * 128, %ecx
        rep movsl
        mov     $0x100000, %eax
        jmp     *%eax
        .p2align 2
packet: .byte   16, 0
        .word   64                      # sectors
        .word   0, 0x1000               # to 1000:0000
        .long   1, 0                    # from the second sector on
gdt:    .quad   0
        .quad   0x00CF9B000000FFFF
        .quad   0x00CF93000000FFFF
gdtr:   .word   gdtr - gdt - 1
        .long   gdt
        .org    510
        .word   0xAA55
