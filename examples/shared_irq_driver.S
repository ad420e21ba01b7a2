# SPDX-License-Identifier: MIT
# A boot driver: two interrupt objects on vector 35h, the line of IRQ 5, and a service for the
# program to ask how often each was called. DriverEntry is called by KiSystemStartup.
        .intel_syntax noprefix

        .equ VECTOR, 0x35
        .equ IRQL, 27 - 5                       # device levels fall with the line
        .equ LEVEL_SENSITIVE, 0
        .equ PCR_IRQL, 0x24
        .equ KINTERRUPT_sizeof, 0x1E4

# What a handler notes at its ServiceContext.
        .equ ASKED, 0
        .equ CLAIMED, 4
        .equ SEEN_IRQL, 8
        .equ COUNTS_sizeof, 12

        .macro CONNECT object, routine, context
        push    0                               # FloatingSave
        push    0                               # ProcessorNumber
        push    1                               # ShareVector
        push    LEVEL_SENSITIVE
        push    IRQL                            # SynchronizeIrql
        push    IRQL
        push    VECTOR
        push    0                               # SpinLock: the object's own
        push    offset \context
        push    offset \routine
        push    offset \object
        call    KeInitializeInterrupt
        push    offset \object
        call    KeConnectInterrupt
        .endm

        .text
        .globl  DriverEntry
DriverEntry:
        CONNECT FirstObject, FirstHandler, FirstCounts
        CONNECT SecondObject, SecondHandler, SecondCounts
        ret

# BOOLEAN stdcall (Interrupt, ServiceContext). The first device interrupts every other time only.
        .globl  FirstHandler
FirstHandler:
        mov     ecx, [esp + 8]
        mov     al, fs:[PCR_IRQL]
        mov     [ecx + SEEN_IRQL], al
        mov     eax, [ecx + ASKED]
        inc     dword ptr [ecx + ASKED]
        and     eax, 1
        add     [ecx + CLAIMED], eax
        ret     8

        .globl  SecondHandler
SecondHandler:
        mov     ecx, [esp + 8]
        mov     al, fs:[PCR_IRQL]
        mov     [ecx + SEEN_IRQL], al
        inc     dword ptr [ecx + ASKED]
        inc     dword ptr [ecx + CLAIMED]
        mov     eax, 1
        ret     8

# NTSTATUS stdcall (ULONG* counts): both sets of counts, then the interrupts nobody claimed.
        .globl  QueryInterrupts
QueryInterrupts:
        mov     edx, [esp + 4]
        xor     ecx, ecx
QueryInterruptsNext:
        mov     eax, [FirstCounts + ecx]
        mov     [edx + ecx], eax
        add     ecx, 4
        cmp     ecx, 2 * COUNTS_sizeof
        jb      QueryInterruptsNext
        mov     eax, [KiUnclaimedInterruptCount]
        mov     [edx + ecx], eax
        xor     eax, eax
        ret     4

        .p2align 2
FirstCounts:
        .skip   COUNTS_sizeof
SecondCounts:
        .skip   COUNTS_sizeof
FirstObject:
        .skip   KINTERRUPT_sizeof
SecondObject:
        .skip   KINTERRUPT_sizeof
