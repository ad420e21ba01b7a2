# SPDX-License-Identifier: MIT
# User callbacks: a service that needs user code to finish calls it on top of its own kernel stack.
        .include "kernel.inc"
        .include "trap_macros.inc"

# Kernel stack that must be left for the services that the callback will call.
        .equ CALLBACK_STACK_ROOM, 0x3000
        .equ STACK_ALIGNMENT, 16
# The part of a frame that says where ring 3 goes on: FS to SS.
        .equ FRAME_RETURN_PART, KTRAP_FRAME_V86Es - KTRAP_FRAME_SegFs
# While a batch is flushed behind a callback, the user's stack seems this much deeper.
        .equ FLUSH_STACK_ROOM, 0x100

# What KiBuildUserCallback and KiFinishUserCallback keep with their caller.
        .equ CALLBACK_STATE_OldEsp, 0x0
        .equ CALLBACK_STATE_NewEsp, 0x4
        .equ CALLBACK_STATE_ExceptionList, 0x8
        .equ CALLBACK_STATE_sizeof, 0xC

# A callback of a service whose body is on the host: nt/callbacks/user_callback.hpp.
        .equ CALLBACK_REQUEST_Status, 0x0
        .equ CALLBACK_REQUEST_OutputBuffer, 0x4
        .equ CALLBACK_REQUEST_OutputLength, 0x8
        .equ CALLBACK_REQUEST_ApiNumber, 0xC
        .equ CALLBACK_REQUEST_InputLength, 0x10
        .equ CALLBACK_REQUEST_Input, 0x14

# Outcome 2. EAX = address of the request; the same on return, with the answers in it.
FUNCTION KiServiceCallUser
        push    ebx
        mov     ebx, eax
        lea     ecx, [ebx + CALLBACK_REQUEST_OutputLength]
        push    ecx
        lea     ecx, [ebx + CALLBACK_REQUEST_OutputBuffer]
        push    ecx
        push    dword ptr [ebx + CALLBACK_REQUEST_InputLength]
        lea     ecx, [ebx + CALLBACK_REQUEST_Input]
        push    ecx
        push    dword ptr [ebx + CALLBACK_REQUEST_ApiNumber]
        call    KeUserModeCallback
        mov     [ebx + CALLBACK_REQUEST_Status], eax
        mov     eax, ebx
        pop     ebx
        ret
END_FUNCTION KiServiceCallUser

# NTSTATUS KeUserModeCallback(ApiNumber, InputBuffer, InputLength, *OutputBuffer, *OutputLength).
# The output buffer is the user's and yet to be probed. The frame at KTHREAD.TrapFrame is of ring 3.
FUNCTION KeUserModeCallback
        .equ ARGUMENT, 8
        .equ STATE, -CALLBACK_STATE_sizeof
        push    ebp
        mov     ebp, esp
        sub     esp, CALLBACK_STATE_sizeof
        push    ebx
        push    esi
        mov     ebx, fs:[PCR_CURRENT_THREAD]
        lea     eax, [ebp + STATE]
        push    eax
        push    dword ptr [ebp + ARGUMENT + 8]
        push    dword ptr [ebp + ARGUMENT + 4]
        push    dword ptr [ebp + ARGUMENT]
        call    KiBuildUserCallback
        test    eax, eax
        js      KeUserModeCallbackReturn
        mov     esi, [ebx + KTHREAD_TrapFrame]
        mov     eax, [ebp + STATE + CALLBACK_STATE_NewEsp]
        mov     [esi + KTRAP_FRAME_HardwareEsp], eax
        push    dword ptr [ebp + ARGUMENT + 16]
        push    dword ptr [ebp + ARGUMENT + 12]
        call    KiCallUserMode
STAGE KeUserModeCallbackBack
        cmp     eax, STATUS_CALLBACK_POP_STACK
        jne     KeUserModeCallbackFinish
        # The frame has become the callback's: its stack is the one to go on with.
        mov     ecx, [esi + KTRAP_FRAME_HardwareEsp]
        mov     [ebp + STATE + CALLBACK_STATE_OldEsp], ecx
