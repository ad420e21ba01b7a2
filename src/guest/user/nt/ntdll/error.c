// SPDX-License-Identifier: MIT
// NTSTATUS to Win32 error codes, and the thread's last error.
#include "internal.h"

#define ERROR_MR_MID_NOT_FOUND 317

static const struct {
    ULONG status;
    ULONG error;
} table[] = {
#define ROW(status, error) {status, error},
#include "status_to_error.inc"
#undef ROW
};

ULONG NTAPI RtlNtStatusToDosError(NTSTATUS status) {
    ULONG wanted = (ULONG)status;
    NtCurrentTeb()->LastStatusValue = status;
    // An application's own code (customer bit) passes as it is.
    if (wanted & 0x20000000) {
        return wanted;
    }
    // FACILITY_NTWIN32 carries the Win32 error in its low half.
    if (wanted >> 16 == 0x8007 || wanted >> 16 == 0xC007) {
        return wanted & 0xFFFF;
    }
    if ((wanted & 0xF0000000) == 0xD0000000) {
        wanted &= 0xCFFFFFFF;
    }
    ULONG low = 0;
    ULONG high = sizeof table / sizeof table[0];
    while (low < high) {
        const ULONG middle = (low + high) / 2;
        if (table[middle].status == wanted) {
            return table[middle].error;
        }
        if (table[middle].status < wanted) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return ERROR_MR_MID_NOT_FOUND;
}

ULONG NTAPI RtlGetLastWin32Error(void) {
    return NtCurrentTeb()->LastErrorValue;
}

VOID NTAPI RtlSetLastWin32Error(ULONG error) {
    NtCurrentTeb()->LastErrorValue = error;
}
