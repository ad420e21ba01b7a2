# SPDX-License-Identifier: MIT
# What the dispatch code of a connected interrupt object goes on with. Interrupts stay off until the
# way out, so nothing nests in here; PCR.Irql tells the service routines at which level they run.
        .include "kernel.inc"
        .include "nt_interrupt.inc"
        .include "trap_macros.inc"

        .equ LEVEL_SENSITIVE, 0

# EDI = object. Calls its ServiceRoutine(Interrupt, ServiceContext); AL = whether it claims the
# interrupt. The object counts its calls in DispatchCount and its claims in ServiceCount.
FUNCTION KiCallInterruptService
        mov     cl, ss:[edi + KINTERRUPT_SynchronizeIrql]
        call    KfRaiseIrql
        push    eax
        inc     dword ptr ss:[edi + KINTERRUPT_DispatchCount]
        push    dword ptr ss:[edi + KINTERRUPT_ServiceContext]
        push    edi
        call    dword ptr ss:[edi + KINTERRUPT_ServiceRoutine]
        pop     ecx
        cmp     al, 1
        sbb     eax, eax
        inc     eax                             # 1 for any TRUE, 0 for FALSE
        add     ss:[edi + KINTERRUPT_ServiceCount], eax
        push    eax
        call    KfLowerIrql
        pop     eax
        ret
END_FUNCTION KiCallInterruptService

# The only object of its vector. EBP = frame, EDI = object.
FUNCTION KiInterruptDispatch
STAGE KiInterruptDispatchFrameBuilt
        inc     dword ptr fs:[PCR_INTERRUPT_COUNT]
        mov     cl, ss:[edi + KINTERRUPT_Irql]
        call    KfRaiseIrql
        push    eax
        call    KiCallInterruptService
        test    al, al
        jnz     KiInterruptClaimed
KiInterruptUnclaimed:
        inc     dword ptr ss:[KiUnclaimedInterruptCount]
KiInterruptClaimed:
        pop     ecx
        call    KfLowerIrql
        call    KiDispatchInterrupt
        jmp     Kei386EoiHelper
END_FUNCTION KiInterruptDispatch

# Several objects share the vector; EDI = the first, whose Mode holds for all. A level stays up
# until its own device is served, so the first claim ends the round: another device would interrupt
# again. An edge is gone once it is taken, so everybody is asked until a whole round has no claim.
FUNCTION KiChainedDispatch
STAGE KiChainedDispatchFrameBuilt
        inc     dword ptr fs:[PCR_INTERRUPT_COUNT]
        mov     cl, ss:[edi + KINTERRUPT_Irql]
        call    KfRaiseIrql
        push    eax
        mov     ebx, edi
        xor     esi, esi                        # claims in all
KiChainedDispatchRound:
        push    esi
KiChainedDispatchNext:
        call    KiCallInterruptService
        add     esi, eax
        test    eax, eax
        jz      KiChainedDispatchAdvance
        cmp     dword ptr ss:[ebx + KINTERRUPT_Mode], LEVEL_SENSITIVE
        je      KiChainedDispatchClaimed
KiChainedDispatchAdvance:
        mov     edi, ss:[edi + KINTERRUPT_InterruptListEntry]
        sub     edi, KINTERRUPT_InterruptListEntry
        cmp     edi, ebx
        jne     KiChainedDispatchNext
        pop     eax
        cmp     eax, esi
        jne     KiChainedDispatchRound
        test    esi, esi
        jz      KiInterruptUnclaimed
        jmp     KiInterruptClaimed
KiChainedDispatchClaimed:
        pop     eax
        jmp     KiInterruptClaimed
END_FUNCTION KiChainedDispatch
