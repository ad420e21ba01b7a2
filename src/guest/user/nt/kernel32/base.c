// SPDX-License-Identifier: MIT
// What every part of kernel32 uses: last error, timeouts, ANSI to UTF-16; and DllMain.
#include "nt/win32.h"

BOOLEAN WINAPI BaseDllMain(PVOID base, ULONG reason, PVOID context);
BOOLEAN BaseInitialiseCommandLine(void);

DWORD WINAPI GetLastError(void) {
    return NtCurrentTeb()->LastErrorValue;
}

VOID WINAPI SetLastError(DWORD error) {
    NtCurrentTeb()->LastErrorValue = error;
}

PLARGE_INTEGER BaseFormatTimeout(PLARGE_INTEGER timeout, DWORD milliseconds) {
    if (milliseconds == INFINITE) {
        return NULL;
    }
    timeout->QuadPart = -(LONGLONG)((ULONGLONG)milliseconds * 10000);
    return timeout;
}

BOOL BaseToUnicode(PUNICODE_STRING to, LPCSTR from) {
    ANSI_STRING ansi;
    if (from == NULL) {
        RtlSetLastWin32Error(ERROR_INVALID_PARAMETER);
        return FALSE;
    }
    RtlInitAnsiString(&ansi, from);
    const NTSTATUS status = RtlAnsiStringToUnicodeString(to, &ansi, TRUE);
    if (status == STATUS_INVALID_PARAMETER) {
        RtlSetLastWin32Error(ERROR_FILENAME_EXCED_RANGE);
        return FALSE;
    }
    return NT_SUCCESS(status) ? TRUE : BaseSetLastNTError(status);
}

BOOLEAN WINAPI BaseDllMain(PVOID base, ULONG reason, PVOID context) {
    (void)context;
    if (reason == DLL_PROCESS_ATTACH) {
        LdrDisableThreadCalloutsForDll(base);
        return BaseInitialiseCommandLine();
    }
    return TRUE;
}
