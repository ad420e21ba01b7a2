# SPDX-License-Identifier: MIT
# A service that calls others: between the calls of its own by Zw stubs it asks for the time on
# behalf of its caller, with a pointer that no user may give.
        .intel_syntax noprefix

        .text
# NTSTATUS stdcall (NTSTATUS* statuses, ULONG unused)
        .globl  AskThrice
AskThrice:
        push    ebx
        push    esi
        mov     esi, [esp + 12]
        mov     ebx, 3
AskThriceNext:
        push    offset Time
        call    NtQuerySystemTime
        mov     [esi], eax
        add     esi, 4
        call    ZwYieldExecution
        dec     ebx
        jnz     AskThriceNext
        xor     eax, eax
        pop     esi
        pop     ebx
        ret     8

        .p2align 3
Time:
        .quad   0
