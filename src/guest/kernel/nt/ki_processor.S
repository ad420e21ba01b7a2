# SPDX-License-Identifier: MIT
# Which processor this is, and what is switched on for it.
        .include "kernel.inc"

        .equ CPUID_FPU, 1 << 0
        .equ CPUID_VME, 1 << 1
        .equ CPUID_DE, 1 << 2
        .equ CPUID_PSE, 1 << 3
        .equ CPUID_TSC, 1 << 4
        .equ CPUID_CX8, 1 << 8
        .equ CPUID_SEP, 1 << 11
        .equ CPUID_MTRR, 1 << 12
        .equ CPUID_PGE, 1 << 13
        .equ CPUID_CMOV, 1 << 15
        .equ CPUID_PAT, 1 << 16
        .equ CPUID_MMX, 1 << 23
        .equ CPUID_FXSR, 1 << 24
        .equ CPUID_SSE, 1 << 25
        .equ CPUID_SSE2, 1 << 26

# KPRCB.FeatureBits
        .equ KF_V86_VIS, 0x1
        .equ KF_RDTSC, 0x2
        .equ KF_CR4, 0x4
        .equ KF_CMOV, 0x8
        .equ KF_GLOBAL_PAGE, 0x10
        .equ KF_LARGE_PAGE, 0x20
        .equ KF_MTRR, 0x40
        .equ KF_CMPXCHG8B, 0x80
        .equ KF_MMX, 0x100
        .equ KF_PAT, 0x400
        .equ KF_FXSR, 0x800
        .equ KF_FAST_SYSCALL, 0x1000
        .equ KF_XMMI, 0x2000
        .equ KF_XMMI64, 0x10000

# Indices of KUSER_SHARED_DATA.ProcessorFeatures
        .equ PF_FLOATING_POINT_EMULATED, 1
        .equ PF_COMPARE_EXCHANGE_DOUBLE, 2
        .equ PF_MMX_INSTRUCTIONS_AVAILABLE, 3
        .equ PF_XMMI_INSTRUCTIONS_AVAILABLE, 6
        .equ PF_RDTSC_INSTRUCTION_AVAILABLE, 8
        .equ PF_XMMI64_INSTRUCTIONS_AVAILABLE, 10
        .equ PF_NONE, -1

        .equ CPU_386, 3
        .equ CPU_486, 4
        .equ CPUID_VENDOR_BYTES, 12

# Fills CpuType, CpuID, CpuStep and VendorString of the PRCB, and KiCpuFeatures. A processor whose
# EFLAGS.AC does not toggle is a 386; one whose EFLAGS.ID does not has no CPUID.
FUNCTION KiSetProcessorType
        mov     eax, EFLAGS_AC
        call    KiToggleEFlags
        mov     byte ptr fs:[KPCR_PrcbData + KPRCB_CpuType], CPU_386
        jz      KiFeatures
        mov     byte ptr fs:[KPCR_PrcbData + KPRCB_CpuType], CPU_486
        mov     eax, EFLAGS_ID
        call    KiToggleEFlags
        jz      KiFeatures
        push    ebx
        xor     eax, eax
        cpuid
        mov     fs:[KPCR_PrcbData + KPRCB_VendorString], ebx
        mov     fs:[KPCR_PrcbData + KPRCB_VendorString + 4], edx
        mov     fs:[KPCR_PrcbData + KPRCB_VendorString + 8], ecx
        mov     byte ptr fs:[KPCR_PrcbData + KPRCB_VendorString + CPUID_VENDOR_BYTES], 0
        mov     eax, 1
        cpuid
        pop     ebx
        mov     [KiCpuSignature], eax
        mov     [KiCpuFeatures], edx
        mov     byte ptr fs:[KPCR_PrcbData + KPRCB_CpuID], 1
        # Signature: family in bits 8 to 11, model in 4 to 7, stepping in 0 to 3.
        mov     ecx, eax
        and     ah, 0x0F
        mov     fs:[KPCR_PrcbData + KPRCB_CpuType], ah
        mov     ah, cl
        shr     ah, 4
        and     al, 0x0F
        mov     fs:[KPCR_PrcbData + KPRCB_CpuStep], ax
