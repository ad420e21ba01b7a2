# SPDX-License-Identifier: MIT
# KiDeliverApc: asynchronous procedure calls of the current thread.
        .include "kernel.inc"

        .equ APC_ARGUMENTS_sizeof, 16           # NormalRoutine, NormalContext, SystemArgument1, 2
        .equ APC_NORMAL_ROUTINE, -APC_ARGUMENTS_sizeof - 12
        .equ APC_NORMAL_CONTEXT, APC_NORMAL_ROUTINE + 4
        .equ APC_SYSTEM_ARGUMENT1, APC_NORMAL_ROUTINE + 8
        .equ APC_SYSTEM_ARGUMENT2, APC_NORMAL_ROUTINE + 12

# KiDeliverApc(PreviousMode, Reserved, TrapFrame), at APC_LEVEL. First every kernel APC that may run;
# then, for a return to ring 3, one user APC, which the host lays out on the user's stack.
# Returns with interrupts on.
FUNCTION KiDeliverApc
        push    ebp
        mov     ebp, esp
        push    ebx
        push    esi
        push    edi
        sub     esp, APC_ARGUMENTS_sizeof
        mov     esi, fs:[PCR_CURRENT_THREAD]

KiDeliverApcNext:
        cli
        mov     byte ptr [esi + THREAD_KERNEL_APC_PENDING], 0
        mov     edi, [esi + KTHREAD_ApcState + KAPC_STATE_ApcListHead]
        lea     eax, [esi + KTHREAD_ApcState + KAPC_STATE_ApcListHead]
        cmp     edi, eax
        je      KiDeliverApcUser
        lea     ebx, [edi - KAPC_ApcListEntry]
        mov     eax, [ebx + KAPC_NormalRoutine]
        test    eax, eax
        jz      KiDeliverApcTake
        # One with a normal routine waits for another one's end, and while the thread forbids them.
        cmp     byte ptr [esi + KTHREAD_ApcState + KAPC_STATE_KernelApcInProgress], 0
        jne     KiDeliverApcUser
        cmp     word ptr [esi + KTHREAD_KernelApcDisable], 0
        jne     KiDeliverApcUser

KiDeliverApcTake:
        mov     ecx, [edi]                      # unlink: Flink, Blink
        mov     edx, [edi + 4]
        mov     [edx], ecx
        mov     [ecx + 4], edx
        mov     byte ptr [ebx + KAPC_Inserted], 0
        mov     [ebp + APC_NORMAL_ROUTINE], eax
        mov     eax, [ebx + KAPC_NormalContext]
        mov     ecx, [ebx + KAPC_SystemArgument1]
        mov     edx, [ebx + KAPC_SystemArgument2]
        mov     [ebp + APC_NORMAL_CONTEXT], eax
        mov     [ebp + APC_SYSTEM_ARGUMENT1], ecx
        mov     [ebp + APC_SYSTEM_ARGUMENT2], edx
        sti
        # The kernel routine may free the KAPC, and change or drop what comes behind it.
        lea     eax, [ebp + APC_SYSTEM_ARGUMENT2]
        push    eax
        lea     eax, [ebp + APC_SYSTEM_ARGUMENT1]
        push    eax
        lea     eax, [ebp + APC_NORMAL_CONTEXT]
        push    eax
        lea     eax, [ebp + APC_NORMAL_ROUTINE]
        push    eax
        push    ebx
STAGE KiDeliverApcKernelRoutine
        call    dword ptr [ebx + KAPC_KernelRoutine]
        cmp     dword ptr [ebp + APC_NORMAL_ROUTINE], 0
        je      KiDeliverApcNext
        mov     byte ptr [esi + KTHREAD_ApcState + KAPC_STATE_KernelApcInProgress], 1
        mov     ecx, PASSIVE_LEVEL
        call    KfLowerIrql
        push    dword ptr [ebp + APC_SYSTEM_ARGUMENT2]
        push    dword ptr [ebp + APC_SYSTEM_ARGUMENT1]
        push    dword ptr [ebp + APC_NORMAL_CONTEXT]
STAGE KiDeliverApcNormalRoutine
        call    dword ptr [ebp + APC_NORMAL_ROUTINE]
        mov     ecx, APC_LEVEL
        call    KfRaiseIrql
        mov     byte ptr [esi + KTHREAD_ApcState + KAPC_STATE_KernelApcInProgress], 0
        jmp     KiDeliverApcNext

KiDeliverApcUser:
        sti
        cmp     byte ptr [ebp + 8], KERNEL_MODE
        je      KiDeliverApcDone
        cmp     byte ptr [esi + THREAD_USER_APC_PENDING], 0
        je      KiDeliverApcDone
        push    dword ptr [ebp + 16]            # TrapFrame
        call    KiDeliverUserApc
KiDeliverApcDone:
        lea     esp, [ebp - 12]
        pop     edi
        pop     esi
        pop     ebx
        pop     ebp
        ret     12
END_FUNCTION KiDeliverApc

# The suspend APC. KernelRoutine(Apc, NormalRoutine, NormalContext, SystemArgument1, 2): nothing.
FUNCTION KiSuspendNop
        ret     20
END_FUNCTION KiSuspendNop

# NormalRoutine(NormalContext, SystemArgument1, 2): waits until nobody wants the thread suspended.
FUNCTION KiSuspendThread
        call    KeWaitWhileSuspended
        ret     12
END_FUNCTION KiSuspendThread
