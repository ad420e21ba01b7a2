# SPDX-License-Identifier: MIT
# The switch from thread to thread. The host chooses (KPRCB.NextThread); this carries it out.
        .include "kernel.inc"

# IF = 0. Switches to KPRCB.NextThread, if there is one, and comes back when another switch chooses
# this thread again. Delivers a pending kernel APC before it returns, with IF = 0 again.
FUNCTION KiSwapContext
        push    ebp
        push    ebx
        push    esi
        push    edi
        mov     ebx, fs:[KPCR_SelfPcr]
        mov     esi, [ebx + PCR_NEXT_THREAD]
        mov     edi, [ebx + PCR_CURRENT_THREAD]
        test    esi, esi
        jz      KiSwapContextDone
        mov     dword ptr [ebx + PCR_NEXT_THREAD], 0
        cmp     esi, edi
        je      KiSwapContextDone
        movzx   eax, byte ptr [ebx + KPCR_Irql]
        push    eax                             # the IRQL is the thread's
        call    SwapContext
        pop     ecx
        call    KfLowerIrql
KiSwapContextDone:
        mov     esi, fs:[PCR_CURRENT_THREAD]
        cmp     byte ptr [esi + THREAD_KERNEL_APC_PENDING], 0
        je      KiSwapContextReturn
        cmp     byte ptr fs:[KPCR_Irql], APC_LEVEL
        jae     KiSwapContextReturn
        mov     ecx, APC_LEVEL
        call    KfRaiseIrql
        push    eax
        sti
        push    0
        push    0
        push    KERNEL_MODE
        call    KiDeliverApc
        cli
        pop     ecx
        call    KfLowerIrql
KiSwapContextReturn:
        pop     edi
        pop     esi
        pop     ebx
        pop     ebp
        ret
END_FUNCTION KiSwapContext

# EBX = PCR, ESI = next thread, EDI = current thread. The KSWITCHFRAME, exception list, EFLAGS and
# return address, is where KTHREAD.KernelStack points while a thread is off the processor.
FUNCTION SwapContext
        .ifdef  KSWITCHFRAME_EFlags
        pushfd
        .else
        push    0                               # ApcBypassDisable; IF = 0 is all there is to EFLAGS
        .endif
        push    dword ptr [ebx + PCR_EXCEPTION_LIST]
        mov     [edi + KTHREAD_KernelStack], esp
        mov     byte ptr [esi + KTHREAD_State], THREAD_STATE_RUNNING
        mov     esp, [esi + KTHREAD_KernelStack]
STAGE SwapContextStack
        mov     [ebx + PCR_CURRENT_THREAD], esi
STAGE SwapContextThread

# What ring 3 enters ring 0 by. With EFLAGS.VM the CPU pushes four segments more.
        mov     eax, [esi + KTHREAD_InitialStack]
        mov     ecx, [esi + KTHREAD_StackLimit]
        lea     edx, [eax - FX_SAVE_AREA_sizeof]
        mov     [ebx + KPCR_NtTib + NT_TIB_StackBase], edx
        .ifndef KPCR_TssCopy                    # later systems keep other things there
        mov     [ebx + KPCR_NtTib + NT_TIB_StackLimit], ecx
        .endif
        test    dword ptr [eax - FRAME_TO_INITIAL_STACK + KTRAP_FRAME_EFlags], EFLAGS_VM
        jnz     SwapContextEsp0
        sub     edx, V86_SEGMENTS_SIZE
SwapContextEsp0:
        mov     ecx, [ebx + KPCR_TSS]
        mov     [ecx + KTSS_Esp0], edx

# The x87 and SSE registers stay whose they are: #NM tells when somebody else wants them.
        cmp     byte ptr [KeI386NpxPresent], 0
        je      SwapContextProcess
        mov     edx, cr0
        mov     ebp, edx
        and     edx, ~(CR0_MP + CR0_EM + CR0_TS)
        movzx   ecx, byte ptr [esi + KTHREAD_NpxState]
        or      edx, ecx
        or      edx, [eax - FX_SAVE_AREA_sizeof + FX_SAVE_AREA_Cr0NpxState]
        cmp     edx, ebp
        je      SwapContextProcess
        mov     cr0, edx

SwapContextProcess:
        mov     ebp, [esi + KTHREAD_ApcState + KAPC_STATE_Process]
        mov     edi, [edi + KTHREAD_ApcState + KAPC_STATE_Process]
        cmp     ebp, edi
        je      SwapContextTeb
        call    KiSwapProcess

