// SPDX-License-Identifier: MIT
// A service's body: assembled once for the program, which links it in and calls it, and once for
// ring 0, where it stands behind a service number. It is the same bytes at both places.
        .intel_syntax noprefix
        .text
// ULONG stdcall SumBytes(const UCHAR* from, ULONG count)
        .globl  SumBytes
SumBytes:
        push    esi
        mov     esi, [esp + 8]
        mov     ecx, [esp + 12]
        xor     eax, eax
        xor     edx, edx
        jecxz   2f
        cld
1:      lodsb
        add     edx, eax
        loop    1b
2:      mov     eax, edx
        pop     esi
        ret     8
