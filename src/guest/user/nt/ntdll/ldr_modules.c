// SPDX-License-Identifier: MIT
// The module lists of PEB.Ldr.
#include "internal.h"

PEB_LDR_DATA LdrpData;
PLDR_DATA_TABLE_ENTRY LdrpProgram;

VOID LdrpAppend(PLIST_ENTRY list, PLIST_ENTRY entry) {
    entry->Flink = list;
    entry->Blink = list->Blink;
    list->Blink->Flink = entry;
    list->Blink = entry;
}

static VOID unlink(PLIST_ENTRY entry) {
    if (entry->Flink != NULL) {
        entry->Flink->Blink = entry->Blink;
        entry->Blink->Flink = entry->Flink;
        entry->Flink = NULL;
    }
}

PVOID NTAPI RtlImageNtHeader(PVOID base) {
    return *(USHORT*)base == 0x5A4D ? (char*)base + *(ULONG*)((char*)base + 0x3C) : NULL;
}

PVOID NTAPI RtlImageDirectoryEntryToData(PVOID base, BOOLEAN mapped, USHORT directory,
                                         PULONG size) {
    (void)mapped;
    const IMAGE_NT_HEADERS* const headers = RtlImageNtHeader(base);
    if (headers == NULL || directory >= headers->NumberOfRvaAndSizes || directory >= 16 ||
        headers->DataDirectory[directory].VirtualAddress == 0) {
        return NULL;
    }
    *size = headers->DataDirectory[directory].Size;
    return *size == 0 ? NULL : (char*)base + headers->DataDirectory[directory].VirtualAddress;
}

PLDR_DATA_TABLE_ENTRY LdrpInsertModule(PVOID base, PCUNICODE_STRING full_name) {
    const PVOID heap = NtCurrentPeb()->ProcessHeap;
    const IMAGE_NT_HEADERS* const headers = RtlImageNtHeader(base);
    PLDR_DATA_TABLE_ENTRY module = RtlAllocateHeap(heap, HEAP_ZERO_MEMORY, sizeof *module);
    PWSTR name = RtlAllocateHeap(heap, 0, full_name->Length + sizeof(WCHAR));
    if (module == NULL || name == NULL) {
        RtlFreeHeap(heap, 0, module);
        return NULL;
    }
    memcpy(name, full_name->Buffer, full_name->Length);
    name[full_name->Length / sizeof(WCHAR)] = 0;
    PWSTR last = wcsrchr(name, '\\');
    RtlInitUnicodeString(&module->FullDllName, name);
    RtlInitUnicodeString(&module->BaseDllName, last == NULL ? name : last + 1);
    module->DllBase = base;
    module->SizeOfImage = headers->SizeOfImage;
    module->TimeDateStamp = headers->TimeDateStamp;
    module->LoadCount = 1;
    if (headers->AddressOfEntryPoint != 0) {
        module->EntryPoint = (PDLL_INIT_ROUTINE)((char*)base + headers->AddressOfEntryPoint);
    }
    if (headers->Characteristics & IMAGE_FILE_DLL) {
        module->Flags |= LDRP_IMAGE_DLL;
    }
    if (headers->ImageBase != (ULONG_PTR)base) {
        module->Flags |= LDRP_IMAGE_NOT_AT_BASE;
    }
    module->HashLinks.Flink = module->HashLinks.Blink = &module->HashLinks;
    LdrpAppend(&LdrpData.InLoadOrderModuleList, &module->InLoadOrderLinks);
    LdrpAppend(&LdrpData.InMemoryOrderModuleList, &module->InMemoryOrderLinks);
    return module;
}

VOID LdrpRemoveModule(PLDR_DATA_TABLE_ENTRY module) {
    const PVOID heap = NtCurrentPeb()->ProcessHeap;
    unlink(&module->InLoadOrderLinks);
    unlink(&module->InMemoryOrderLinks);
    unlink(&module->InInitializationOrderLinks);
    RtlFreeHeap(heap, 0, module->FullDllName.Buffer);
    RtlFreeHeap(heap, 0, module);
}

PLDR_DATA_TABLE_ENTRY LdrpFindByBase(PVOID base) {
    const PLIST_ENTRY list = &LdrpData.InLoadOrderModuleList;
    for (PLIST_ENTRY at = list->Flink; at != list; at = at->Flink) {
        PLDR_DATA_TABLE_ENTRY module =
            CONTAINING_RECORD(at, LDR_DATA_TABLE_ENTRY, InLoadOrderLinks);
        if (module->DllBase == base) {
            return module;
        }
    }
    return NULL;
}

/// By full path when the name has one, else by base name.
PLDR_DATA_TABLE_ENTRY LdrpFindByName(PCUNICODE_STRING name) {
    BOOLEAN full = FALSE;
    for (ULONG i = 0; i < name->Length / sizeof(WCHAR); ++i) {
        full = full || name->Buffer[i] == '\\';
    }
    const PLIST_ENTRY list = &LdrpData.InLoadOrderModuleList;
    for (PLIST_ENTRY at = list->Flink; at != list; at = at->Flink) {
        PLDR_DATA_TABLE_ENTRY module =
            CONTAINING_RECORD(at, LDR_DATA_TABLE_ENTRY, InLoadOrderLinks);
        if (RtlEqualUnicodeString(full ? &module->FullDllName : &module->BaseDllName, name, TRUE)) {
            return module;
        }
    }
    return NULL;
}
