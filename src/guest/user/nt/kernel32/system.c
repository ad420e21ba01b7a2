// SPDX-License-Identifier: MIT
// GetSystemInfo: page size, address range, processors.
#include "nt/win32.h"

typedef struct {
    WORD wProcessorArchitecture;
    WORD wReserved;
    DWORD dwPageSize;
    PVOID lpMinimumApplicationAddress;
    PVOID lpMaximumApplicationAddress;
    DWORD dwActiveProcessorMask;
    DWORD dwNumberOfProcessors;
    DWORD dwProcessorType;
    DWORD dwAllocationGranularity;
    WORD wProcessorLevel;
    WORD wProcessorRevision;
} SYSTEM_INFO;

#define PF_COMPARE_EXCHANGE_DOUBLE 2

VOID WINAPI GetSystemInfo(SYSTEM_INFO* info) {
    SYSTEM_BASIC_INFORMATION basic;
    memset(info, 0, sizeof *info);
    if (!NT_SUCCESS(NtQuerySystemInformation(SystemBasicInformation, &basic, sizeof basic, NULL))) {
        return;
    }
    info->dwPageSize = basic.PageSize;
    info->lpMinimumApplicationAddress = (PVOID)basic.MinimumUserModeAddress;
    info->lpMaximumApplicationAddress = (PVOID)basic.MaximumUserModeAddress;
    info->dwActiveProcessorMask = basic.ActiveProcessorsAffinityMask;
    info->dwNumberOfProcessors = basic.NumberOfProcessors;
    info->dwAllocationGranularity = basic.AllocationGranularity;
    // CMPXCHG8B came with the Pentium: 586 then, 486 below.
    const BOOLEAN pentium = SharedUserData->ProcessorFeatures[PF_COMPARE_EXCHANGE_DOUBLE];
    info->dwProcessorType = pentium ? 586 : 486;
    info->wProcessorLevel = pentium ? 5 : 4;
}