KeUserModeCallbackFinish:
        push    eax                             # kept
        lea     ecx, [ebp + STATE]
        push    eax
        push    ecx
        call    KiFinishUserCallback            # EAX = commands in the batch
        test    eax, eax
        jz      KeUserModeCallbackRestore
        sub     dword ptr [esi + KTRAP_FRAME_HardwareEsp], FLUSH_STACK_ROOM
STAGE KeUserModeCallbackFlush
        call    KeGdiFlushUserBatch
KeUserModeCallbackRestore:
        mov     ecx, [ebp + STATE + CALLBACK_STATE_OldEsp]
        mov     [esi + KTRAP_FRAME_HardwareEsp], ecx
        pop     eax
KeUserModeCallbackReturn:
        pop     esi
        pop     ebx
        leave
        ret     20
END_FUNCTION KeUserModeCallback

# Control word, status, tags, the dword that is MXCSR in the FXSAVE form, and Cr0NpxState.
# FROM and TO are the stacks' tops. Destroys EAX.
        .macro COPY_NPX_STATE from, to
        .irp    field, FNSAVE_FORMAT_ControlWord, FNSAVE_FORMAT_StatusWord, FNSAVE_FORMAT_TagWord, FNSAVE_FORMAT_DataSelector, FX_SAVE_AREA_Cr0NpxState
        mov     eax, [\from + \field - FX_SAVE_AREA_sizeof]
        mov     [\to + \field - FX_SAVE_AREA_sizeof], eax
        .endr
        .endm

# NTSTATUS KiCallUserMode(*Result, *ResultLength): goes to ring 3 at KiUserCallbackDispatcher, on the
# stack that the frame now has, and is back when ring 3 asks for it.
FUNCTION KiCallUserMode
        push    ebp
        push    ebx
        push    esi
        push    edi
        mov     ebx, fs:[PCR_CURRENT_THREAD]
        lea     eax, [esp - CALLBACK_STACK_ROOM]
        cmp     eax, [ebx + KTHREAD_StackLimit]
        jae     KiCallUserModeFrame
        push    esp
        call    MmGrowKernelStack
        test    eax, eax
        js      KiCallUserModeRefused
        mov     eax, [ebx + KTHREAD_StackLimit]
        SET_PCR_STACK_LIMIT eax
STAGE KiCallUserModeFrame
        mov     esi, [ebx + KTHREAD_TrapFrame]
        mov     edx, [ebx + KTHREAD_InitialStack]
        push    dword ptr [ebx + KTHREAD_CallbackStack]
        push    esi
        push    edx
        cli
        mov     [ebx + KTHREAD_CallbackStack], esp
        and     esp, -STACK_ALIGNMENT
        mov     edi, esp
        COPY_NPX_STATE edx, edi
        SET_INITIAL_STACK
        # A frame where the next entry from ring 3 will build its own.
        lea     ebp, [edi - FRAME_TO_INITIAL_STACK]
        mov     esp, ebp
        .if     PROFILE_service_saves_all
        .irp    register, KTRAP_FRAME_SegGs, KTRAP_FRAME_SegEs, KTRAP_FRAME_SegDs, KTRAP_FRAME_Edx, KTRAP_FRAME_Ecx
        mov     eax, [esi + \register]
        mov     [ebp + \register], eax
        .endr
        .endif
        mov     eax, [esi + KTRAP_FRAME_PreviousPreviousMode]
        mov     [ebp + KTRAP_FRAME_PreviousPreviousMode], eax
        mov     eax, fs:[PCR_EXCEPTION_LIST]
        mov     [ebp + KTRAP_FRAME_ExceptionList], eax
        mov     eax, [esi + KTRAP_FRAME_Dr7]
        mov     [ebp + KTRAP_FRAME_Dr7], eax
        test    eax, eax
        jz      KiCallUserModeReturnPart
        .irp    register, KTRAP_FRAME_Dr0, KTRAP_FRAME_Dr1, KTRAP_FRAME_Dr2, KTRAP_FRAME_Dr3, KTRAP_FRAME_Dr6
        mov     eax, [esi + \register]
        mov     [ebp + \register], eax
        .endr
KiCallUserModeReturnPart:
        add     esi, KTRAP_FRAME_SegFs
        lea     edi, [ebp + KTRAP_FRAME_SegFs]
        mov     ecx, FRAME_RETURN_PART / 4
        cld
        rep movsd
        mov     eax, [KeUserCallbackDispatcher]
        mov     [ebp + KTRAP_FRAME_Eip], eax
        xor     eax, eax