KiFeatures:
        jmp     KiGetFeatureBits
END_FUNCTION KiSetProcessorType

# EAX = one bit of EFLAGS. ZF: this processor does not let it change.
FUNCTION KiToggleEFlags
        pushfd
        pop     ecx
        xor     eax, ecx
        push    eax
        popfd
        pushfd
        pop     eax
        push    ecx
        popfd
        xor     eax, ecx
        ret
END_FUNCTION KiToggleEFlags

# Goes through KiFeatureTable with CPUID's answer.
        .equ ROW_CPUID, 0
        .equ ROW_KF, 4
        .equ ROW_CR4, 8
        .equ ROW_PF, 12
        .equ ROW_sizeof, 16
FUNCTION KiGetFeatureBits
        mov     esi, offset KiFeatureTable
        xor     eax, eax                        # FeatureBits
        xor     ecx, ecx                        # CR4
KiFeatureNext:
        mov     edx, [esi + ROW_CPUID]
        test    edx, [KiCpuFeatures]
        jz      KiFeatureSkip
        or      eax, [esi + ROW_KF]
        or      ecx, [esi + ROW_CR4]
        mov     edi, [esi + ROW_PF]
        cmp     edi, PF_NONE
        je      KiFeatureSkip
        mov     byte ptr [KI_USER_SHARED_DATA + KUSER_SHARED_DATA_ProcessorFeatures + edi], 1
KiFeatureSkip:
        add     esi, ROW_sizeof
        cmp     esi, offset KiFeatureTableEnd
        jb      KiFeatureNext
        test    ecx, ecx
        jz      KiFeatureNoCr4
        or      eax, KF_CR4
KiFeatureNoCr4:
        mov     [KiCr4Features], ecx
        mov     [KeFeatureBits], eax
        mov     fs:[KPCR_PrcbData + KPRCB_FeatureBits], eax
        test    eax, KF_FXSR
        setnz   byte ptr [KeI386FxsrPresent]
        test    eax, KF_XMMI
        setnz   byte ptr [KeI386XMMIPresent]
        test    dword ptr [KiCpuFeatures], CPUID_FPU
        setnz   byte ptr [KeI386NpxPresent]
        setz    byte ptr ds:[KI_USER_SHARED_DATA + KUSER_SHARED_DATA_ProcessorFeatures + PF_FLOATING_POINT_EMULATED]
        ret
END_FUNCTION KiGetFeatureBits

# CR0 and CR4. A 386 has no WP and NE, and ignores the bits; a processor without features of CR4
# may have no CR4. Without a coprocessor EM makes its instructions #NM.
FUNCTION KiSetControlRegisters
        mov     eax, CR0_BASE + CR0_EM
        cmp     byte ptr [KeI386NpxPresent], 0
        je      KiSetCr0
        mov     esi, [ebx + LOADER_BLOCK_FirstThread]
        mov     edi, [esi + KTHREAD_InitialStack]
        movzx   eax, byte ptr [esi + KTHREAD_NpxState]
        or      eax, [edi - FX_SAVE_AREA_sizeof + FX_SAVE_AREA_Cr0NpxState]
        and     eax, CR0_MP + CR0_EM + CR0_TS
        or      eax, CR0_BASE
KiSetCr0:
        mov     cr0, eax
        mov     fs:[PCR_SPECIAL_REGISTERS + KSPECIAL_REGISTERS_Cr0], eax
        mov     eax, cr3
        mov     fs:[PCR_SPECIAL_REGISTERS + KSPECIAL_REGISTERS_Cr3], eax
        mov     ecx, [KiCr4Features]
        test    ecx, ecx
        jz      KiSetCr4Done
        mov     eax, cr4
        or      eax, ecx
        mov     cr4, eax
        mov     fs:[PCR_SPECIAL_REGISTERS + KSPECIAL_REGISTERS_Cr4], eax
KiSetCr4Done:
        ret
END_FUNCTION KiSetControlRegisters

