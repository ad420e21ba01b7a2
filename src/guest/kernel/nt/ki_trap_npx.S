# SPDX-License-Identifier: MIT
# KiTrap07, KiTrap10 and KiTrap13: the numeric coprocessor is switched lazily between threads.
        .include "kernel.inc"
        .include "trap_macros.inc"

        .equ NPX_INVALID, 0x01
        .equ NPX_DENORMAL, 0x02
        .equ NPX_ZERO_DIVIDE, 0x04
        .equ NPX_OVERFLOW, 0x08
        .equ NPX_UNDERFLOW, 0x10
        .equ NPX_PRECISION, 0x20
        .equ NPX_STACK_FAULT, 0x40
        .equ NPX_EXCEPTIONS, 0x3F
        .equ MXCSR_MASK_SHIFT, 7

# #NM: no coprocessor (EM), or another thread's registers are in it (TS).
FUNCTION KiTrap07
        ENTER_TRAP KiTrap07, error_code=0
        mov     eax, 0x07
        GOTO_IF_KERNEL_FRAME KiSystemFatalException
        mov     eax, cr0
        test    eax, CR0_EM
        jnz     KiRaiseIllegalFloatContext
        mov     ecx, fs:[PCR_CURRENT_THREAD]
        cmp     byte ptr [ecx + KTHREAD_NpxState], NPX_STATE_LOADED
        je      KiTrap10Raise
        and     eax, ~(CR0_MP + CR0_EM + CR0_TS)
        mov     cr0, eax
        mov     edx, fs:[PCR_NPX_THREAD]
        test    edx, edx
        jz      KiTrap07Load
        call    KiSaveNpxState
KiTrap07Load:
        mov     esi, [ecx + KTHREAD_InitialStack]
        sub     esi, FX_SAVE_AREA_sizeof
        cmp     byte ptr [KeI386FxsrPresent], 0
        je      KiTrap07LoadOld
        fxrstor [esi]
        jmp     KiTrap07Loaded
KiTrap07LoadOld:
        frstor  [esi]
KiTrap07Loaded:
        mov     byte ptr [ecx + KTHREAD_NpxState], NPX_STATE_LOADED
        mov     fs:[PCR_NPX_THREAD], ecx
        jmp     Kei386EoiHelper
END_FUNCTION KiTrap07

FUNCTION KiRaiseIllegalFloatContext
        sti
        mov     eax, STATUS_ILLEGAL_FLOAT_CONTEXT
        mov     ebx, [ebp + KTRAP_FRAME_Eip]
        jmp     CommonDispatchException0Args
END_FUNCTION KiRaiseIllegalFloatContext

# Writes the registers to the save area of thread EDX, their owner. ESI = that area on return.
FUNCTION KiSaveNpxState
        mov     esi, [edx + KTHREAD_InitialStack]
        sub     esi, FX_SAVE_AREA_sizeof
        cmp     byte ptr [KeI386FxsrPresent], 0
        je      KiSaveNpxStateOld
        fxsave  [esi]
        jmp     KiSaveNpxStateDone
KiSaveNpxStateOld:
        fnsave  [esi]
        fwait
KiSaveNpxStateDone:
        mov     byte ptr [edx + KTHREAD_NpxState], NPX_STATE_NOT_LOADED
        mov     dword ptr fs:[PCR_NPX_THREAD], 0
        ret
END_FUNCTION KiSaveNpxState

# Takes the registers of the current thread out of the coprocessor, so that the handler of the
# exception finds them in its CONTEXT and the next numeric instruction loads them again.
FUNCTION KiFlushNpxState
        mov     eax, cr0
        and     eax, ~(CR0_MP + CR0_EM + CR0_TS)
        mov     cr0, eax
        mov     edx, fs:[PCR_CURRENT_THREAD]
        call    KiSaveNpxState
        or      eax, NPX_STATE_NOT_LOADED
        mov     cr0, eax
        ret
END_FUNCTION KiFlushNpxState

