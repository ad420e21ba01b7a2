// SPDX-License-Identifier: MIT
// Loading a module with everything it imports, and letting go of it again.
#include "internal.h"

#define PINNED 0xFFFF

LDRP_FAILURE LdrpFailure;

/// Keeps what was wanted for the hard error; the first failure is the cause of the others.
static VOID note_failure(PCSTR module, PCSTR function, ULONG ordinal) {
    if (LdrpFailure.module.Buffer == NULL) {
        RtlCreateUnicodeStringFromAsciiz(&LdrpFailure.module, module);
        RtlInitAnsiString(&LdrpFailure.function, function);
        LdrpFailure.ordinal = ordinal;
    }
}

static VOID reference(PLDR_DATA_TABLE_ENTRY module) {
    if (module->LoadCount != PINNED) {
        ++module->LoadCount;
    }
}

NTSTATUS LdrpLoadModule(PCUNICODE_STRING name, PLDR_DATA_TABLE_ENTRY* module) {
    *module = LdrpFindByName(name);
    if (*module != NULL) {
        reference(*module);
        return STATUS_SUCCESS;
    }
    const PLIST_ENTRY newest = LdrpData.InLoadOrderModuleList.Blink;
    NTSTATUS status = LdrpMapDll(name, module);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    if (LdrpData.InLoadOrderModuleList.Blink == newest) {
        reference(*module);
        return STATUS_SUCCESS;
    }
    status = LdrpResolveImports(*module);
    if (!NT_SUCCESS(status)) {
        NtUnmapViewOfSection(NtCurrentProcess(), (*module)->DllBase);
        LdrpRemoveModule(*module);
        return status;
    }
    // Behind everything that it needs, unless the imports go round in a circle.
    LdrpAppend(&LdrpData.InInitializationOrderModuleList, &(*module)->InInitializationOrderLinks);
    return STATUS_SUCCESS;
}

static NTSTATUS resolve_descriptor(PVOID base, const IMAGE_IMPORT_DESCRIPTOR* descriptor) {
    const PCSTR dll = (char*)base + descriptor->Name;
    UNICODE_STRING name;
    if (!RtlCreateUnicodeStringFromAsciiz(&name, dll)) {
        return STATUS_NO_MEMORY;
    }
    PLDR_DATA_TABLE_ENTRY module;
    NTSTATUS status = LdrpLoadModule(&name, &module);
    RtlFreeUnicodeString(&name);
    if (!NT_SUCCESS(status)) {
        note_failure(dll, NULL, 0);
        return status;
    }
    ULONG* slot = (ULONG*)((char*)base + descriptor->FirstThunk);
    const ULONG* thunk = descriptor->OriginalFirstThunk != 0
                             ? (const ULONG*)((char*)base + descriptor->OriginalFirstThunk)
                             : slot;
    for (; *thunk != 0; ++thunk, ++slot) {
        const BOOLEAN by_ordinal = (*thunk & IMAGE_ORDINAL_FLAG32) != 0;
        const USHORT* const hint_name = (const USHORT*)((char*)base + *thunk);
        const PCSTR function = by_ordinal ? NULL : (PCSTR)(hint_name + 1);
        PVOID address;
        status = LdrpFindExport(module, function, *thunk & 0xFFFF, by_ordinal ? 0 : *hint_name,
                                &address);
        if (!NT_SUCCESS(status)) {
            note_failure(dll, function, *thunk & 0xFFFF);
            return status;
        }
        *slot = (ULONG_PTR)address;
    }
    return STATUS_SUCCESS;
}

/// The address table may stand in a read-only section: it is opened for the time of the writing.
NTSTATUS LdrpResolveImports(PLDR_DATA_TABLE_ENTRY module) {
    const PVOID base = module->DllBase;
    ULONG size;
    const IMAGE_IMPORT_DESCRIPTOR* descriptor =
        RtlImageDirectoryEntryToData(base, TRUE, IMAGE_DIRECTORY_ENTRY_IMPORT, &size);
    if (descriptor == NULL) {
        return STATUS_SUCCESS;
    }
    ULONG table_size;
    PVOID table = RtlImageDirectoryEntryToData(base, TRUE, IMAGE_DIRECTORY_ENTRY_IAT, &table_size);
    PVOID start = table;
    SIZE_T bytes = table_size;
    ULONG protection = 0;
    NTSTATUS status = STATUS_SUCCESS;
    if (table != NULL) {
        status =
            NtProtectVirtualMemory(NtCurrentProcess(), &start, &bytes, PAGE_READWRITE, &protection);
    }
    for (; NT_SUCCESS(status) && descriptor->Name != 0 && descriptor->FirstThunk != 0;
         ++descriptor) {
        status = resolve_descriptor(base, descriptor);
    }
    if (table != NULL && protection != 0) {
        ULONG ignored;
        NtProtectVirtualMemory(NtCurrentProcess(), &start, &bytes, protection, &ignored);
    }
    return status;
}

static VOID release(PLDR_DATA_TABLE_ENTRY module) {
    if (module->LoadCount == PINNED || --module->LoadCount != 0) {
        return;
    }
    LdrpDetachModule(module, NULL);
    LdrpReleaseImports(module);
    NtUnmapViewOfSection(NtCurrentProcess(), module->DllBase);
    LdrpRemoveModule(module);
}

VOID LdrpReleaseImports(PLDR_DATA_TABLE_ENTRY module) {
    const PVOID base = module->DllBase;
    ULONG size;
    const IMAGE_IMPORT_DESCRIPTOR* descriptor =
        RtlImageDirectoryEntryToData(base, TRUE, IMAGE_DIRECTORY_ENTRY_IMPORT, &size);
    for (; descriptor != NULL && descriptor->Name != 0 && descriptor->FirstThunk != 0;
         ++descriptor) {
        UNICODE_STRING name;
        if (RtlCreateUnicodeStringFromAsciiz(&name, (char*)base + descriptor->Name)) {
            PLDR_DATA_TABLE_ENTRY imported = LdrpFindByName(&name);
            RtlFreeUnicodeString(&name);
            if (imported != NULL) {
                release(imported);
            }
        }
    }
}

NTSTATUS NTAPI LdrUnloadDll(PVOID base) {
    RtlEnterCriticalSection(&LdrpLoaderLock);
    PLDR_DATA_TABLE_ENTRY module = LdrpFindByBase(base);
    if (module != NULL) {
        release(module);
    }
    RtlLeaveCriticalSection(&LdrpLoaderLock);
    return module == NULL ? STATUS_DLL_NOT_FOUND : STATUS_SUCCESS;
}
