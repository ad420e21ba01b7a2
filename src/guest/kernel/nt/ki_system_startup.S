# SPDX-License-Identifier: MIT
# KiSystemStartup: from the boot loader's flat segments to the first instruction of ring 3.
        .include "kernel.inc"

        .equ PCR_VERSION, 1

# [ESP+4] = LOADER_BLOCK. CR0.PG is on, the boot GDT has flat 08 and 10, the IDT limit is 0.
# EBX holds the loader block throughout.
FUNCTION KiSystemStartup
        cld
        mov     ebx, [esp + 4]
        call    KiInitializeGdt
        call    KiInitializePcr
        call    KiInitializeTss
        call    KeInitExceptions
        call    KiSetProcessorType
        call    KiSetControlRegisters
        call    KiLoadFastSyscallMachineSpecificRegisters
        call    KiInitializeUserSharedData
        call    KiInitializeUserDispatchers
        mov     ecx, PASSIVE_LEVEL
        call    KfLowerIrql
        mov     eax, [KiBootDriverEntry]
        test    eax, eax
        jz      KiSystemStartupFirstThread
        call    eax                             # interrupts are still off
KiSystemStartupFirstThread:
        mov     esi, [ebx + LOADER_BLOCK_FirstThread]
        mov     byte ptr [esi + KTHREAD_State], THREAD_STATE_RUNNING
        # The thread's base frame was made with it; its first user APC is taken on the way out.
        mov     ebp, [ebx + LOADER_BLOCK_FirstTrapFrame]
        mov     esp, ebp
        jmp     KiServiceExit2
END_FUNCTION KiSystemStartup

FUNCTION KiInitializeGdt
        mov     edi, [ebx + LOADER_BLOCK_Gdt]
        mov     esi, offset KiGdtTable
        mov     ecx, offset KiGdtTableDwords
        rep movsd
        mov     ecx, offset KiGdtRestDwords
        xor     eax, eax
        rep stosd
        mov     edi, [ebx + LOADER_BLOCK_Gdt]
        mov     eax, [ebx + LOADER_BLOCK_Tss]
        mov     edx, KGDT_TSS
        call    KiSetDescriptorBase
        mov     eax, [ebx + LOADER_BLOCK_Pcr]
        mov     edx, KGDT_R0_PCR
        call    KiSetDescriptorBase
        mov     eax, [ebx + LOADER_BLOCK_FirstThread]
        mov     eax, [eax + KTHREAD_Teb]
        mov     edx, KGDT_R3_TEB
        call    KiSetDescriptorBase
        mov     eax, offset KiDoubleFaultTss
        mov     edx, KGDT_DF_TSS
        call    KiSetDescriptorBase
        mov     eax, offset KiNmiTss
        mov     edx, KGDT_NMI_TSS
        call    KiSetDescriptorBase
        push    edi
        push    GDT_LIMIT << 16
        lgdt    [esp + 2]
        add     esp, 8
        jmp     KGDT_R0_CODE:KiGdtLoaded
KiGdtLoaded:
        mov     eax, KGDT_R0_DATA
        mov     ss, eax
        mov     eax, KGDT_R3_DATA + RPL_USER
        mov     ds, eax
        mov     es, eax
        mov     eax, KGDT_R0_PCR
        mov     fs, eax
        xor     eax, eax
        mov     gs, eax
        lldt    ax
        ret
END_FUNCTION KiInitializeGdt

# EDI = GDT, EDX = selector, EAX = base.
FUNCTION KiSetDescriptorBase
        mov     [edi + edx + KGDTENTRY_BaseLow], ax
        shr     eax, 16
        mov     [edi + edx + KGDTENTRY_BaseMid], al
        mov     [edi + edx + KGDTENTRY_BaseHi], ah
        ret
END_FUNCTION KiSetDescriptorBase

