// SPDX-License-Identifier: MIT
// The start of a process and of its threads in user mode: what LdrInitializeThunk runs.
#include "internal.h"

#define PINNED 0xFFFF
#define OptionAbort 1

NTSTATUS LdrpInitializeThread(void);

RTL_CRITICAL_SECTION LdrpLoaderLock;
static RTL_CRITICAL_SECTION peb_lock;

VOID NTAPI RtlAcquirePebLock(void) {
    RtlEnterCriticalSection(&peb_lock);
}

VOID NTAPI RtlReleasePebLock(void) {
    RtlLeaveCriticalSection(&peb_lock);
}

/// A creating process hands over strings with offsets for pointers, so that the block may stand
/// anywhere.
static VOID normalise(PRTL_USER_PROCESS_PARAMETERS parameters) {
    UNICODE_STRING* const strings[] = {&parameters->CurrentDirectory.DosPath,
                                       &parameters->DllPath,
                                       &parameters->ImagePathName,
                                       &parameters->CommandLine,
                                       &parameters->WindowTitle,
                                       &parameters->DesktopInfo,
                                       &parameters->ShellInfo,
                                       &parameters->RuntimeData};
    if (parameters->Flags & RTL_USER_PROC_PARAMS_NORMALIZED) {
        return;
    }
    for (unsigned i = 0; i < sizeof strings / sizeof strings[0]; ++i) {
        if (strings[i]->Buffer != NULL) {
            strings[i]->Buffer = (PWSTR)((char*)parameters + (ULONG_PTR)strings[i]->Buffer);
        }
    }
    parameters->Flags |= RTL_USER_PROC_PARAMS_NORMALIZED;
}

static PLDR_DATA_TABLE_ENTRY insert_pinned(PVOID base, PCUNICODE_STRING name) {
    PLDR_DATA_TABLE_ENTRY module = LdrpInsertModule(base, name);
    if (module != NULL) {
        module->LoadCount = PINNED;
    }
    return module;
}

static NTSTATUS insert_first_modules(PPEB peb, PVOID ntdll) {
    WCHAR path[280] = L"C:\\windows";
    if (SharedUserData->NtSystemRoot[0] != 0) {
        wcsncpy(path, SharedUserData->NtSystemRoot, 259);
    }
    wcscat(path, L"\\system32\\ntdll.dll");
    UNICODE_STRING name;
    RtlInitUnicodeString(&name, path);
    LdrpProgram = insert_pinned(peb->ImageBaseAddress, &peb->ProcessParameters->ImagePathName);
    PLDR_DATA_TABLE_ENTRY system = insert_pinned(ntdll, &name);
    if (LdrpProgram == NULL || system == NULL) {
        return STATUS_NO_MEMORY;
    }
    LdrpAppend(&LdrpData.InInitializationOrderModuleList, &system->InInitializationOrderLinks);
    return STATUS_SUCCESS;
}

/// Static imports stay as long as the process.
static VOID pin_all(void) {
    const PLIST_ENTRY list = &LdrpData.InLoadOrderModuleList;
    for (PLIST_ENTRY at = list->Flink; at != list; at = at->Flink) {
        CONTAINING_RECORD(at, LDR_DATA_TABLE_ENTRY, InLoadOrderLinks)->LoadCount = PINNED;
    }
}

static VOID initialise_lists(PPEB peb) {
    PLIST_ENTRY const lists[] = {&LdrpData.InLoadOrderModuleList, &LdrpData.InMemoryOrderModuleList,
                                 &LdrpData.InInitializationOrderModuleList};
    for (unsigned i = 0; i < 3; ++i) {
        lists[i]->Flink = lists[i]->Blink = lists[i];
    }
    LdrpData.Length = sizeof LdrpData;
    LdrpData.Initialized = TRUE;
    peb->Ldr = &LdrpData;
    RtlInitializeCriticalSection(&LdrpLoaderLock);
    RtlInitializeCriticalSection(&peb_lock);
    peb->LoaderLock = &LdrpLoaderLock;
    peb->FastPebLock = &peb_lock;
}

static NTSTATUS initialise_process(PVOID ntdll, PCONTEXT context) {
    const PPEB peb = NtCurrentPeb();
    const IMAGE_NT_HEADERS* const headers = RtlImageNtHeader(peb->ImageBaseAddress);
    normalise(peb->ProcessParameters);
    initialise_lists(peb);
    peb->ProcessHeap = RtlCreateHeap(HEAP_GROWABLE, NULL, headers->SizeOfHeapReserve,
                                     headers->SizeOfHeapCommit, NULL, NULL);
    if (peb->ProcessHeap == NULL) {
        return STATUS_NO_MEMORY;
    }
    NTSTATUS status = insert_first_modules(peb, ntdll);
    if (NT_SUCCESS(status)) {
        status = LdrpRelocate(peb->ImageBaseAddress);
    }
    RtlEnterCriticalSection(&LdrpLoaderLock);
    if (NT_SUCCESS(status)) {
        status = LdrpResolveImports(LdrpProgram);
    }
    pin_all();
    if (NT_SUCCESS(status)) {
        status = LdrpInitializeTls();
    }
    if (NT_SUCCESS(status)) {
        if (peb->BeingDebugged) {
            DbgBreakPoint();
        }
        status = LdrpAttachModules(context);
    }
    RtlLeaveCriticalSection(&LdrpLoaderLock);
    return status;
}

/// Tells the system why the process cannot start, with names where the status has room for them.
static VOID report(NTSTATUS status) {
    ULONG_PTR parameters[2] = {(ULONG_PTR)&LdrpFailure.module, 0};
    ULONG count = 1;
    ULONG strings = 1;
    ULONG response;
    UNICODE_STRING function = {0, 0, NULL};
    if (status == STATUS_ENTRYPOINT_NOT_FOUND && LdrpFailure.function.Buffer != NULL) {
        RtlAnsiStringToUnicodeString(&function, &LdrpFailure.function, TRUE);
        parameters[0] = (ULONG_PTR)&function;
        parameters[1] = (ULONG_PTR)&LdrpFailure.module;
        count = 2;
        strings = 3;
    } else if (status == STATUS_ORDINAL_NOT_FOUND) {
        parameters[0] = LdrpFailure.ordinal;
        parameters[1] = (ULONG_PTR)&LdrpFailure.module;
        count = 2;
        strings = 2;
    }
    NtRaiseHardError(status, count, strings, parameters, OptionAbort, &response);
}

VOID NTAPI LdrpInitialize(PCONTEXT context, PVOID ntdll, PVOID unused) {
    (void)unused;
    const BOOLEAN process = NtCurrentPeb()->Ldr == NULL;
    const NTSTATUS status = process ? initialise_process(ntdll, context) : LdrpInitializeThread();
    if (!NT_SUCCESS(status)) {
        if (process) {
            report(status);
        }
        NtTerminateProcess(NtCurrentProcess(), status);
        RtlRaiseStatus(status);
    }
}
