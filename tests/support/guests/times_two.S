# SPDX-License-Identifier: MIT
# A service for --patch-object: what service_add answers, twice.
        .intel_syntax noprefix
        .globl  times_two
times_two:
        push    dword ptr [esp + 8]
        push    dword ptr [esp + 8]
        call    service_add
        add     esp, 8
        mov     ecx, offset current_frame
        jmp     twice
        ud2
twice:  add     eax, eax
        ret