# The page is zero: only what differs is written.
FUNCTION KiInitializePcr
        mov     edi, [ebx + LOADER_BLOCK_Pcr]
        mov     esi, [ebx + LOADER_BLOCK_FirstThread]
        mov     dword ptr [edi + PCR_EXCEPTION_LIST], EXCEPTION_CHAIN_END
        mov     eax, [esi + KTHREAD_InitialStack]
        sub     eax, FX_SAVE_AREA_sizeof
        mov     [edi + KPCR_NtTib + NT_TIB_StackBase], eax
        # Later systems keep other things where the rest of a TIB would be.
        .ifdef  KPCR_TssCopy
        mov     eax, [ebx + LOADER_BLOCK_Tss]
        mov     [edi + KPCR_TssCopy], eax
        mov     dword ptr [edi + KPCR_SetMemberCopy], 1
        .else
        mov     eax, [esi + KTHREAD_StackLimit]
        mov     [edi + KPCR_NtTib + NT_TIB_StackLimit], eax
        .endif
        mov     eax, [esi + KTHREAD_Teb]
        mov     [edi + PCR_TEB], eax
        mov     [edi + KPCR_SelfPcr], edi
        lea     eax, [edi + KPCR_PrcbData]
        mov     [edi + KPCR_Prcb], eax
        mov     byte ptr [edi + KPCR_Irql], HIGH_LEVEL
        mov     eax, [ebx + LOADER_BLOCK_Idt]
        mov     [edi + KPCR_IDT], eax
        mov     eax, [ebx + LOADER_BLOCK_Gdt]
        mov     [edi + KPCR_GDT], eax
        mov     eax, [ebx + LOADER_BLOCK_Tss]
        mov     [edi + KPCR_TSS], eax
        mov     word ptr [edi + KPCR_MajorVersion], PCR_VERSION
        mov     word ptr [edi + KPCR_MinorVersion], PCR_VERSION
        mov     dword ptr [edi + KPCR_SetMember], 1
        mov     eax, [ebx + LOADER_BLOCK_Mhz]
        mov     [edi + KPCR_StallScaleFactor], eax
        mov     [edi + KPCR_PrcbData + KPRCB_MHz], eax
        .ifdef  KPCR_DebugActive
        mov     al, [esi + KTHREAD_DebugActive]
        mov     [edi + KPCR_DebugActive], al
        .endif
        mov     word ptr [edi + KPCR_PrcbData + KPRCB_MajorVersion], PCR_VERSION
        mov     word ptr [edi + KPCR_PrcbData + KPRCB_MinorVersion], PCR_VERSION
        mov     dword ptr [edi + KPCR_PrcbData + KPRCB_SetMember], 1
        mov     [edi + PCR_CURRENT_THREAD], esi
        mov     eax, [ebx + LOADER_BLOCK_IdleThread]
        mov     [edi + KPCR_PrcbData + KPRCB_IdleThread], eax
        mov     eax, [ebx + LOADER_BLOCK_DpcStackTop]
        mov     [edi + KPCR_PrcbData + KPRCB_DpcStack], eax
        ret
END_FUNCTION KiInitializePcr

FUNCTION KiInitializeTss
        mov     edi, [ebx + LOADER_BLOCK_Tss]
        mov     ecx, KTSS_sizeof / 4
        xor     eax, eax
        rep stosd
        mov     edx, [ebx + LOADER_BLOCK_Tss]
        mov     esi, [ebx + LOADER_BLOCK_FirstThread]
        mov     eax, [esi + KTHREAD_InitialStack]
        sub     eax, ESP0_TO_INITIAL_STACK
        mov     [edx + KTSS_Esp0], eax
        mov     word ptr [edx + KTSS_Ss0], KGDT_R0_DATA
        mov     eax, cr3
        mov     [edx + KTSS_CR3], eax
        mov     [KiDoubleFaultTss + KTSS_CR3], eax
        mov     [KiNmiTss + KTSS_CR3], eax
        # The map denies every port, and no limit reaches it: IN and OUT of ring 3 are #GP.
        mov     word ptr [edx + KTSS_IoMapBase], KTSS_sizeof
        lea     edi, [edx + KTSS_IoMaps + KiIoAccessMap_IoMap]
        mov     ecx, (KiIoAccessMap_sizeof - KiIoAccessMap_IoMap) / 4
        mov     eax, -1
        rep stosd
        mov     eax, KGDT_TSS
        ltr     ax
        ret
