// SPDX-License-Identifier: MIT
// A workload as a flat image at 0x100000 for machines without a system: 32-bit protected mode, flat
// segments, 8 MiB of RAM from address 0.
//
//   +00  entry: takes a stack of its own and ends in HLT with the checksum in EAX
//   +08  rounds, stored there by whoever loads the image
//   +10  the same work as a function: no arguments, the checksum in EAX
        .intel_syntax noprefix
        .globl  _start
        .equ    stack_top, 0x7FF000

        .section .head, "ax"
_start: jmp     alone
        .org    0x08
rounds: .long   0
        .org    0x10
        push    ebp
        push    ebx
        push    esi
        push    edi
        cld
        mov     edi, offset bss_begin
        mov     ecx, offset bss_end
        sub     ecx, edi
        xor     eax, eax
        rep stosb
#ifdef X87
        fninit
#endif
        mov     ebp, esp
        and     esp, -16
        sub     esp, 12
        push    dword ptr [rounds]
        call    workload
        mov     esp, ebp
        pop     edi
        pop     esi
        pop     ebx
        pop     ebp
        ret
alone:  mov     esp, stack_top
        mov     eax, 0x100010
        call    eax
        hlt

        .section .note.GNU-stack, "", @progbits
