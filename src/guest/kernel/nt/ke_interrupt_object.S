# SPDX-License-Identifier: MIT
# Interrupt objects. Each carries in DispatchCode a copy of one template, with its own address in it;
# the IDT gate of its vector leads there. What one vector's objects share is a list through
# InterruptListEntry, of which the gate's object is the first.
        .include "kernel.inc"
        .include "nt_interrupt.inc"
        .include "trap_macros.inc"

        .equ INTERRUPT_OBJECT, 22
        .equ D_INT032, 0x8E00
        .equ DISPATCH_CODE_sizeof, KINTERRUPT_sizeof - KINTERRUPT_DispatchCode

# Nothing in the template depends on where it stands.
FUNCTION KiInterruptTemplate
        push    esp                             # ErrCode
        ENTER_INTERRUPT KiInterruptTemplate
STAGE KiInterruptTemplateObject
        mov     edi, 0
        jmp     dword ptr ss:[edi + KINTERRUPT_DispatchAddress]
        # It must not be longer than DispatchCode: .org never goes back.
        .org    KiInterruptTemplate + DISPATCH_CODE_sizeof, 0xCC
END_FUNCTION KiInterruptTemplate
        .equ TEMPLATE_OBJECT, KiInterruptTemplateObject + 1 - KiInterruptTemplate

# (Interrupt, ServiceRoutine, ServiceContext, SpinLock, Vector, Irql, SynchronizeIrql, Mode,
#  ShareVector, ProcessorNumber, FloatingSave)
        .equ ARGUMENT, 12                       # behind two saved registers and the return address
FUNCTION KeInitializeInterrupt
        push    esi
        push    edi
        mov     edx, [esp + ARGUMENT]
        cld
        mov     edi, edx
        mov     ecx, KINTERRUPT_DispatchCode / 4
        xor     eax, eax
        rep stosd
        mov     esi, offset KiInterruptTemplate
        mov     ecx, DISPATCH_CODE_sizeof / 4
        rep movsd
        mov     [edx + KINTERRUPT_DispatchCode + TEMPLATE_OBJECT], edx
        mov     word ptr [edx + KINTERRUPT_Type], INTERRUPT_OBJECT
        mov     word ptr [edx + KINTERRUPT_Size], KINTERRUPT_sizeof
        mov     dword ptr [edx + KINTERRUPT_DispatchAddress], offset KiInterruptDispatch
        mov     eax, [esp + ARGUMENT + 4]
        mov     [edx + KINTERRUPT_ServiceRoutine], eax
        mov     eax, [esp + ARGUMENT + 8]
        mov     [edx + KINTERRUPT_ServiceContext], eax
        mov     eax, [esp + ARGUMENT + 12]
        test    eax, eax
        jnz     KeInitializeInterruptLock
        lea     eax, [edx + KINTERRUPT_SpinLock]
KeInitializeInterruptLock:
        mov     [edx + KINTERRUPT_ActualLock], eax
        mov     eax, [esp + ARGUMENT + 16]
        mov     [edx + KINTERRUPT_Vector], eax
        mov     al, [esp + ARGUMENT + 20]
        mov     [edx + KINTERRUPT_Irql], al
        mov     al, [esp + ARGUMENT + 24]
        mov     [edx + KINTERRUPT_SynchronizeIrql], al
        mov     eax, [esp + ARGUMENT + 28]
        mov     [edx + KINTERRUPT_Mode], eax
        mov     al, [esp + ARGUMENT + 32]
        mov     [edx + KINTERRUPT_ShareVector], al
        mov     al, [esp + ARGUMENT + 36]
        mov     [edx + KINTERRUPT_Number], al
        mov     al, [esp + ARGUMENT + 40]
        mov     [edx + KINTERRUPT_FloatingSave], al
        lea     eax, [edx + KINTERRUPT_InterruptListEntry]
        mov     [eax + LIST_ENTRY_Flink], eax
        mov     [eax + LIST_ENTRY_Blink], eax
        pop     edi
        pop     esi
        ret     44
END_FUNCTION KeInitializeInterrupt

# EDI = IDT entry. EAX = the address its gate leads to.
FUNCTION KiGetGateHandler
        movzx   eax, word ptr [edi + KIDTENTRY_ExtendedOffset]
        shl     eax, 16
        mov     ax, [edi + KIDTENTRY_Offset]
        ret
END_FUNCTION KiGetGateHandler

# EDI = IDT entry, EAX = where its gate is to lead. Destroys EAX.
FUNCTION KiSetGateHandler
        mov     [edi + KIDTENTRY_Offset], ax
        shr     eax, 16
        mov     [edi + KIDTENTRY_ExtendedOffset], ax
        ret
END_FUNCTION KiSetGateHandler

# EDI = IDT entry, EAX = its handler. Zero flag: it is the dispatch code of the object at ECX. The
# gate may lead anywhere or nowhere, so only the code is looked at, and little of it at a time.
FUNCTION KiIsDispatchCode
        lea     ecx, [eax - KINTERRUPT_DispatchCode]
        cmp     word ptr [edi + KIDTENTRY_Access], D_INT032
        jne     KiIsDispatchCodeReturn
        mov     edx, [KiInterruptTemplate]
        cmp     [eax], edx
        jne     KiIsDispatchCodeReturn
        cmp     [eax + TEMPLATE_OBJECT], ecx
KiIsDispatchCodeReturn:
        ret
END_FUNCTION KiIsDispatchCode

# (Interrupt) -> BOOLEAN. FALSE: connected already, values that make no sense, or a vector whose
# present owner does not share it on the same terms.
FUNCTION KeConnectInterrupt
        push    ebx
        push    esi
        push    edi
        pushfd
        cli
        mov     esi, [esp + 20]
        xor     ebx, ebx
        cmp     byte ptr [esi + KINTERRUPT_Connected], bl
        jne     KeConnectInterruptReturn
        cmp     byte ptr [esi + KINTERRUPT_Number], bl  # there is one processor
        jne     KeConnectInterruptReturn
        cmp     byte ptr [esi + KINTERRUPT_FloatingSave], bl
        jne     KeConnectInterruptReturn
        mov     al, [esi + KINTERRUPT_SynchronizeIrql]
        cmp     al, HIGH_LEVEL
        ja      KeConnectInterruptReturn
        cmp     al, [esi + KINTERRUPT_Irql]
        jb      KeConnectInterruptReturn
        mov     eax, [esi + KINTERRUPT_Vector]
        cmp     eax, IDT_ENTRIES
        jae     KeConnectInterruptReturn
        mov     edi, fs:[KPCR_IDT]
        lea     edi, [edi + eax * KIDTENTRY_sizeof]
        call    KiGetGateHandler
        lea     edx, [esi + KINTERRUPT_InterruptListEntry]
        cmp     eax, offset KiStartUnexpectedRange
        jb      KeConnectInterruptShared
        cmp     eax, offset KiEndUnexpectedRange
        jae     KeConnectInterruptShared
        mov     [edx + LIST_ENTRY_Flink], edx
        mov     [edx + LIST_ENTRY_Blink], edx
        mov     dword ptr [esi + KINTERRUPT_DispatchAddress], offset KiInterruptDispatch
        lea     eax, [esi + KINTERRUPT_DispatchCode]
        call    KiSetGateHandler
        jmp     KeConnectInterruptConnected
KeConnectInterruptShared:
        call    KiIsDispatchCode
        jne     KeConnectInterruptReturn
        cmp     byte ptr [esi + KINTERRUPT_ShareVector], bl
        je      KeConnectInterruptReturn
        cmp     byte ptr [ecx + KINTERRUPT_ShareVector], bl
        je      KeConnectInterruptReturn
        mov     eax, [esi + KINTERRUPT_Mode]
        cmp     eax, [ecx + KINTERRUPT_Mode]
        jne     KeConnectInterruptReturn
        mov     al, [esi + KINTERRUPT_Irql]
        cmp     al, [ecx + KINTERRUPT_Irql]
        jne     KeConnectInterruptReturn
        mov     dword ptr [ecx + KINTERRUPT_DispatchAddress], offset KiChainedDispatch
        # To the end of the list.
        lea     edx, [esi + KINTERRUPT_InterruptListEntry]
        lea     ecx, [ecx + KINTERRUPT_InterruptListEntry]
        mov     eax, [ecx + LIST_ENTRY_Blink]
        mov     [edx + LIST_ENTRY_Flink], ecx
        mov     [edx + LIST_ENTRY_Blink], eax
        mov     [eax + LIST_ENTRY_Flink], edx
        mov     [ecx + LIST_ENTRY_Blink], edx
KeConnectInterruptConnected:
        mov     bl, 1
        mov     [esi + KINTERRUPT_Connected], bl
KeConnectInterruptReturn:
        mov     eax, ebx
        popfd
        pop     edi
        pop     esi
        pop     ebx
        ret     4
END_FUNCTION KeConnectInterrupt

# (Interrupt) -> BOOLEAN. FALSE: it was not connected, or something else has taken over its gate.
FUNCTION KeDisconnectInterrupt
        push    ebx
        push    esi
        push    edi
        pushfd
        cli
        mov     esi, [esp + 20]
        xor     ebx, ebx
        cmp     byte ptr [esi + KINTERRUPT_Connected], bl
        je      KeDisconnectInterruptReturn
        mov     eax, [esi + KINTERRUPT_Vector]
        mov     edi, fs:[KPCR_IDT]
        lea     edi, [edi + eax * KIDTENTRY_sizeof]
        call    KiGetGateHandler
        call    KiIsDispatchCode
        jne     KeDisconnectInterruptReturn
        lea     edx, [esi + KINTERRUPT_InterruptListEntry]
        mov     eax, [edx + LIST_ENTRY_Flink]
        cmp     eax, edx
        je      KeDisconnectInterruptLast
        cmp     ecx, esi
        jne     KeDisconnectInterruptUnlink
        # The gate passes to the next.
        lea     ecx, [eax - KINTERRUPT_InterruptListEntry]
        mov     dword ptr [ecx + KINTERRUPT_DispatchAddress], offset KiChainedDispatch
        lea     eax, [ecx + KINTERRUPT_DispatchCode]
        call    KiSetGateHandler
KeDisconnectInterruptUnlink:
        mov     eax, [edx + LIST_ENTRY_Flink]
        mov     edx, [edx + LIST_ENTRY_Blink]
        mov     [edx + LIST_ENTRY_Flink], eax
        mov     [eax + LIST_ENTRY_Blink], edx
        cmp     eax, edx
        jne     KeDisconnectInterruptDone
        # Only the gate's own object is left.
        mov     dword ptr [ecx + KINTERRUPT_DispatchAddress], offset KiInterruptDispatch
        jmp     KeDisconnectInterruptDone
KeDisconnectInterruptLast:
        mov     eax, [esi + KINTERRUPT_Vector]
        mov     eax, [KiIdtTable + eax * 8]
        call    KiSetGateHandler
KeDisconnectInterruptDone:
        mov     [esi + KINTERRUPT_Connected], bl
        mov     bl, 1
KeDisconnectInterruptReturn:
        mov     eax, ebx
        popfd
        pop     edi
        pop     esi
        pop     ebx
        ret     4
END_FUNCTION KeDisconnectInterrupt