END_FUNCTION KiInitializeTss

# What ring 3 sees at 0x7FFE0000. KiSetProcessorType has filled ProcessorFeatures.
        .equ IMAGE_FILE_MACHINE_I386, 0x14C
        .equ PAGE_SHIFT, 12
        .equ LARGE_PAGE_SIZE, 0x400000
        .equ RET_INSTRUCTION, 0xC3
FUNCTION KiInitializeUserSharedData
        mov     edi, KI_USER_SHARED_DATA
        mov     eax, [ebx + LOADER_BLOCK_TickCountMultiplier]
        mov     [edi + KUSER_SHARED_DATA_TickCountMultiplier], eax
        mov     eax, [ebx + LOADER_BLOCK_BootTimeLow]
        mov     edx, [ebx + LOADER_BLOCK_BootTimeHigh]
        # Readers take High1 for the end of a write: Low stands between the two copies.
        mov     [edi + KUSER_SHARED_DATA_SystemTime + KSYSTEM_TIME_High2Time], edx
        mov     [edi + KUSER_SHARED_DATA_SystemTime + KSYSTEM_TIME_LowPart], eax
        mov     [edi + KUSER_SHARED_DATA_SystemTime + KSYSTEM_TIME_High1Time], edx
        mov     word ptr [edi + KUSER_SHARED_DATA_ImageNumberLow], IMAGE_FILE_MACHINE_I386
        mov     word ptr [edi + KUSER_SHARED_DATA_ImageNumberHigh], IMAGE_FILE_MACHINE_I386
        mov     dword ptr [edi + KUSER_SHARED_DATA_NtProductType], PROFILE_product_type
        mov     byte ptr [edi + KUSER_SHARED_DATA_ProductTypeIsValid], 1
        mov     eax, [ebx + LOADER_BLOCK_NtMajor]
        mov     [edi + KUSER_SHARED_DATA_NtMajorVersion], eax
        mov     eax, [ebx + LOADER_BLOCK_NtMinor]
        mov     [edi + KUSER_SHARED_DATA_NtMinorVersion], eax
        .ifdef  KUSER_SHARED_DATA_NumberOfPhysicalPages
        mov     eax, [ebx + LOADER_BLOCK_RamBytes]
        shr     eax, PAGE_SHIFT
        mov     [edi + KUSER_SHARED_DATA_NumberOfPhysicalPages], eax
        .endif
        .ifdef  KUSER_SHARED_DATA_LargePageMinimum
        test    dword ptr [KiCr4Features], CR4_PSE
        jz      KiSystemCallSlot
        mov     dword ptr [edi + KUSER_SHARED_DATA_LargePageMinimum], LARGE_PAGE_SIZE
        .endif
KiSystemCallSlot:
        .if     SYSTEM_CALL_BY_CODE
        # mov edx,esp; sysenter; ret -- or -- lea edx,[esp+8]; int 2Eh; ret
        mov     eax, 0x340FD48B
        mov     edx, 0x000000C3
        cmp     byte ptr [KiFastSystemCallIsIA32], 0
        jne     KiSystemCallChosen
        mov     eax, 0x0824548D
        mov     edx, 0x00C32ECD
KiSystemCallChosen:
        mov     [edi + KUSER_SHARED_DATA_SystemCall], eax
        mov     [edi + KUSER_SHARED_DATA_SystemCall + 4], edx
        ret
        .else
        .if     SYSTEM_CALL_BY_POINTER
        mov     byte ptr [edi + KUSER_SHARED_DATA_TestRetInstruction], RET_INSTRUCTION
        mov     eax, [ebx + LOADER_BLOCK_KiIntSystemCall]
        cmp     byte ptr [KiFastSystemCallIsIA32], 0
        je      KiSystemCallChosen
        mov     eax, [ebx + LOADER_BLOCK_KiFastSystemCall]