# Aims SYSENTER at KiFastCallEntry, and the exit of services at SYSEXIT if SYSENTER is chosen.
        .equ ENTRY_INT2E, 1
        .equ ENTRY_SYSENTER, 2
        .equ SIGNATURE_FAMILY, 0xF00
        .equ SIGNATURE_FAMILY_6, 0x600
        .equ SIGNATURE_MODEL, 0x0F0
        .equ SIGNATURE_MODEL_3, 0x030
        .equ SIGNATURE_STEPPING, 0x00F
        .equ SIGNATURE_STEPPING_3, 0x003
FUNCTION KiLoadFastSyscallMachineSpecificRegisters
        test    dword ptr [KiCpuFeatures], CPUID_SEP
        jz      KiNoFastSyscall
        .if     PROFILE_sysenter == 0
        # This system does not know the instruction; whoever wants it has to say so.
        cmp     dword ptr [ebx + LOADER_BLOCK_EntryChoice], ENTRY_SYSENTER
        jne     KiNoFastSyscall
        .endif
        # The first Pentium Pros report SEP and do not have it.
        mov     eax, [KiCpuSignature]
        mov     ecx, eax
        mov     edx, eax
        and     eax, SIGNATURE_FAMILY
        cmp     eax, SIGNATURE_FAMILY_6
        jne     KiHaveFastSyscall
        and     ecx, SIGNATURE_MODEL
        cmp     ecx, SIGNATURE_MODEL_3
        jae     KiHaveFastSyscall
        and     edx, SIGNATURE_STEPPING
        cmp     edx, SIGNATURE_STEPPING_3
        jb      KiNoFastSyscall
KiHaveFastSyscall:
        or      dword ptr [KeFeatureBits], KF_FAST_SYSCALL
        or      dword ptr fs:[KPCR_PrcbData + KPRCB_FeatureBits], KF_FAST_SYSCALL
        xor     edx, edx
        mov     ecx, MSR_SYSENTER_CS
        mov     eax, KGDT_R0_CODE
        wrmsr
        mov     ecx, MSR_SYSENTER_ESP
        mov     eax, fs:[KPCR_PrcbData + KPRCB_DpcStack]
        wrmsr
        mov     ecx, MSR_SYSENTER_EIP
        mov     eax, offset KiFastCallEntry
        wrmsr
        cmp     dword ptr [ebx + LOADER_BLOCK_EntryChoice], ENTRY_INT2E
        je      KiNoFastSyscall
        mov     byte ptr [KiFastSystemCallIsIA32], 1
        mov     al, [KiSystemCallExitBySysexit]
        mov     [KiSystemCallExitBranch + 1], al
KiNoFastSyscall:
        ret
END_FUNCTION KiLoadFastSyscallMachineSpecificRegisters

        .section .rodata
        .p2align 2
        .globl  KiFeatureTable
        .type   KiFeatureTable, @object
KiFeatureTable:
        .long   CPUID_VME, KF_V86_VIS, 0, PF_NONE
        .long   CPUID_DE, 0, CR4_DE, PF_NONE
        .long   CPUID_PSE, KF_LARGE_PAGE, CR4_PSE, PF_NONE
        .long   CPUID_TSC, KF_RDTSC, 0, PF_RDTSC_INSTRUCTION_AVAILABLE
        .long   CPUID_CX8, KF_CMPXCHG8B, 0, PF_COMPARE_EXCHANGE_DOUBLE
        .long   CPUID_MTRR, KF_MTRR, 0, PF_NONE
        .long   CPUID_PGE, KF_GLOBAL_PAGE, CR4_PGE, PF_NONE
        .long   CPUID_CMOV, KF_CMOV, 0, PF_NONE
        .long   CPUID_PAT, KF_PAT, 0, PF_NONE
        .long   CPUID_MMX, KF_MMX, 0, PF_MMX_INSTRUCTIONS_AVAILABLE
        .long   CPUID_FXSR, KF_FXSR, CR4_OSFXSR, PF_NONE
        .long   CPUID_SSE, KF_XMMI, CR4_OSXMMEXCPT, PF_XMMI_INSTRUCTIONS_AVAILABLE
        .long   CPUID_SSE2, KF_XMMI64, 0, PF_XMMI64_INSTRUCTIONS_AVAILABLE
KiFeatureTableEnd:
        .size   KiFeatureTable, . - KiFeatureTable
