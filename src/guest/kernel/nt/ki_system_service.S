# SPDX-License-Identifier: MIT
# KiSystemService, the int 2E gate, and the dispatch that both entries share.
        .include "kernel.inc"
        .include "trap_macros.inc"

# From ring 3 the CPU has pushed SS ESP EFLAGS CS EIP; a Zw stub has pushed EFLAGS, CS and EIP.
# EAX = service number, EDX = address of the first argument.
FUNCTION KiSystemService
        push    0                               # ErrCode
        push    ebp
        push    ebx
        push    esi
        push    edi
        push    fs
        mov     ebx, KGDT_R0_PCR
        mov     fs, ebx
        push    dword ptr fs:[PCR_EXCEPTION_LIST]
        mov     dword ptr fs:[PCR_EXCEPTION_LIST], EXCEPTION_CHAIN_END
        # DS and ES are still the caller's and are not saved. If they are not flat, the first use
        # of DS faults and KiTrap0D leaves the flat selectors in their place.
        mov     esi, fs:[PCR_CURRENT_THREAD]
        push    dword ptr [esi + KTHREAD_PreviousMode]
        RESERVE_SERVICE_VOLATILE
        mov     ebp, esp
        mov     ebx, [ebp + KTRAP_FRAME_SegCs]
        and     ebx, MODE_MASK
        mov     [esi + KTHREAD_PreviousMode], bl
        mov     ebx, [esi + KTHREAD_TrapFrame]
        mov     [ebp + KTRAP_FRAME_Edx], ebx
        mov     dword ptr [ebp + KTRAP_FRAME_Dr7], 0
        mov     [esi + KTHREAD_TrapFrame], ebp
        cld
        test    byte ptr [esi + KTHREAD_DebugActive], 0xFF
        jz      KiSystemServiceDebugHeader
        GOTO_IF_KERNEL_FRAME KiSystemServiceDebugHeader
        SAVE_DEBUG_REGISTERS
        LOAD_KERNEL_DEBUG_REGISTERS

# KiFastCallEntry joins here: EBP = frame, ESI = thread, EAX and EDX as the caller gave them.
STAGE KiSystemServiceDebugHeader
        SET_DEBUG_HEADER
STAGE KiSystemServiceFrameBuilt
        sti

STAGE KiSystemServiceRepeat
        mov     edi, eax
        shr     edi, SERVICE_TABLE_SHIFT
        and     edi, SERVICE_TABLE_MASK
        mov     ecx, edi
        add     edi, [esi + KTHREAD_ServiceTable]
        mov     ebx, eax
        and     eax, SERVICE_NUMBER_MASK
        cmp     eax, [edi + KSERVICE_TABLE_DESCRIPTOR_Limit]
        jae     KiBBTUnexpectedRange
        cmp     ecx, SERVICE_TABLE_WIN32K
        jne     KiSystemServiceLookup
        # A win32k call first plays the drawing commands that gdi32 has batched in the TEB.
        mov     ecx, fs:[PCR_TEB]
        xor     ebx, ebx
STAGE KiSystemServiceGdiRead
        or      ebx, [ecx + TEB_GdiBatchCount]
        jz      KiSystemServiceLookup
        push    edx
        push    eax
        call    KeGdiFlushUserBatch
        test    eax, eax
        pop     eax
        pop     edx
        js      KiSystemServiceAccessViolation

STAGE KiSystemServiceLookup
        inc     dword ptr fs:[PCR_SYSTEM_CALLS]
        mov     esi, edx
        mov     ebx, [edi + KSERVICE_TABLE_DESCRIPTOR_Number]
        xor     ecx, ecx
        mov     cl, [eax + ebx]                 # argument bytes
        mov     edi, [edi + KSERVICE_TABLE_DESCRIPTOR_Base]
        mov     ebx, [edi + eax * 4]            # the service
        sub     esp, ecx
        shr     ecx, 2
        mov     edi, esp
        # Only the first byte of the arguments is tested; a page fault catches the rest.
        cmp     esi, [MmUserProbeAddress]
        jae     KiSystemServiceProbe

STAGE KiSystemServiceCopyArguments
        rep movsd
STAGE KiSystemServiceCopyEnd
STAGE KiSystemServiceCall
        call    ebx
STAGE KiSystemServiceDone
        mov     esp, ebp
        mov     ecx, fs:[PCR_CURRENT_THREAD]
        mov     edx, [ebp + KTRAP_FRAME_Edx]
        mov     [ecx + KTHREAD_TrapFrame], edx
        jmp     KiServiceExit

STAGE KiSystemServiceProbe
        test    byte ptr [ebp + KTRAP_FRAME_SegCs], MODE_MASK
        jz      KiSystemServiceCopyArguments
# KiTrap0E resumes here after a page fault in the copy or in the read of GdiBatchCount.
STAGE KiSystemServiceAccessViolation
        mov     eax, STATUS_ACCESS_VIOLATION
        jmp     KiSystemServiceDone
END_FUNCTION KiSystemService

# A number beyond the table's limit. ECX = table offset, EBX = number, EDX = arguments, ESI = thread.
# The first call to win32k makes the thread a GUI thread, which moves its stack and so the frame.
FUNCTION KiBBTUnexpectedRange
        cmp     ecx, SERVICE_TABLE_WIN32K
        jne     KiBBTInvalidService
        push    edx
        push    ebx
        call    PsConvertToGuiThread
        test    eax, eax
        pop     eax
        pop     edx
        mov     ebp, esp
        mov     esi, fs:[PCR_CURRENT_THREAD]
        mov     [esi + KTHREAD_TrapFrame], ebp
        jz      KiSystemServiceRepeat
# Not a GUI thread, or one already: behind the rows of the win32k table a byte for each says what
# to answer then. It is signed; above zero it stands for a status.
        and     eax, SERVICE_NUMBER_MASK
        mov     edx, offset KeServiceDescriptorTableShadow + SERVICE_TABLE_WIN32K
        mov     ecx, [edx + KSERVICE_TABLE_DESCRIPTOR_Limit]
        cmp     eax, ecx
        jae     KiBBTInvalidService
        mov     edx, [edx + KSERVICE_TABLE_DESCRIPTOR_Base]
        lea     edx, [edx + ecx * 4]
        movsx   eax, byte ptr [edx + eax]
        test    eax, eax
        jle     KiSystemServiceDone
STAGE KiBBTInvalidService
        mov     eax, STATUS_INVALID_SYSTEM_SERVICE
        jmp     KiSystemServiceDone
END_FUNCTION KiBBTUnexpectedRange