KiSystemCallChosen:
        mov     [edi + KUSER_SHARED_DATA_SystemCall], eax
        .else
        # The page has no such slot; a SYSENTER that was asked for nevertheless needs one.
        cmp     byte ptr [KiFastSystemCallIsIA32], 0
        je      KiNoSystemCallSlot
        mov     byte ptr [edi + KUSER_SHARED_DATA_TestRetInstruction], RET_INSTRUCTION
        .endif
        mov     eax, [ebx + LOADER_BLOCK_KiFastSystemCallRet]
        test    eax, eax
        jnz     KiSystemCallReturnChosen
        # Without an ntdll a SYSENTER returns through the RET byte of this page.
        mov     eax, MM_SHARED_USER_DATA_VA + KUSER_SHARED_DATA_TestRetInstruction
KiSystemCallReturnChosen:
        mov     [edi + KUSER_SHARED_DATA_SystemCallReturn], eax
KiNoSystemCallSlot:
        ret
        .endif
END_FUNCTION KiInitializeUserSharedData

# Where the kernel sends a user thread: exports of ntdll, or zero.
        .macro COPY_FROM_LOADER_BLOCK field, variable
        mov     eax, [ebx + LOADER_BLOCK_\field]
        mov     [\variable], eax
        .endm

        .equ FREE_BUILD, 0xF0000000
FUNCTION KiInitializeUserDispatchers
        mov     [KeLoaderBlock], ebx
        COPY_FROM_LOADER_BLOCK NtdllBase, PspSystemDllBase
        COPY_FROM_LOADER_BLOCK LdrInitializeThunk, PspLoaderInitRoutine
        COPY_FROM_LOADER_BLOCK KiUserApcDispatcher, KeUserApcDispatcher
        COPY_FROM_LOADER_BLOCK KiUserCallbackDispatcher, KeUserCallbackDispatcher
        COPY_FROM_LOADER_BLOCK KiUserExceptionDispatcher, KeUserExceptionDispatcher
        COPY_FROM_LOADER_BLOCK KiRaiseUserExceptionDispatcher, KeRaiseUserExceptionDispatcher
        mov     eax, [ebx + LOADER_BLOCK_BuildNumber]
        or      eax, FREE_BUILD
        mov     [NtBuildNumber], eax
        ret
END_FUNCTION KiInitializeUserDispatchers

# Selector order 08 10 18 20 is what SYSENTER and SYSEXIT count on. Bases of zero that are not
# flat are set by KiInitializeGdt.
        .section .rodata
        .p2align 3
        .globl  KiGdtTable
        .type   KiGdtTable, @object
KiGdtTable:
        .quad   0
        .quad   0x00CF9B000000FFFF              # 08 ring 0 code
        .quad   0x00CF93000000FFFF              # 10 ring 0 data
        .quad   0x00CFFB000000FFFF              # 18 ring 3 code
        .quad   0x00CFF3000000FFFF              # 20 ring 3 data
        .quad   0x0000890000000000 + KTSS_sizeof - 1            # 28 TSS
        .quad   0x00C0930000000001              # 30 PCR, two pages
        .quad   0x0040F30000000FFF              # 38 TEB
        .quad   0x0000F2000400FFFF              # 40 VDM tile
        .quad   0                               # 48 LDT
        .quad   0x0000890000000000 + KTSS_IoMaps - 1            # 50 double-fault TSS
        .quad   0x0000890000000000 + KTSS_IoMaps - 1            # 58 NMI TSS
KiGdtTableEnd:
        .size   KiGdtTable, . - KiGdtTable
        .equ    KiGdtTableDwords, (KiGdtTableEnd - KiGdtTable) / 4
        .equ    KiGdtRestDwords, (GDT_LIMIT + 1) / 4 - KiGdtTableDwords
