// SPDX-License-Identifier: MIT
// Implicit thread-local storage: one index for each module with a TLS directory that is there when
// the process starts, one copy of its data for each thread. A DLL loaded later gets none, as on XP.
#include "internal.h"

#define MOST_MODULES 64

static IMAGE_TLS_DIRECTORY* directories[MOST_MODULES];
static ULONG directory_count;

static IMAGE_TLS_DIRECTORY* tls_of(PLDR_DATA_TABLE_ENTRY module) {
    ULONG size;
    return RtlImageDirectoryEntryToData(module->DllBase, TRUE, IMAGE_DIRECTORY_ENTRY_TLS, &size);
}

NTSTATUS LdrpAllocateThreadTls(void) {
    const PVOID heap = NtCurrentPeb()->ProcessHeap;
    if (directory_count == 0) {
        return STATUS_SUCCESS;
    }
    PVOID* blocks = RtlAllocateHeap(heap, HEAP_ZERO_MEMORY, directory_count * sizeof(PVOID));
    if (blocks == NULL) {
        return STATUS_NO_MEMORY;
    }
    NtCurrentTeb()->ThreadLocalStoragePointer = blocks;
    for (ULONG i = 0; i < directory_count; ++i) {
        const IMAGE_TLS_DIRECTORY* const tls = directories[i];
        const SIZE_T initialised = (SIZE_T)(tls->EndAddressOfRawData - tls->StartAddressOfRawData);
        blocks[i] = RtlAllocateHeap(heap, HEAP_ZERO_MEMORY, initialised + tls->SizeOfZeroFill);
        if (blocks[i] == NULL) {
            return STATUS_NO_MEMORY;
        }
        memcpy(blocks[i], tls->StartAddressOfRawData, initialised);
    }
    return STATUS_SUCCESS;
}

VOID LdrpFreeThreadTls(void) {
    const PVOID heap = NtCurrentPeb()->ProcessHeap;
    PVOID* const blocks = NtCurrentTeb()->ThreadLocalStoragePointer;
    NtCurrentTeb()->ThreadLocalStoragePointer = NULL;
    for (ULONG i = 0; blocks != NULL && i < directory_count; ++i) {
        RtlFreeHeap(heap, 0, blocks[i]);
    }
    RtlFreeHeap(heap, 0, blocks);
}

NTSTATUS LdrpInitializeTls(void) {
    const PLIST_ENTRY list = &LdrpData.InLoadOrderModuleList;
    for (PLIST_ENTRY at = list->Flink; at != list; at = at->Flink) {
        PLDR_DATA_TABLE_ENTRY module =
            CONTAINING_RECORD(at, LDR_DATA_TABLE_ENTRY, InLoadOrderLinks);
        IMAGE_TLS_DIRECTORY* const tls = tls_of(module);
        if (tls == NULL) {
            continue;
        }
        if (directory_count == MOST_MODULES) {
            return STATUS_NO_MEMORY;
        }
        module->TlsIndex = (USHORT)-1;
        *tls->AddressOfIndex = directory_count;
        directories[directory_count++] = tls;
    }
    return LdrpAllocateThreadTls();
}

VOID LdrpCallTlsCallbacks(PLDR_DATA_TABLE_ENTRY module, ULONG reason) {
    const IMAGE_TLS_DIRECTORY* const tls = module->TlsIndex != 0 ? tls_of(module) : NULL;
    if (tls == NULL || tls->AddressOfCallBacks == NULL) {
        return;
    }
    for (PIMAGE_TLS_CALLBACK* callback = tls->AddressOfCallBacks; *callback != NULL; ++callback) {
        (*callback)(module->DllBase, reason, NULL);
    }
}
