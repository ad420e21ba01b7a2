# SPDX-License-Identifier: MIT
# System calls that do nothing, as many as wanted, with no more kernel than they need: INT 2Eh comes
# back by IRETD, SYSENTER by SYSEXIT. Placed and entered at 0x100000, flat, paging off.
        .intel_syntax noprefix
        .equ    KERNEL_CODE, 0x08
        .equ    KERNEL_DATA, 0x10
        .equ    USER_CODE, 0x1B
        .equ    USER_DATA, 0x23
        .equ    TSS_SELECTOR, 0x28
        .equ    KERNEL_STACK, 0x90000
        .equ    USER_STACK, 0x80000

start:  jmp     start_up
        .p2align 3
rounds:         .long   1               # 0x100008, written by the host
by_sysenter:    .long   0               # 0x10000C, the same

start_up:
        lgdt    [gdt_register]
        lidt    [idt_register]
        mov     eax, KERNEL_DATA
        mov     ss, eax
        mov     esp, KERNEL_STACK
        mov     eax, TSS_SELECTOR
        ltr     ax
        mov     eax, USER_DATA
        mov     ds, eax
        mov     es, eax
        mov     ebx, [rounds]
        mov     esi, offset loop_int2e
        cmp     dword ptr [by_sysenter], 0
        je      enter_ring_3
        mov     esi, offset loop_sysenter
        xor     edx, edx
        mov     ecx, 0x174
        mov     eax, KERNEL_CODE
        wrmsr
        inc     ecx
        mov     eax, KERNEL_STACK
        wrmsr
        inc     ecx
        mov     eax, offset fast_call
        wrmsr
enter_ring_3:
        push    USER_DATA
        push    USER_STACK
        push    2                       # IF = 0
        push    USER_CODE
        push    esi
        iretd

loop_int2e:
        int     0x2E
        dec     ebx
        jnz     loop_int2e
        int     0x2F

loop_sysenter:
        mov     ecx, esp
        mov     edx, offset after_sysenter
        sysenter
after_sysenter:
        dec     ebx
        jnz     loop_sysenter
        int     0x2F

system_call:
        iretd
fast_call:
        sysexit
finish: hlt                             # with IF = 0: the run is over

        .p2align 3
gdt:    .quad   0
        .quad   0x00CF9B000000FFFF
        .quad   0x00CF93000000FFFF
        .quad   0x00CFFB000000FFFF
        .quad   0x00CFF3000000FFFF
        .word   103, tss_low, 0x8910, 0
gdt_end:
gdt_register:
        .word   gdt_end - gdt - 1
        .long   gdt
idt_register:
        .word   0x30 * 8 - 1
        .long   idt

        # Linked at 0x100000, so that the low halves of addresses are those within this file.
        .equ    tss_low, tss - start
        .p2align 3
idt:    .skip   0x2E * 8
        .word   system_call - start, KERNEL_CODE, 0xEE00, 0x0010
        .word   finish - start, KERNEL_CODE, 0xEE00, 0x0010
        .p2align 3
tss:    .long   0, KERNEL_STACK, KERNEL_DATA
        .skip   100 - 12
        .word   0, 104
