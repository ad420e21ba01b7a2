// SPDX-License-Identifier: MIT
// The stack of a new thread: a reservation whose top is committed, with a guard page below that.
// ntdll.dll and kernel32.dll each make stacks, as theirs do on NT.
#pragma once

#include "nt/pe.h"
#include "nt/rtl.h"
#include "nt/services.h"
#include "nt/status.h"

#define STACK_PAGE 0x1000u
#define STACK_GRANULARITY 0x10000u
#define STACK_MEGABYTE 0x100000u

/// Sizes of 0 are those of the program's image.
static inline NTSTATUS create_user_stack(SIZE_T reserve, SIZE_T commit, PINITIAL_TEB teb) {
    const IMAGE_NT_HEADERS* const headers = RtlImageNtHeader(NtCurrentPeb()->ImageBaseAddress);
    if (reserve == 0) {
        reserve = headers->SizeOfStackReserve;
    }
    if (commit == 0) {
        commit = headers->SizeOfStackCommit;
    }
    if (commit >= reserve) {
        reserve = (commit + STACK_MEGABYTE - 1) & ~(STACK_MEGABYTE - 1);
    }
    commit = (commit + STACK_PAGE - 1) & ~(STACK_PAGE - 1);
    reserve = (reserve + STACK_GRANULARITY - 1) & ~(STACK_GRANULARITY - 1);
    if (commit > reserve) {
        return STATUS_NO_MEMORY;
    }
    PVOID base = NULL;
    SIZE_T size = reserve;
    NTSTATUS status =
        NtAllocateVirtualMemory(NtCurrentProcess(), &base, 0, &size, MEM_RESERVE, PAGE_READWRITE);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    const SIZE_T guard = reserve > commit ? STACK_PAGE : 0;
    PVOID limit = (char*)base + reserve - commit - guard;
    size = commit + guard;
    status =
        NtAllocateVirtualMemory(NtCurrentProcess(), &limit, 0, &size, MEM_COMMIT, PAGE_READWRITE);
    if (NT_SUCCESS(status) && guard != 0) {
        ULONG old;
        PVOID page = limit;
        size = guard;
        status = NtProtectVirtualMemory(NtCurrentProcess(), &page, &size,
                                        PAGE_READWRITE | PAGE_GUARD, &old);
    }
    if (!NT_SUCCESS(status)) {
        size = 0;
        NtFreeVirtualMemory(NtCurrentProcess(), &base, &size, MEM_RELEASE);
        return status;
    }
    teb->PreviousStackBase = teb->PreviousStackLimit = NULL;
    teb->StackBase = (char*)base + reserve;
    teb->StackLimit = (char*)limit + guard;
    teb->AllocatedStackBase = base;
    return STATUS_SUCCESS;
}

static inline VOID free_user_stack(const INITIAL_TEB* teb) {
    PVOID base = teb->AllocatedStackBase;
    SIZE_T size = 0;
    NtFreeVirtualMemory(NtCurrentProcess(), &base, &size, MEM_RELEASE);
}