# #MF. The exception belongs to an earlier instruction, whose address the coprocessor keeps.
FUNCTION KiTrap10
        ENTER_TRAP KiTrap10, error_code=0
        mov     eax, 0x10
        GOTO_IF_KERNEL_FRAME KiSystemFatalException
        mov     eax, cr0
        test    eax, CR0_EM
        jnz     KiRaiseIllegalFloatContext
STAGE KiTrap10Raise
        call    KiFlushNpxState
        sti
        cmp     byte ptr [KeI386FxsrPresent], 0
        je      KiTrap10Old
        movzx   ecx, word ptr [esi + FXSAVE_FORMAT_ControlWord]
        movzx   edx, word ptr [esi + FXSAVE_FORMAT_StatusWord]
        mov     ebx, [esi + FXSAVE_FORMAT_ErrorOffset]
        jmp     KiTrap10Decode
KiTrap10Old:
        movzx   ecx, word ptr [esi + FNSAVE_FORMAT_ControlWord]
        movzx   edx, word ptr [esi + FNSAVE_FORMAT_StatusWord]
        mov     ebx, [esi + FNSAVE_FORMAT_ErrorOffset]
KiTrap10Decode:
        not     ecx
        and     ecx, NPX_EXCEPTIONS
        and     ecx, edx                        # raised and not masked
        test    cl, NPX_INVALID
        jz      KiTrap10NotInvalid
        test    dl, NPX_STACK_FAULT
        mov     eax, STATUS_FLOAT_INVALID_OPERATION
        jz      KiTrap10Dispatch
        mov     eax, STATUS_FLOAT_STACK_CHECK
        xor     edx, edx
        xor     esi, esi
        jmp     CommonDispatchException2Args
KiTrap10NotInvalid:
        mov     eax, STATUS_FLOAT_DIVIDE_BY_ZERO
        test    cl, NPX_ZERO_DIVIDE
        jnz     KiTrap10Dispatch
        mov     eax, STATUS_FLOAT_DENORMAL_OPERAND
        test    cl, NPX_DENORMAL
        jnz     KiTrap10Dispatch
        mov     eax, STATUS_FLOAT_OVERFLOW
        test    cl, NPX_OVERFLOW
        jnz     KiTrap10Dispatch
        mov     eax, STATUS_FLOAT_UNDERFLOW
        test    cl, NPX_UNDERFLOW
        jnz     KiTrap10Dispatch
        mov     eax, STATUS_FLOAT_INEXACT_RESULT
        test    cl, NPX_PRECISION
        jz      Kei386EoiHelper                 # nothing pending: run the instruction again
KiTrap10Dispatch:
        xor     edx, edx
        jmp     CommonDispatchException1Args
END_FUNCTION KiTrap10

# #XM: SSE exceptions are known as a group before, or after, the result.
FUNCTION KiTrap13
        ENTER_TRAP KiTrap13, error_code=0
        mov     eax, 0x13
        GOTO_IF_KERNEL_FRAME KiSystemFatalException
        mov     eax, cr0
        test    eax, CR0_EM
        jnz     KiRaiseIllegalFloatContext
        call    KiFlushNpxState
        sti
        mov     ecx, [esi + FXSAVE_FORMAT_MXCsr]
        mov     edx, ecx
        shr     ecx, MXCSR_MASK_SHIFT
        not     ecx
        and     ecx, edx
        mov     ebx, [ebp + KTRAP_FRAME_Eip]
        mov     eax, STATUS_FLOAT_MULTIPLE_FAULTS
        test    cl, NPX_INVALID + NPX_DENORMAL + NPX_ZERO_DIVIDE
        jnz     KiTrap13Dispatch
        mov     eax, STATUS_FLOAT_MULTIPLE_TRAPS
        test    cl, NPX_OVERFLOW + NPX_UNDERFLOW + NPX_PRECISION
        jz      Kei386EoiHelper
KiTrap13Dispatch:
        xor     edx, edx
        jmp     CommonDispatchException1Args
END_FUNCTION KiTrap13
