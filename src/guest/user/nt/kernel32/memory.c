// SPDX-License-Identifier: MIT
// Virtual memory and the heap under their Win32 names.
#include "nt/win32.h"

#define HEAP_NO_SERIALIZE_FLAG 1

PVOID WINAPI VirtualAllocEx(HANDLE process, PVOID address, SIZE_T size, DWORD type, DWORD protect) {
    // Below 64 KiB NT would read the address as "anywhere"; Win32 says no.
    if (address != NULL && (ULONG_PTR)address < 0x10000) {
        RtlSetLastWin32Error(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    const NTSTATUS status = NtAllocateVirtualMemory(process, &address, 0, &size, type, protect);
    if (!NT_SUCCESS(status)) {
        BaseSetLastNTError(status);
        return NULL;
    }
    return address;
}

PVOID WINAPI VirtualAlloc(PVOID address, SIZE_T size, DWORD type, DWORD protect) {
    return VirtualAllocEx(NtCurrentProcess(), address, size, type, protect);
}

BOOL WINAPI VirtualFree(PVOID address, SIZE_T size, DWORD type) {
    if ((type & MEM_RELEASE) && size != 0) {
        RtlSetLastWin32Error(ERROR_INVALID_PARAMETER);
        return FALSE;
    }
    const NTSTATUS status = NtFreeVirtualMemory(NtCurrentProcess(), &address, &size, type);
    return NT_SUCCESS(status) ? TRUE : BaseSetLastNTError(status);
}

BOOL WINAPI VirtualProtect(PVOID address, SIZE_T size, DWORD protect, LPDWORD old) {
    const NTSTATUS status =
        NtProtectVirtualMemory(NtCurrentProcess(), &address, &size, protect, old);
    return NT_SUCCESS(status) ? TRUE : BaseSetLastNTError(status);
}

SIZE_T WINAPI VirtualQuery(LPCVOID address, PVOID buffer, SIZE_T size) {
    SIZE_T used = 0;
    const NTSTATUS status = NtQueryVirtualMemory(NtCurrentProcess(), address,
                                                 MemoryBasicInformation, buffer, size, &used);
    if (!NT_SUCCESS(status)) {
        BaseSetLastNTError(status);
        return 0;
    }
    return used;
}

HANDLE WINAPI GetProcessHeap(void) {
    return NtCurrentPeb()->ProcessHeap;
}

HANDLE WINAPI HeapCreate(DWORD options, SIZE_T initial, SIZE_T maximum) {
    const ULONG flags = (options & (HEAP_GENERATE_EXCEPTIONS | HEAP_NO_SERIALIZE_FLAG)) |
                        (maximum == 0 ? HEAP_GROWABLE : 0);
    PVOID heap = RtlCreateHeap(flags, NULL, maximum, initial, NULL, NULL);
    if (heap == NULL) {
        RtlSetLastWin32Error(ERROR_NOT_ENOUGH_MEMORY);
    }
    return heap;
}

BOOL WINAPI HeapDestroy(HANDLE heap) {
    if (RtlDestroyHeap(heap) == NULL) {
        return TRUE;
    }
    RtlSetLastWin32Error(ERROR_INVALID_HANDLE);
    return FALSE;
}

PVOID WINAPI HeapAlloc(HANDLE heap, DWORD flags, SIZE_T size) {
    return RtlAllocateHeap(heap, flags, size);
}

PVOID WINAPI HeapReAlloc(HANDLE heap, DWORD flags, PVOID block, SIZE_T size) {
    return RtlReAllocateHeap(heap, flags, block, size);
}

BOOL WINAPI HeapFree(HANDLE heap, DWORD flags, PVOID block) {
    return RtlFreeHeap(heap, flags, block);
}

SIZE_T WINAPI HeapSize(HANDLE heap, DWORD flags, LPCVOID block) {
    return RtlSizeHeap(heap, flags, (PVOID)(ULONG_PTR)block);
}

BOOL WINAPI HeapValidate(HANDLE heap, DWORD flags, LPCVOID block) {
    return RtlValidateHeap(heap, flags, (PVOID)(ULONG_PTR)block);
}

/// The movable-memory interface of old programs: fixed blocks only, whose handle is their address.
PVOID WINAPI LocalAlloc(UINT flags, SIZE_T size) {
    if (flags & ~0x40u) {
        RtlSetLastWin32Error(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    PVOID block = RtlAllocateHeap(GetProcessHeap(), flags & 0x40 ? HEAP_ZERO_MEMORY : 0, size);
    if (block == NULL) {
        RtlSetLastWin32Error(ERROR_NOT_ENOUGH_MEMORY);
    }
    return block;
}

PVOID WINAPI LocalFree(PVOID block) {
    return RtlFreeHeap(GetProcessHeap(), 0, block) ? NULL : block;
}
