// SPDX-License-Identifier: MIT
// DllMain and TLS callbacks: attached in the order of initialisation, detached in the reverse.
#include "internal.h"

HANDLE LdrpShutdownThread;

static PLDR_DATA_TABLE_ENTRY initialised(PLIST_ENTRY links) {
    return CONTAINING_RECORD(links, LDR_DATA_TABLE_ENTRY, InInitializationOrderLinks);
}

static BOOLEAN call_entry(PLDR_DATA_TABLE_ENTRY module, ULONG reason, PVOID context) {
    if (module->EntryPoint == NULL || !(module->Flags & LDRP_IMAGE_DLL)) {
        return TRUE;
    }
    return module->EntryPoint(module->DllBase, reason, context);
}

NTSTATUS LdrpAttachModules(PVOID context) {
    const PLIST_ENTRY list = &LdrpData.InInitializationOrderModuleList;
    for (PLIST_ENTRY at = list->Flink; at != list; at = at->Flink) {
        PLDR_DATA_TABLE_ENTRY module = initialised(at);
        if (module->Flags & LDRP_ENTRY_PROCESSED) {
            continue;
        }
        module->Flags |= LDRP_ENTRY_PROCESSED;
        LdrpCallTlsCallbacks(module, DLL_PROCESS_ATTACH);
        if (!call_entry(module, DLL_PROCESS_ATTACH, context)) {
            if (LdrpFailure.module.Buffer == NULL) {
                LdrpFailure.module = module->BaseDllName;
            }
            return STATUS_DLL_INIT_FAILED;
        }
        module->Flags |= LDRP_PROCESS_ATTACH_CALLED;
    }
    // The program has no DllMain, but its TLS callbacks run when every DLL is ready.
    if (context != NULL) {
        LdrpCallTlsCallbacks(LdrpProgram, DLL_PROCESS_ATTACH);
    }
    return STATUS_SUCCESS;
}

VOID LdrpDetachModule(PLDR_DATA_TABLE_ENTRY module, PVOID context) {
    if (module->Flags & LDRP_PROCESS_ATTACH_CALLED) {
        module->Flags &= ~(ULONG)LDRP_PROCESS_ATTACH_CALLED;
        LdrpCallTlsCallbacks(module, DLL_PROCESS_DETACH);
        call_entry(module, DLL_PROCESS_DETACH, context);
    }
}

NTSTATUS NTAPI LdrShutdownProcess(void) {
    const PLIST_ENTRY list = &LdrpData.InInitializationOrderModuleList;
    LdrpShutdownThread = NtCurrentTeb()->UniqueThread;
    RtlEnterCriticalSection(&LdrpLoaderLock);
    if (LdrpData.EntryInProgress == NULL) {
        // A DllMain that ends the process again must not start the round once more.
        LdrpData.EntryInProgress = LdrpProgram;
        for (PLIST_ENTRY at = list->Blink; at != list; at = at->Blink) {
            LdrpDetachModule(initialised(at), (PVOID)1);
        }
        LdrpCallTlsCallbacks(LdrpProgram, DLL_PROCESS_DETACH);
    }
    RtlLeaveCriticalSection(&LdrpLoaderLock);
    return STATUS_SUCCESS;
}

static VOID thread_callouts(ULONG reason) {
    const PLIST_ENTRY list = &LdrpData.InInitializationOrderModuleList;
    for (PLIST_ENTRY at = reason == DLL_THREAD_ATTACH ? list->Flink : list->Blink; at != list;
         at = reason == DLL_THREAD_ATTACH ? at->Flink : at->Blink) {
        PLDR_DATA_TABLE_ENTRY module = initialised(at);
        if ((module->Flags & LDRP_PROCESS_ATTACH_CALLED) &&
            !(module->Flags & LDRP_DONT_CALL_FOR_THREADS)) {
            LdrpCallTlsCallbacks(module, reason);
            call_entry(module, reason, NULL);
        }
    }
    LdrpCallTlsCallbacks(LdrpProgram, reason);
}

NTSTATUS NTAPI LdrShutdownThread(void) {
    RtlEnterCriticalSection(&LdrpLoaderLock);
    thread_callouts(DLL_THREAD_DETACH);
    LdrpFreeThreadTls();
    RtlLeaveCriticalSection(&LdrpLoaderLock);
    return STATUS_SUCCESS;
}

NTSTATUS LdrpInitializeThread(void) {
    RtlEnterCriticalSection(&LdrpLoaderLock);
    const NTSTATUS status = LdrpAllocateThreadTls();
    if (NT_SUCCESS(status)) {
        thread_callouts(DLL_THREAD_ATTACH);
    }
    RtlLeaveCriticalSection(&LdrpLoaderLock);
    return status;
}

NTSTATUS NTAPI LdrDisableThreadCalloutsForDll(PVOID base) {
    PLDR_DATA_TABLE_ENTRY module = LdrpFindByBase(base);
    if (module == NULL) {
        return STATUS_DLL_NOT_FOUND;
    }
    module->Flags |= LDRP_DONT_CALL_FOR_THREADS;
    return STATUS_SUCCESS;
}
