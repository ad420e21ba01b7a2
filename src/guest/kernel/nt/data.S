# SPDX-License-Identifier: MIT
# Variables of the kernel that other parts and debuggers look up by name.
        .include "kernel.inc"

        .equ TABLES_sizeof, 4 * KSERVICE_TABLE_DESCRIPTOR_sizeof
        .equ TASK_STACK_sizeof, 0x1000

        .data
# Filled before KiSystemStartup, since the arrays behind them are made from the profile.
VARIABLE KeServiceDescriptorTable, TABLES_sizeof
        .skip   TABLES_sizeof
VARIABLE KeServiceDescriptorTableShadow, TABLES_sizeof
        .skip   TABLES_sizeof

VARIABLE MmUserProbeAddress, 4
        .long   MM_USER_PROBE_ADDRESS
VARIABLE MmHighestUserAddress, 4
        .long   MM_USER_PROBE_ADDRESS - 1
VARIABLE KeTimeIncrement, 4
        .long   PROFILE_time_increment          # in units of 100 ns
VARIABLE NtBuildNumber, 4
        .long   0
VARIABLE KeLoaderBlock, 4
        .long   0

VARIABLE PspSystemDllBase, 4
        .long   0
VARIABLE PspLoaderInitRoutine, 4
        .long   0
VARIABLE KeUserApcDispatcher, 4
        .long   0
VARIABLE KeUserCallbackDispatcher, 4
        .long   0
VARIABLE KeUserExceptionDispatcher, 4
        .long   0
VARIABLE KeRaiseUserExceptionDispatcher, 4
        .long   0

# A driver's entry point, called before the first thread runs; zero: there is none.
VARIABLE KiBootDriverEntry, 4
        .long   0
# Interrupts that no service routine claimed, or that nobody had connected.
VARIABLE KiUnclaimedInterruptCount, 4
        .long   0

VARIABLE KiCpuSignature, 4
        .long   0
VARIABLE KiCpuFeatures, 4
        .long   0
VARIABLE KiCr4Features, 4
        .long   0
VARIABLE KeFeatureBits, 4
        .long   0
VARIABLE KeI386NpxPresent, 1
        .byte   0
VARIABLE KeI386FxsrPresent, 1
        .byte   0
VARIABLE KeI386XMMIPresent, 1
        .byte   0
VARIABLE KiFastSystemCallIsIA32, 1
        .byte   0

# A task that runs HANDLER on a stack of its own. Its CR3 is filled at start-up.
        .macro TASK name, handler, stack_top
        .p2align 3
        VARIABLE \name, KTSS_IoMaps
        .org    \name + KTSS_Esp0
        .long   \stack_top
        .org    \name + KTSS_Ss0
        .word   KGDT_R0_DATA
        .org    \name + KTSS_Eip
        .long   \handler
        .org    \name + KTSS_EFlags
        .long   EFLAGS_ALWAYS
        .org    \name + KTSS_Esp
        .long   \stack_top
        .org    \name + KTSS_Es
        .word   KGDT_R3_DATA + RPL_USER
        .org    \name + KTSS_Cs
        .word   KGDT_R0_CODE
        .org    \name + KTSS_Ss
        .word   KGDT_R0_DATA
        .org    \name + KTSS_Ds
        .word   KGDT_R3_DATA + RPL_USER
        .org    \name + KTSS_Fs
        .word   KGDT_R0_PCR
        .org    \name + KTSS_IoMapBase
        .word   KTSS_IoMaps
        .endm

TASK KiDoubleFaultTss, KiTrap08, KiDoubleFaultStackTop
TASK KiNmiTss, KiTrap02, KiNmiStackTop

        .p2align 12
VARIABLE KiDoubleFaultStack, TASK_STACK_sizeof
        .skip   TASK_STACK_sizeof
        .globl  KiDoubleFaultStackTop
KiDoubleFaultStackTop:
VARIABLE KiNmiStack, TASK_STACK_sizeof
        .skip   TASK_STACK_sizeof
        .globl  KiNmiStackTop
KiNmiStackTop:
