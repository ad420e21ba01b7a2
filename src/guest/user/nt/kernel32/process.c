// SPDX-License-Identifier: MIT
// The process: start, end, identity.
#include "nt/win32.h"

typedef DWORD(WINAPI* PSTART)(void);
VOID WINAPI BaseProcessMain(PSTART start);

VOID WINAPI BaseProcessMain(PSTART start) {
    NtSetInformationThread(NtCurrentThread(), ThreadQuerySetWin32StartAddress, &start,
                           sizeof start);
    ExitThread(start());
}

VOID WINAPI ExitProcess(UINT code) {
    // No other thread ends the process too, and none dies as the owner of this lock.
    RtlAcquirePebLock();
    NtTerminateProcess(NULL, (NTSTATUS)code);
    LdrShutdownProcess();
    NtTerminateProcess(NtCurrentProcess(), (NTSTATUS)code);
    RtlRaiseStatus((NTSTATUS)code);
}

BOOL WINAPI TerminateProcess(HANDLE process, UINT code) {
    if (process == NULL) {
        RtlSetLastWin32Error(ERROR_INVALID_HANDLE);
        return FALSE;
    }
    const NTSTATUS status = NtTerminateProcess(process, (NTSTATUS)code);
    return NT_SUCCESS(status) ? TRUE : BaseSetLastNTError(status);
}

BOOL WINAPI GetExitCodeProcess(HANDLE process, LPDWORD code) {
    PROCESS_BASIC_INFORMATION information;
    const NTSTATUS status = NtQueryInformationProcess(process, ProcessBasicInformation,
                                                      &information, sizeof information, NULL);
    if (!NT_SUCCESS(status)) {
        return BaseSetLastNTError(status);
    }
    *code = (DWORD)information.ExitStatus;
    return TRUE;
}

HANDLE WINAPI GetCurrentProcess(void) {
    return NtCurrentProcess();
}

DWORD WINAPI GetCurrentProcessId(void) {
    return (DWORD)NtCurrentTeb()->UniqueProcess;
}

DWORD WINAPI GetVersion(void) {
    const PPEB peb = NtCurrentPeb();
    const DWORD platform = (peb->OSPlatformId ^ 2) << 30;
    return platform | (DWORD)peb->OSBuildNumber << 16 | peb->OSMinorVersion << 8 |
           peb->OSMajorVersion;
}

BOOL WINAPI IsProcessorFeaturePresent(DWORD feature) {
    return feature < sizeof SharedUserData->ProcessorFeatures
               ? SharedUserData->ProcessorFeatures[feature]
               : FALSE;
}
