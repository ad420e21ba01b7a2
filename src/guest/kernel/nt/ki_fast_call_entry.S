# SPDX-License-Identifier: MIT
# KiFastCallEntry, the target of SYSENTER. The CPU saves nothing: the frame is built by hand.
        .include "kernel.inc"
        .include "trap_macros.inc"

# EAX = service number, EDX = user ESP, where two return addresses stand below the arguments.
# IF = 0, ESP = the SYSENTER stack, FS and DS the user's.
FUNCTION KiFastCallEntry
        mov     ecx, KGDT_R3_DATA + RPL_USER
        push    KGDT_R0_PCR
        pop     fs
        mov     ds, ecx
        mov     es, ecx
        mov     ecx, fs:[KPCR_TSS]
        mov     esp, [ecx + KTSS_Esp0]
        push    KGDT_R3_DATA + RPL_USER         # HardwareSegSs
        push    edx                             # HardwareEsp
        pushfd                                  # EFlags
STAGE KiFastCallEntryCommon
        push    EFLAGS_ALWAYS
        add     edx, 8
        popfd
        or      dword ptr [esp], EFLAGS_IF
        push    KGDT_R3_CODE + RPL_USER         # SegCs
        # The return address is a fixed one, not the place after the caller's SYSENTER.
        .if     SYSTEM_CALL_BY_CODE
        push    MM_SHARED_USER_DATA_VA + KUSER_SHARED_DATA_SystemCall + 4       # its RET
        .else
        push    dword ptr ds:[KI_USER_SHARED_DATA + KUSER_SHARED_DATA_SystemCallReturn]
        .endif
        push    0                               # ErrCode
        push    ebp
        push    ebx
        push    esi
        push    edi
        mov     ebx, fs:[KPCR_SelfPcr]
        push    KGDT_R3_TEB + RPL_USER          # SegFs
        mov     esi, [ebx + PCR_CURRENT_THREAD]
        push    dword ptr [ebx + PCR_EXCEPTION_LIST]
        mov     dword ptr [ebx + PCR_EXCEPTION_LIST], EXCEPTION_CHAIN_END
        mov     ebp, [esi + KTHREAD_InitialStack]
        push    USER_MODE                       # PreviousPreviousMode
        .if     PROFILE_service_saves_all
        xor     ecx, ecx                        # no address of the kernel's for ring 3
        .endif
        RESERVE_SERVICE_VOLATILE
        sub     ebp, FRAME_TO_INITIAL_STACK
        mov     byte ptr [esi + KTHREAD_PreviousMode], USER_MODE
        cmp     ebp, esp
        jne     KiFastCallEntryBadStack
        mov     dword ptr [ebp + KTRAP_FRAME_Dr7], 0
        mov     ebx, [esi + KTHREAD_TrapFrame]
        mov     [ebp + KTRAP_FRAME_Edx], ebx
        test    byte ptr [esi + KTHREAD_DebugActive], 0xFF
        mov     [esi + KTHREAD_TrapFrame], ebp
        jz      KiSystemServiceDebugHeader
        SAVE_DEBUG_REGISTERS
        LOAD_KERNEL_DEBUG_REGISTERS
        jmp     KiSystemServiceDebugHeader

# TSS.Esp0 does not belong to this thread. The frame becomes that of an illegal instruction.
STAGE KiFastCallEntryBadStack
        mov     ebp, esp
        mov     [ebp + KTRAP_FRAME_Eax], eax
        mov     dword ptr [ebp + KTRAP_FRAME_Ecx], 0
        mov     [ebp + KTRAP_FRAME_Edx], edx
        mov     dword ptr [ebp + KTRAP_FRAME_SegDs], KGDT_R3_DATA + RPL_USER
        mov     dword ptr [ebp + KTRAP_FRAME_SegEs], KGDT_R3_DATA + RPL_USER
        mov     dword ptr [ebp + KTRAP_FRAME_SegGs], 0
        SET_DEBUG_HEADER
        SAVE_DEBUG_REGISTERS_IF_ACTIVE
        sti
        mov     eax, STATUS_ILLEGAL_INSTRUCTION
        mov     ebx, [ebp + KTRAP_FRAME_Eip]
        jmp     CommonDispatchException0Args
END_FUNCTION KiFastCallEntry

# SYSENTER does not clear TF, so a user who steps over it traps at KiFastCallEntry. KiTrap01
# restarts the entry here, with TF clear, and the step resumes from the user's EFLAGS.
FUNCTION KiFastCallEntry2
        mov     ecx, KGDT_R3_DATA + RPL_USER
        push    KGDT_R0_PCR
        pop     fs
        mov     ds, ecx
        mov     es, ecx
        mov     ecx, fs:[KPCR_TSS]
        mov     esp, [ecx + KTSS_Esp0]
        push    KGDT_R3_DATA + RPL_USER
        push    edx
        pushfd
        or      dword ptr [esp], EFLAGS_TF
        jmp     KiFastCallEntryCommon
END_FUNCTION KiFastCallEntry2
