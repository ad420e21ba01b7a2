// SPDX-License-Identifier: MIT
// The first instruction of a program's first thread after the loader: EAX = the program's entry
// point, EBX = PEB. And the last registration record of the thread's exception chain.
        .intel_syntax noprefix
        .text

        .globl  _BaseProcessStartThunk@0, _BaseProcessStart@4

        .balign 16, 0x90
_BaseProcessStartThunk@0:
        xor     ebp, ebp
        push    eax
        push    0
        jmp     _BaseProcessStart@4

// BaseProcessStart(start): never returns.
        .balign 16, 0x90
_BaseProcessStart@4:
        push    ebp
        mov     ebp, esp
        push    offset last_handler
        push    dword ptr fs:[0]
        mov     fs:[0], esp
        push    dword ptr [ebp + 8]
        call    _BaseProcessMain@4
        int3

// (record, frame, context, dispatcher) -> disposition, by the program's last-chance filter.
last_handler:
        push    ebp
        mov     ebp, esp
        push    [ebp + 0x14]
        push    [ebp + 0x10]
        push    [ebp + 0x0C]
        push    [ebp + 0x08]
        call    _BaseLastHandler
        add     esp, 0x10
        pop     ebp
        ret
