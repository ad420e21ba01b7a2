// SPDX-License-Identifier: MIT
// Thread-local slots by index: 64 in the TEB, their bitmap in the PEB.
#include "nt/win32.h"

#define TLS_OUT_OF_INDEXES 0xFFFFFFFFu
#define ERROR_NO_MORE_ITEMS 259

DWORD WINAPI TlsAlloc(void) {
    ULONG* const bits = NtCurrentPeb()->TlsBitmapBits;
    DWORD found = TLS_OUT_OF_INDEXES;
    RtlAcquirePebLock();
    for (DWORD i = 0; i < TLS_MINIMUM_AVAILABLE && found == TLS_OUT_OF_INDEXES; ++i) {
        if (!(bits[i / 32] >> (i % 32) & 1)) {
            bits[i / 32] |= 1u << (i % 32);
            found = i;
        }
    }
    RtlReleasePebLock();
    if (found == TLS_OUT_OF_INDEXES) {
        RtlSetLastWin32Error(ERROR_NO_MORE_ITEMS);
    } else {
        NtCurrentTeb()->TlsSlots[found] = NULL;
    }
    return found;
}

static BOOL in_range(DWORD index) {
    if (index >= TLS_MINIMUM_AVAILABLE) {
        RtlSetLastWin32Error(ERROR_INVALID_PARAMETER);
        return FALSE;
    }
    return TRUE;
}

BOOL WINAPI TlsFree(DWORD index) {
    ULONG* const bits = NtCurrentPeb()->TlsBitmapBits;
    if (!in_range(index) || !(bits[index / 32] >> (index % 32) & 1)) {
        RtlSetLastWin32Error(ERROR_INVALID_PARAMETER);
        return FALSE;
    }
    RtlAcquirePebLock();
    bits[index / 32] &= ~(1u << (index % 32));
    RtlReleasePebLock();
    NtSetInformationThread(NtCurrentThread(), ThreadZeroTlsCell, &index, sizeof index);
    return TRUE;
}

PVOID WINAPI TlsGetValue(DWORD index) {
    if (!in_range(index)) {
        return NULL;
    }
    // NULL is also a value: success clears the error.
    RtlSetLastWin32Error(ERROR_SUCCESS);
    return NtCurrentTeb()->TlsSlots[index];
}

BOOL WINAPI TlsSetValue(DWORD index, PVOID value) {
    if (!in_range(index)) {
        return FALSE;
    }
    NtCurrentTeb()->TlsSlots[index] = value;
    return TRUE;
}
