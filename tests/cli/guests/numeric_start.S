# SPDX-License-Identifier: MIT
# The two ways into tests/cli/guests/numeric.c. As a flat image it is entered at its first byte, in
# ring 0, with the number of the computation poked to +8; it ends with HLT and the sum in EAX. As a
# Linux program it takes the number as one digit and prints the sum.

        .text
        .globl  flat_start
flat_start:
        jmp     1f
        .org    8
number: .long   0
1:      mov     $flat_stack, %esp
#ifdef __SSE2__
        mov     %cr4, %eax
        or      $0x600, %eax            # OSFXSR, OSXMMEXCPT
        mov     %eax, %cr4
#endif
        fninit
        sub     $12, %esp
        pushl   number
        call    compute
        hlt

        .globl  _start
_start: mov     8(%esp), %eax           # argv[1]
        movzbl  (%eax), %eax
        sub     $'0', %eax
        and     $-16, %esp
        sub     $12, %esp
        push    %eax
        call    compute
        mov     $text, %edi
        mov     $8, %ecx
2:      rol     $4, %eax
        mov     %eax, %edx
        and     $15, %edx
        mov     digits(%edx), %dl
        mov     %dl, (%edi)
        inc     %edi
        loop    2b
        mov     $4, %eax                # write
        mov     $1, %ebx
        mov     $text, %ecx
        mov     $8, %edx
        int     $0x80
        mov     $1, %eax                # exit
        xor     %ebx, %ebx
        int     $0x80

        .section .rodata
digits: .ascii  "0123456789ABCDEF"
        .bss
text:   .space  8
        .balign 16
        .space  0x10000
flat_stack:
        .section .note.GNU-stack, "", %progbits
