// SPDX-License-Identifier: MIT
// The first instruction of a thread after the loader. The program's first: EAX = its entry point,
// EBX = PEB; any other: EAX = its routine, EBX = the parameter. And the last registration record of
// each thread's exception chain.
        .intel_syntax noprefix
        .text

        .globl  _BaseProcessStartThunk@0, _BaseProcessStart@4
        .globl  _BaseThreadStartThunk@0, _BaseThreadStart@8

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

        .balign 16, 0x90
_BaseThreadStartThunk@0:
        xor     ebp, ebp
        push    ebx
        push    eax
        push    0
        jmp     _BaseThreadStart@8

// BaseThreadStart(start, parameter): never returns.
        .balign 16, 0x90
_BaseThreadStart@8:
        push    ebp
        mov     ebp, esp
        push    offset last_handler
        push    dword ptr fs:[0]
        mov     fs:[0], esp
        push    dword ptr [ebp + 0x0C]
        push    dword ptr [ebp + 8]
        call    _BaseThreadMain@8
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