STAGE KiCallUserModeExit
        jmp     KiServiceExit

KiCallUserModeRefused:
        pop     edi
        pop     esi
        pop     ebx
        pop     ebp
        ret     8
END_FUNCTION KiCallUserMode

# INT 2B, the return from a user callback. ECX = result, EDX = its length, EAX = status. The
# frame is a service's.
FUNCTION KiCallbackReturn
        push    0
        push    ebp
        push    ebx
        push    esi
        push    edi
        push    fs
        mov     ebx, KGDT_R0_PCR
        mov     fs, ebx
        push    dword ptr fs:[PCR_EXCEPTION_LIST]
        mov     dword ptr fs:[PCR_EXCEPTION_LIST], EXCEPTION_CHAIN_END
        mov     esi, fs:[PCR_CURRENT_THREAD]
        push    dword ptr [esi + KTHREAD_PreviousMode]
        RESERVE_SERVICE_VOLATILE
        mov     ebp, esp
        mov     ebx, [ebp + KTRAP_FRAME_SegCs]
        and     ebx, MODE_MASK
        mov     [esi + KTHREAD_PreviousMode], bl
        mov     ebx, [esi + KTHREAD_TrapFrame]
        mov     [ebp + KTRAP_FRAME_Edx], ebx
        mov     [esi + KTHREAD_TrapFrame], ebp
        cld
        SET_DEBUG_HEADER
        SAVE_DEBUG_REGISTERS_IF_ACTIVE
STAGE KiCallbackReturnFrameBuilt
        sti
        .if     PROFILE_int2b_event_pair
        # Without a callback the vector is the other fast half of an event pair that nobody has.
        cmp     dword ptr [esi + KTHREAD_CallbackStack], 0
        jne     KiCallbackReturnTail
        mov     eax, STATUS_NO_EVENT_PAIR
        jmp     KiSystemServiceDone
        .endif
# NtCallbackReturn, which is outcome 4, comes here with the same registers.
STAGE KiCallbackReturnTail
        mov     ebx, fs:[PCR_CURRENT_THREAD]
        mov     ebp, [ebx + KTHREAD_TrapFrame]
        mov     edi, [ebx + KTHREAD_CallbackStack]
        test    edi, edi
        jz      KiCallbackReturnNone
        mov     esi, [ebp + KTRAP_FRAME_ExceptionList]
        mov     fs:[PCR_EXCEPTION_LIST], esi
        mov     esi, [edi + KCALLOUT_FRAME_Result]
        mov     [esi], ecx
        mov     esi, [edi + KCALLOUT_FRAME_ResultLength]
        mov     [esi], edx
        mov     esi, [edi + KCALLOUT_FRAME_TrapFrame]
        mov     edx, edi
        cmp     eax, STATUS_CALLBACK_POP_STACK
        jne     KiCallbackReturnUnwind
        # An exception was unwound through the callback: ring 3 goes on where it stands now, and
        # what it sees come back is the outer service.
        lea     edi, [esi + KTRAP_FRAME_SegFs]
        lea     esi, [ebp + KTRAP_FRAME_SegFs]
        mov     ecx, FRAME_RETURN_PART / 4
        cld
        rep movsd
        mov     esi, [edx + KCALLOUT_FRAME_TrapFrame]
STAGE KiCallbackReturnUnwind
        push    eax
        cli
        mov     [ebx + KTHREAD_TrapFrame], esi
        mov     ecx, [edx + KCALLOUT_FRAME_CallbackStack]
        mov     [ebx + KTHREAD_CallbackStack], ecx
        mov     ecx, [ebx + KTHREAD_InitialStack]
        mov     edi, [edx + KCALLOUT_FRAME_InitialStack]
        COPY_NPX_STATE ecx, edi
        SET_INITIAL_STACK
        pop     eax
        lea     esp, [edx + KCALLOUT_FRAME_Edi]
        sti
        pop     edi
        pop     esi
        pop     ebx
        pop     ebp
        ret     8
KiCallbackReturnNone:
        mov     eax, STATUS_NO_CALLBACK_ACTIVE
        jmp     KiSystemServiceDone
END_FUNCTION KiCallbackReturn
