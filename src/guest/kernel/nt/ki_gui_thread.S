# SPDX-License-Identifier: MIT
# A thread's first call to win32k makes it a GUI thread: a larger kernel stack, the shadow table.
        .include "kernel.inc"
        .include "trap_macros.inc"

        .equ LARGE_STACK, 1

# NTSTATUS PsConvertToGuiThread(). The caller's frame is another one afterwards: ESP has moved.
FUNCTION PsConvertToGuiThread
        push    ebx
        mov     ebx, fs:[PCR_CURRENT_THREAD]
        mov     eax, STATUS_INVALID_PARAMETER
        cmp     byte ptr [ebx + KTHREAD_PreviousMode], USER_MODE
        jne     PsConvertToGuiThreadReturn
        mov     eax, STATUS_ACCESS_DENIED
        cmp     dword ptr [KeServiceDescriptorTableShadow + SERVICE_TABLE_WIN32K + KSERVICE_TABLE_DESCRIPTOR_Base], 0
        je      PsConvertToGuiThreadReturn
        mov     eax, STATUS_ALREADY_WIN32
        cmp     dword ptr [ebx + KTHREAD_ServiceTable], offset KeServiceDescriptorTable
        jne     PsConvertToGuiThreadReturn
        test    byte ptr [ebx + KTHREAD_LargeStack], 0xFF
        jnz     PsConvertToGuiThreadTable
        push    0                               # its limit
        mov     ecx, esp
        push    ecx
        push    LARGE_STACK
        call    MmCreateKernelStack
        pop     edx
        mov     ecx, eax
        mov     eax, STATUS_NO_MEMORY
        jecxz   PsConvertToGuiThreadReturn
        push    edx
        push    ecx
        call    KeSwitchKernelStack
        push    eax
        call    MmDeleteKernelStack
PsConvertToGuiThreadTable:
        mov     dword ptr [ebx + KTHREAD_ServiceTable], offset KeServiceDescriptorTableShadow
        call    PspW32ThreadCallout
        test    eax, eax
        jns     PsConvertToGuiThreadReturn
        mov     dword ptr [ebx + KTHREAD_ServiceTable], offset KeServiceDescriptorTable
STAGE PsConvertToGuiThreadReturn
        pop     ebx
        ret
END_FUNCTION PsConvertToGuiThread

# A pointer in REGISTER into the old stack becomes one into the new. EAX = distance, ECX = old base.
        .macro RELOCATE register
        cmp     \register, [ebx + KTHREAD_StackLimit]
        jb      .Lelsewhere\@
        cmp     \register, ecx
        jae     .Lelsewhere\@
        add     \register, eax
.Lelsewhere\@:
        .endm

# KeSwitchKernelStack(StackBase, StackLimit): goes on on another stack, with a copy of what is in
# use of this one. EAX = base of the old stack, which nothing uses any more.
FUNCTION KeSwitchKernelStack
        .equ SAVED, 16
        pushfd
        push    ebx
        push    esi
        push    edi
        cli
        mov     ebx, fs:[PCR_CURRENT_THREAD]
        mov     ecx, [ebx + KTHREAD_StackBase]
        sub     ecx, esp
        mov     esi, esp
        mov     edi, [esp + SAVED + 4]
        sub     edi, ecx
        mov     edx, edi                        # ESP to be
        shr     ecx, 2
        cld
        rep movsd
        mov     ecx, [ebx + KTHREAD_StackBase]
        mov     eax, [edx + SAVED + 4]
        sub     eax, ecx
        # What points into the stack: the thread's frame, that frame's link, and EBP.
        mov     esi, [ebx + KTHREAD_TrapFrame]
        RELOCATE esi
        mov     [ebx + KTHREAD_TrapFrame], esi
        mov     edi, [esi + KTRAP_FRAME_Edx]
        RELOCATE edi
        mov     [esi + KTRAP_FRAME_Edx], edi
        RELOCATE ebp
        mov     edi, [edx + SAVED + 4]
        mov     [ebx + KTHREAD_StackBase], edi
        mov     edi, [edx + SAVED + 8]
        mov     [ebx + KTHREAD_StackLimit], edi
        SET_PCR_STACK_LIMIT edi
        mov     byte ptr [ebx + KTHREAD_LargeStack], LARGE_STACK
        mov     edi, [ebx + KTHREAD_InitialStack]
        add     edi, eax
        mov     esp, edx
        push    ecx
        SET_INITIAL_STACK
        pop     eax
STAGE KeSwitchKernelStackDone
        pop     edi
        pop     esi
        pop     ebx
        popfd
        ret     8
END_FUNCTION KeSwitchKernelStack
