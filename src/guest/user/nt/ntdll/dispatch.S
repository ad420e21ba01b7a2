// SPDX-License-Identifier: MIT
// Where the kernel enters user mode, and where user mode enters the kernel. The kernel knows these
// addresses by name; the layout of what it leaves on the stack is its contract with this file.
        .intel_syntax noprefix
        .text

        .globl  _KiUserApcDispatcher@16, _KiUserExceptionDispatcher@8
        .globl  _KiUserCallbackDispatcher@12, _KiRaiseUserExceptionDispatcher@0
        .globl  _LdrInitializeThunk@16
        .globl  _KiFastSystemCall@0, _KiFastSystemCallRet@0, _KiIntSystemCall@0
        .globl  _DbgBreakPoint@0, _DbgUserBreakPoint@0, _RtlpDebugService@20

        .set    TEB_Self, 0x18
        .set    TEB_ProcessEnvironmentBlock, 0x30
        .set    TEB_ExceptionCode, 0x1A4
        .set    PEB_KernelCallbackTable, 0x2C
        .set    RECORD_Code, 0x00
        .set    RECORD_Flags, 0x04
        .set    RECORD_Record, 0x08
        .set    RECORD_Address, 0x0C
        .set    RECORD_NumberParameters, 0x10
        .set    RECORD_sizeof, 0x50

// [ESP] NormalRoutine, +4 its three arguments, +10h the CONTEXT to go on with.
        .balign 16, 0x90
_KiUserApcDispatcher@16:
        lea     edi, [esp + 0x10]
        pop     eax
        call    eax
        push    1
        push    edi
        call    _NtContinue@8
        mov     esi, eax
1:      push    esi
        call    _RtlRaiseStatus@4
        jmp     1b

// [ESP] EXCEPTION_RECORD, +4 CONTEXT; no return address.
        .balign 16, 0x90
_KiUserExceptionDispatcher@8:
        cld
        mov     ebx, [esp]
        mov     esi, [esp + 4]
        push    esi
        push    ebx
        call    _RtlDispatchException@8
        test    al, al
        jz      1f
        push    0
        push    esi
        call    _NtContinue@8
        jmp     2f
1:      push    0
        push    esi
        push    ebx
        call    _NtRaiseException@12
// Only a refusal by the kernel comes back: the exception cannot go on.
2:      sub     esp, RECORD_sizeof
        mov     [esp + RECORD_Code], eax
        mov     dword ptr [esp + RECORD_Flags], 1
        mov     [esp + RECORD_Record], ebx
        mov     dword ptr [esp + RECORD_NumberParameters], 0
        push    esp
        call    _RtlRaiseException@4
        int3

// [ESP] unused, +4 index into PEB.KernelCallbackTable, +8 argument buffer, +0Ch its length.
        .balign 16, 0x90
_KiUserCallbackDispatcher@12:
        add     esp, 4
        pop     edx
        mov     eax, fs:[TEB_Self]
        mov     eax, [eax + TEB_ProcessEnvironmentBlock]
        mov     eax, [eax + PEB_KernelCallbackTable]
        call    dword ptr [eax + edx * 4]
        xor     ecx, ecx
        xor     edx, edx
        int     0x2B
        int3

// EAX holds the EIP that the service would have returned to; TEB.ExceptionCode says what to raise.
        .balign 16, 0x90
_KiRaiseUserExceptionDispatcher@0:
        push    eax
        push    ebp
        mov     ebp, esp
        sub     esp, RECORD_sizeof
        mov     [esp + RECORD_Address], eax
        mov     eax, fs:[TEB_Self]
        mov     eax, [eax + TEB_ExceptionCode]
        mov     [esp + RECORD_Code], eax
        mov     dword ptr [esp + RECORD_Flags], 0
        mov     dword ptr [esp + RECORD_Record], 0
        mov     dword ptr [esp + RECORD_NumberParameters], 0
        push    esp
        call    _RtlRaiseException@4
        mov     eax, [esp + RECORD_Code]
        mov     esp, ebp
        pop     ebp
        ret

// The first user routine of every thread, as a user APC: hands the CONTEXT behind its arguments to
// the loader, which returns into the APC dispatcher.
        .balign 16, 0x90
_LdrInitializeThunk@16:
        lea     eax, [esp + 0x10]
        mov     [esp + 4], eax
        xor     ebp, ebp
        jmp     _LdrpInitialize@12

// MOV EDX,ESP in the form that XP's file has (8B /r), so that the bytes are the classical ones.
        .balign 16, 0x90
_KiFastSystemCall@0:
        .byte   0x8B, 0xD4
        sysenter
_KiFastSystemCallRet@0:
        ret

        .balign 16, 0x90
_KiIntSystemCall@0:
        lea     edx, [esp + 8]
        int     0x2E
        ret

        .balign 16, 0x90
_DbgBreakPoint@0:
        int3
        ret

        .balign 16, 0x90
_DbgUserBreakPoint@0:
        int3
        ret

// RtlpDebugService(Class, ECX, EDX, EBX, EDI). The kernel skips the byte behind INT 2Dh.
        .balign 16, 0x90
_RtlpDebugService@20:
        push    ebp
        mov     ebp, esp
        push    ebx
        push    edi
        mov     eax, [ebp + 0x08]
        mov     ecx, [ebp + 0x0C]
        mov     edx, [ebp + 0x10]
        mov     ebx, [ebp + 0x14]
        mov     edi, [ebp + 0x18]
        int     0x2D
        int3
        pop     edi
        pop     ebx
        pop     ebp
        ret     0x14
