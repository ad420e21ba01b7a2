// SPDX-License-Identifier: MIT
// Ring 3 calls ring 0 once a round, through a gate and the TSS by INT 2E and IRET, or with
// -DBY_SYSENTER by SYSENTER and SYSEXIT. Ring 0 adds EBX to EAX and goes back. The image brings its
// own GDT, TSS and IDT; vector 2F ends the rounds. Flat image only: it starts in ring 0.
        .intel_syntax noprefix
        .globl  workload

        .equ    kernel_code, 0x08
        .equ    kernel_data, 0x10
        .equ    user_code, 0x1B
        .equ    user_data, 0x23
        .equ    task, 0x28
        .equ    gate_from_ring_3, 0xEE00        // a 32-bit interrupt gate, DPL 3
        .equ    available_tss, 0x8900

        .data
        .balign 8
gdt:    .quad   0
        .quad   0x00CF9B000000FFFF
        .quad   0x00CF93000000FFFF
        .quad   0x00CFFB000000FFFF
        .quad   0x00CFF3000000FFFF
        .quad   0
gdt_register:
        .word   . - gdt - 1
        .long   gdt
idt_register:
        .word   0x30 * 8 - 1
        .long   idt

        .bss
        .balign 8
idt:    .skip   0x30 * 8
tss:    .skip   104
callers_stack:
        .skip   4
        .balign 4096
        .skip   4096
kernel_stack:
        .skip   4096
user_stack:

        .text
workload:
        push    ebx
        push    esi
        mov     ecx, [esp + 12]
        mov     [callers_stack], esp

        // The descriptor of the TSS, whose base is scattered over it.
        mov     eax, offset tss
        mov     word ptr [gdt + task], 103
        mov     [gdt + task + 2], ax
        shr     eax, 16
        mov     [gdt + task + 4], al
        mov     [gdt + task + 7], ah
        or      word ptr [gdt + task + 5], available_tss >> 8
        mov     dword ptr [tss + 4], offset kernel_stack
        mov     dword ptr [tss + 8], kernel_data
        mov     word ptr [tss + 102], 104
        mov     esi, offset idt + 0x2E * 8
        mov     eax, offset by_gate
        call    set_gate
        mov     esi, offset idt + 0x2F * 8
        mov     eax, offset finished
        call    set_gate
        lidt    [idt_register]
        lgdt    [gdt_register]
        push    kernel_code
        push    offset own_tables
        retf
own_tables:
        mov     eax, kernel_data
        mov     ss, eax
        mov     eax, task
        ltr     ax
#ifdef BY_SYSENTER
        mov     esi, ecx
        xor     edx, edx
        mov     ecx, 0x174
        mov     eax, kernel_code
        wrmsr
        inc     ecx
        mov     eax, offset kernel_stack
        wrmsr
        inc     ecx
        mov     eax, offset by_sysenter
        wrmsr
        mov     ecx, esi
#endif
        mov     eax, user_data
        mov     ds, eax
        mov     es, eax
        push    user_data
        push    offset user_stack
        push    2
        push    user_code
        push    offset user
        iretd

        // EAX is where the gate at ESI leads.
set_gate:
        mov     edx, eax
        and     eax, 0xFFFF
        or      eax, kernel_code << 16
        and     edx, 0xFFFF0000
        or      edx, gate_from_ring_3
        mov     [esi], eax
        mov     [esi + 4], edx
        ret

        // Ring 3. ESI counts, EAX is the sum; SYSEXIT wants EDX and ECX.
user:
        mov     esi, ecx
        xor     eax, eax
        test    esi, esi
        jz      2f
        .balign 16
1:      lea     ebx, [eax + esi * 2 + 1]
#ifdef BY_SYSENTER
        mov     ecx, esp
        mov     edx, offset 3f
        sysenter
3:
#else
        mov     ecx, esp
        mov     edx, offset 3f
        int     0x2E
3:
#endif
        rol     eax, 3
        dec     esi
        jnz     1b
2:      int     0x2F

        // Ring 0.
by_gate:
        add     eax, ebx
        iretd
by_sysenter:
        add     eax, ebx
        sysexit
finished:
        mov     ecx, kernel_data
        mov     ds, ecx
        mov     es, ecx
        mov     esp, [callers_stack]
        pop     esi
        pop     ebx
        ret

        .section .note.GNU-stack, "", @progbits
