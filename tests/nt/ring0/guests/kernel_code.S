# SPDX-License-Identifier: MIT
# Ring 0 of these tests, linked at 0x81800000 against the kernel's symbols.
        .intel_syntax noprefix

        .equ MOST_ARGUMENTS, 11
        .equ KINTERRUPT_sizeof, 0x1E4
        .equ PCR_Irql, 0x24
        .equ RECURSE_SERVICE, 1

        .macro LABEL name
        .globl \name
\name:
        .endm

# Service 0: calls [call_target] with [call_count] arguments as the test wrote them.
LABEL call_service
        push    ebp
        mov     ebp, esp
        mov     ecx, [call_count]
1:      jecxz   2f
        push    dword ptr [call_arguments + ecx * 4 - 4]
        dec     ecx
        jmp     1b
2:      call    dword ptr [call_target]
        mov     [call_result], eax
LABEL call_returned
        mov     esp, ebp
        pop     ebp
        ret

# Service 1: NTSTATUS stdcall (ULONG deeper). Calls itself by its own number.
LABEL recurse
        mov     eax, [esp + 4]
        test    eax, eax
        jz      recurse_deepest
        dec     eax
        push    eax
        call    ZwRecurse
        inc     eax
        ret     4
LABEL recurse_deepest
        ret     4

LABEL ZwRecurse
        mov     eax, RECURSE_SERVICE
        lea     edx, [esp + 4]
        pushfd
        push    8
        call    KiSystemService
        ret     4

# BOOLEAN stdcall (Interrupt, ServiceContext): notes level and context, and claims as many
# interrupts as claims[ServiceContext] says.
LABEL service_routine
        mov     edx, [log_count]
        mov     ecx, [esp + 8]
        movzx   eax, byte ptr fs:[PCR_Irql]
        shl     eax, 8
        add     eax, ecx
        mov     [log + edx * 4], eax
        inc     dword ptr [log_count]
        cmp     dword ptr [claims + ecx * 4], 0
        setne   al
        je      service_routine_return
        dec     dword ptr [claims + ecx * 4]
LABEL service_routine_return
        ret     8

# A stretch with interrupts off, and the shadow of STI behind it.
LABEL masked
        cli
LABEL masked_begins
        mov     ecx, 2000
1:      loop    1b
LABEL masked_ends
        sti
LABEL masked_shadow
        nop
LABEL masked_open
        nop
        ret

LABEL do_nothing
        ret

# Ring 0 for as long as the test likes.
LABEL stay
        jmp     stay

        .p2align 2
LABEL call_target
        .long   do_nothing
LABEL call_count
        .long   0
LABEL call_arguments
        .skip   4 * MOST_ARGUMENTS
LABEL call_result
        .long   0
LABEL log_count
        .long   0
LABEL log
        .skip   4 * 32
LABEL claims
        .skip   4 * 4
LABEL object_a
        .skip   KINTERRUPT_sizeof
LABEL object_b
        .skip   KINTERRUPT_sizeof
LABEL object_c
        .skip   KINTERRUPT_sizeof
LABEL kernel_buffer
        .skip   16
