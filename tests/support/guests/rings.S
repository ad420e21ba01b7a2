# SPDX-License-Identifier: MIT
# A kernel of one page and a program: two system calls, one by INT 2E and one by SYSENTER, a
# breakpoint, and an exit through port F4. Linked at 0x100000, paging off.
        .intel_syntax noprefix
        .globl start, user, user_int, user_sysenter, system_service, fast_call, frame_built, lookup
        .globl copy, call_service, leave, leave_iret, leave_sysexit, breakpoint, service_table
        .globl service_add, service_fail, current_frame, program_stub, after_stub, gdt, idt, tss

        .equ    KERNEL_CODE, 0x08
        .equ    KERNEL_DATA, 0x10
        .equ    USER_CODE, 0x1B
        .equ    USER_DATA, 0x23
        .equ    TSS, 0x28
        .equ    KERNEL_STACK, 0x90000
        .equ    USER_STACK, 0x80000
        .equ    EXIT_PORT, 0xF4

start:
        mov     esp, KERNEL_STACK
        lgdt    [gdt_register]
        lidt    [idt_register]
        mov     eax, KERNEL_DATA
        mov     ds, eax
        mov     es, eax
        mov     ss, eax
        mov     eax, TSS
        ltr     ax
        mov     eax, USER_DATA
        mov     ds, eax
        mov     es, eax
        mov     eax, 1
        cpuid
        test    edx, 1 << 11            # SEP
        jz      1f
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
1:      push    USER_DATA
        push    USER_STACK
        push    0x3202                  # IOPL 3, so that the program may write to the exit port
        push    USER_CODE
        push    offset user
        iretd

# Ring 3.
user:
        push    2
        push    40
        xor     eax, eax                # service 0: adds two numbers
        call    program_stub
        add     esp, 8
        mov     ebx, eax
        int3
        mov     eax, 1                  # service 1: fails
        mov     edx, esp
user_sysenter:
        sysenter
        .globl  after_sysenter
after_sysenter:
        mov     eax, ebx
        out     EXIT_PORT, eax
program_stub:
        lea     edx, [esp + 4]
user_int:
        int     0x2E
after_stub:
        ret

# Ring 0. The frame from its lowest address: EBX EBP error code EIP CS EFLAGS ESP SS.
system_service:
        push    0
        push    ebp
        push    ebx
        mov     [current_frame], esp
frame_built:
        mov     ebp, esp
lookup:
        mov     ebx, [eax * 4 + service_table]
copy:
        push    dword ptr [edx + 4]
        push    dword ptr [edx]
call_service:
        call    ebx
leave:
        mov     esp, ebp
        pop     ebx
        pop     ebp
        add     esp, 4
        cmp     dword ptr [esp], offset after_sysenter
        je      1f
leave_iret:
        iretd
1:      pop     edx
        add     esp, 8
        pop     ecx
leave_sysexit:
        sysexit

fast_call:
        push    USER_DATA
        push    edx
        push    0x3202
        push    USER_CODE
        push    offset after_sysenter
        jmp     system_service

breakpoint:
        iretd

service_add:
        mov     eax, [esp + 4]
        add     eax, [esp + 8]
        ret
service_fail:
        mov     eax, 0xC0000002
        ret

        .balign 8
service_table:
        .long   service_add, service_fail
current_frame:
        .long   0

        .balign 8
gdt:    .quad   0
        .quad   0x00CF9B000000FFFF
        .quad   0x00CF93000000FFFF
        .quad   0x00CFFB000000FFFF
        .quad   0x00CFF3000000FFFF
        .word   0x67, tss_low
        .byte   0x10, 0x89, 0, 0        # the TSS stands at 0x10xxxx
gdt_register:
        .word   . - gdt - 1
        .long   gdt

        .macro  GATE handler, dpl
        .word   \handler - start, KERNEL_CODE
        .byte   0, 0x8E + (\dpl << 5)
        .word   0x10
        .endm
        .balign 8
idt:    .fill   3, 8, 0
        GATE    breakpoint, 3
        .fill   0x2E - 4, 8, 0
        GATE    system_service, 3
idt_register:
        .word   . - idt - 1
        .long   idt

        .balign 16
tss:    .long   0, KERNEL_STACK, KERNEL_DATA
        .fill   22, 4, 0
        .word   0, 0x68
        .equ    tss_low, tss - start
