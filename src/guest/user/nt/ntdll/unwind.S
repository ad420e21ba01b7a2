// SPDX-License-Identifier: MIT
// The parts of exception handling that C cannot say: capturing registers, and calling a handler
// behind a registration record of our own.
        .intel_syntax noprefix
        .text

        .globl  _RtlCaptureContext@4, _RtlRaiseException@4, _RtlUnwind@16
        .globl  _RtlpExecuteHandlerForException@20, _RtlpExecuteHandlerForUnwind@20

        .set    CONTEXT_FULL, 0x10007
        .set    CONTEXT_sizeof, 0x2CC
        .set    RECORD_Flags, 0x04
        .set    RECORD_Address, 0x0C
        .set    UNWINDING, 0x06

// Stores every register but EIP, ESP and EBP, whose meaning the caller decides, at \context.
        .macro  STORE_REGISTERS context
        mov     dword ptr [\context], CONTEXT_FULL
        mov     [\context + 0xB0], eax
        mov     [\context + 0xAC], ecx
        mov     [\context + 0xA8], edx
        mov     [\context + 0xA4], ebx
        mov     [\context + 0xA0], esi
        mov     [\context + 0x9C], edi
        mov     word ptr [\context + 0xBC], cs
        mov     word ptr [\context + 0x98], ds
        mov     word ptr [\context + 0x94], es
        mov     word ptr [\context + 0x90], fs
        mov     word ptr [\context + 0x8C], gs
        mov     word ptr [\context + 0xC8], ss
        mov     word ptr [\context + 0xBE], 0
        mov     word ptr [\context + 0x9A], 0
        mov     word ptr [\context + 0x96], 0
        mov     word ptr [\context + 0x92], 0
        mov     word ptr [\context + 0x8E], 0
        mov     word ptr [\context + 0xCA], 0
        pushfd
        pop     dword ptr [\context + 0xC0]
        .endm

// A standard EBP frame with a CONTEXT below it that resumes at the return address with the
// arguments dropped.
        .macro  CAPTURE_FRAME arguments
        push    ebp
        mov     ebp, esp
        sub     esp, CONTEXT_sizeof
        STORE_REGISTERS esp
        mov     eax, [ebp]
        mov     [esp + 0xB4], eax
        mov     eax, [ebp + 4]
        mov     [esp + 0xB8], eax
        lea     eax, [ebp + 8 + \arguments]
        mov     [esp + 0xC4], eax
        .endm

// As on NT, the caller must have an EBP frame: the context is the one its own caller goes on with.
        .balign 16, 0x90
_RtlCaptureContext@4:
        push    ebx
        mov     ebx, [esp + 8]
        STORE_REGISTERS ebx
        mov     eax, [esp]
        mov     [ebx + 0xA4], eax
        mov     eax, [ebp + 4]
        mov     [ebx + 0xB8], eax
        mov     eax, [ebp]
        mov     [ebx + 0xB4], eax
        lea     eax, [ebp + 8]
        mov     [ebx + 0xC4], eax
        mov     eax, [ebx + 0xB0]
        pop     ebx
        ret     4

        .balign 16, 0x90
_RtlRaiseException@4:
        CAPTURE_FRAME 4
        mov     ecx, [ebp + 8]
        mov     eax, [ebp + 4]
        mov     [ecx + RECORD_Address], eax
        mov     eax, esp
        push    1
        push    eax
        push    ecx
        call    _NtRaiseException@12
        push    eax
        call    _RtlRaiseStatus@4
        int3

// RtlUnwind(TargetFrame, TargetIp, ExceptionRecord, ReturnValue): comes back to the caller with
// EAX = ReturnValue, so TargetIp says nothing here.
        .balign 16, 0x90
_RtlUnwind@16:
        CAPTURE_FRAME 16
        mov     eax, [ebp + 0x14]
        mov     [esp + 0xB0], eax
        mov     eax, esp
        push    eax
        push    dword ptr [ebp + 0x10]
        push    dword ptr [ebp + 0x08]
        call    _RtlpUnwind@12
        int3

// (Record, Frame, Context, Dispatcher, Handler) -> disposition. While the handler runs, a record
// of ours with the frame behind it heads the chain, so that a second exception can tell that it
// came out of this handler.
        .balign 16, 0x90
_RtlpExecuteHandlerForException@20:
        mov     edx, offset exception_in_handler
        jmp     execute_handler
_RtlpExecuteHandlerForUnwind@20:
        mov     edx, offset exception_in_unwind
execute_handler:
        push    ebp
        mov     ebp, esp
        push    ebx
        push    esi
        push    edi
        xor     eax, eax
        xor     ebx, ebx
        xor     esi, esi
        xor     edi, edi
        push    dword ptr [ebp + 0x0C]
        push    edx
        push    dword ptr fs:[0]
        mov     fs:[0], esp
        push    dword ptr [ebp + 0x14]
        push    dword ptr [ebp + 0x10]
        push    dword ptr [ebp + 0x0C]
        push    dword ptr [ebp + 0x08]
        call    dword ptr [ebp + 0x18]
        mov     esp, fs:[0]
        pop     dword ptr fs:[0]
        lea     esp, [ebp - 0x0C]
        pop     edi
        pop     esi
        pop     ebx
        pop     ebp
        ret     0x14

// Handlers of our own record: they name the frame whose handler was running.
exception_in_handler:
        mov     ecx, [esp + 4]
        mov     eax, 1
        test    dword ptr [ecx + RECORD_Flags], UNWINDING
        jnz     1f
        mov     ecx, [esp + 8]
        mov     edx, [esp + 0x10]
        mov     eax, [ecx + 8]
        mov     [edx], eax
        mov     eax, 2
1:      ret

exception_in_unwind:
        mov     ecx, [esp + 4]
        mov     eax, 1
        test    dword ptr [ecx + RECORD_Flags], UNWINDING
        jz      1f
        mov     ecx, [esp + 8]
        mov     edx, [esp + 0x10]
        mov     eax, [ecx + 8]
        mov     [edx], eax
        mov     eax, 3
1:      ret