SwapContextTeb:
        mov     eax, [esi + KTHREAD_Teb]
        mov     [ebx + PCR_TEB], eax
        mov     ecx, [ebx + KPCR_GDT]
        mov     [ecx + KGDT_R3_TEB + KGDTENTRY_BaseLow], ax
        shr     eax, 16
        mov     [ecx + KGDT_R3_TEB + KGDTENTRY_BaseMid], al
        mov     [ecx + KGDT_R3_TEB + KGDTENTRY_BaseHi], ah
        .ifdef  KPCR_DebugActive
        mov     al, [esi + KTHREAD_DebugActive]
        mov     [ebx + KPCR_DebugActive], al
        .endif
        inc     dword ptr [esi + KTHREAD_ContextSwitches]
        inc     dword ptr [ebx + PCR_CONTEXT_SWITCHES]
        pop     dword ptr [ebx + PCR_EXCEPTION_LIST]
        .ifdef  KSWITCHFRAME_EFlags
        popfd
        .else
        add     esp, 4
        .endif
        ret
END_FUNCTION SwapContext

# EBX = PCR, EBP = process to come, EDI = process to go. Keeps EBX and ESI.
FUNCTION KiSwapProcess
        mov     eax, [ebp + KPROCESS_DirectoryTableBase]
        cmp     eax, [edi + KPROCESS_DirectoryTableBase]
        je      KiSwapProcessLdt
        mov     ecx, [ebx + KPCR_TSS]
        mov     [ecx + KTSS_CR3], eax
        mov     cr3, eax
KiSwapProcessLdt:
        mov     eax, [ebp + KPROCESS_LdtDescriptor]
        mov     edx, [ebp + KPROCESS_LdtDescriptor + 4]
        mov     ecx, eax
        or      ecx, [edi + KPROCESS_LdtDescriptor]
        jz      KiSwapProcessIoMap              # neither has one
        mov     ecx, [ebx + KPCR_GDT]
        mov     [ecx + KGDT_LDT], eax
        mov     [ecx + KGDT_LDT + 4], edx
        xor     ecx, ecx
        test    eax, eax
        jz      KiSwapProcessLoadLdt
        mov     ecx, KGDT_LDT
KiSwapProcessLoadLdt:
        lldt    cx
KiSwapProcessIoMap:
        mov     ax, [ebp + KPROCESS_IopmOffset]
        mov     ecx, [ebx + KPCR_TSS]
        mov     [ecx + KTSS_IoMapBase], ax
        ret
END_FUNCTION KiSwapProcess

# What an interrupt's handler calls before it leaves: the thread it interrupted may have to give way.
# IF = 0. At DISPATCH_LEVEL and above nothing is switched.
FUNCTION KiDispatchInterrupt
        cmp     byte ptr fs:[KPCR_Irql], DISPATCH_LEVEL
        jae     KiDispatchInterruptDone
        cmp     dword ptr fs:[PCR_NEXT_THREAD], 0
        je      KiDispatchInterruptDone
        call    KiSwapContext
KiDispatchInterruptDone:
        ret
END_FUNCTION KiDispatchInterrupt

# The idle thread. An interrupt that readies a thread switches on its way out.
FUNCTION KiIdleLoop
        mov     ecx, PASSIVE_LEVEL
        call    KfLowerIrql
KiIdleLoopWait:
        call    KiDispatchInterrupt
        sti
        hlt
        cli
        jmp     KiIdleLoopWait
END_FUNCTION KiIdleLoop

# The first code of a new thread: [ESP] = KSTART_FRAME, and for a user thread its trap frame above.
FUNCTION KiThreadStartup
        xor     ebx, ebx
        xor     esi, esi
        xor     edi, edi
        xor     ebp, ebp
        mov     ecx, APC_LEVEL
        call    KfLowerIrql
        sti
        pop     eax                             # SystemRoutine(StartRoutine, StartContext)
        call    eax
        pop     ecx                             # UserThread
        mov     ebp, esp
        test    ecx, ecx
        jz      KiThreadStartupReturned
        mov     ecx, PASSIVE_LEVEL
        call    KfLowerIrql
        cli
        call    KiSwapContext                   # a kernel APC may have come: it is to be suspended
        jmp     KiServiceExit2
# A system thread must not come back from its routine.
STAGE KiThreadStartupReturned
        push    0
        push    0
        push    0
        push    0
        push    NO_USER_MODE_CONTEXT
        call    KeBugCheckEx
        jmp     KiBugCheckReturned
END_FUNCTION KiThreadStartup
