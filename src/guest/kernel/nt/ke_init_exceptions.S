# SPDX-License-Identifier: MIT
# The interrupt descriptor table. NT uses interrupt gates throughout, the service gate included.
        .include "kernel.inc"

        .equ D_INT032, 0x8E00
        .equ D_INT332, 0xEE00
        .equ D_TASK, 0x8500

# Fills the IDT from KiIdtTable and loads it. EBX = loader block.
FUNCTION KeInitExceptions
        mov     esi, offset KiIdtTable
        mov     edi, [ebx + LOADER_BLOCK_Idt]
        mov     ecx, IDT_ENTRIES
KeInitExceptionsNext:
        mov     eax, [esi]
        mov     edx, [esi + 4]
        mov     [edi + KIDTENTRY_Offset], ax
        shr     eax, 16
        mov     [edi + KIDTENTRY_ExtendedOffset], ax
        mov     [edi + KIDTENTRY_Access], dx
        shr     edx, 16
        mov     [edi + KIDTENTRY_Selector], dx
        add     esi, 8
        add     edi, KIDTENTRY_sizeof
        loop    KeInitExceptionsNext
        push    dword ptr [ebx + LOADER_BLOCK_Idt]
        push    IDT_LIMIT << 16
        lidt    [esp + 2]
        add     esp, 8
        ret
END_FUNCTION KeInitExceptions

        .macro GATE handler, access
        .long   \handler
        .word   \access, KGDT_R0_CODE
        .endm

        .macro TASK_GATE selector
        .long   0
        .word   D_TASK, \selector
        .endm

        .macro EMPTY_GATE
        .long   0, 0
        .endm

        .section .rodata
        .p2align 3
        .globl  KiIdtTable
        .type   KiIdtTable, @object
KiIdtTable:
        GATE    KiTrap00, D_INT032
        GATE    KiTrap01, D_INT032
        TASK_GATE KGDT_NMI_TSS                  # KiTrap02
        GATE    KiTrap03, D_INT332
        GATE    KiTrap04, D_INT332
        GATE    KiTrap05, D_INT032
        GATE    KiTrap06, D_INT032
        GATE    KiTrap07, D_INT032
        TASK_GATE KGDT_DF_TSS                   # KiTrap08
        GATE    KiTrap09, D_INT032
        GATE    KiTrap0A, D_INT032
        GATE    KiTrap0B, D_INT032
        GATE    KiTrap0C, D_INT032
        GATE    KiTrap0D, D_INT032
        GATE    KiTrap0E, D_INT032
        GATE    KiTrap0F, D_INT032
        GATE    KiTrap10, D_INT032
        GATE    KiTrap11, D_INT032
        GATE    KiTrap0F, D_INT032              # 12, machine check
        GATE    KiTrap13, D_INT032
        .rept   0x20 - 0x14
        GATE    KiTrap0F, D_INT032
        .endr
        .rept   0x2A - 0x20
        .if     PROFILE_int20_traps
        GATE    KiTrap0F, D_INT032
        .else
        EMPTY_GATE
        .endif
        .endr
        GATE    KiGetTickCount, D_INT332
        GATE    KiCallbackReturn, D_INT332
        .if     PROFILE_int2c_assertion
        GATE    KiRaiseAssertion, D_INT332
        .else
        GATE    KiSetLowWaitHighThread, D_INT332
        .endif
        GATE    KiDebugService, D_INT332
        GATE    KiSystemService, D_INT332
        GATE    KiTrap0F, D_INT032
        GATE    KiClockInterrupt, D_INT032
        .irpc   low, 123456789ABCDEF
        GATE    KiUnexpectedInterrupt3\low, D_INT032
        .endr
        .irpc   high, 456789ABCDEF
        .irpc   low, 0123456789ABCDEF
        GATE    KiUnexpectedInterrupt\high\low, D_INT032
        .endr
        .endr
        .size   KiIdtTable, . - KiIdtTable
        .if     . - KiIdtTable - IDT_ENTRIES * 8
        .error  "the IDT table does not have 256 rows"
        .endif
