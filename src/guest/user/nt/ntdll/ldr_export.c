// SPDX-License-Identifier: MIT
// Finding an export by name or ordinal, through forwarders.
#include "internal.h"

#define MOST_FORWARDS 32
#define LONGEST_MODULE 64

static LONG index_by_name(PVOID base, const IMAGE_EXPORT_DIRECTORY* exports, PCSTR name,
                          ULONG hint) {
    const ULONG* const names = (const ULONG*)((char*)base + exports->AddressOfNames);
    const USHORT* const ordinals = (const USHORT*)((char*)base + exports->AddressOfNameOrdinals);
    if (hint < exports->NumberOfNames && strcmp((char*)base + names[hint], name) == 0) {
        return ordinals[hint];
    }
    LONG low = 0;
    LONG high = (LONG)exports->NumberOfNames - 1;
    while (low <= high) {
        const LONG middle = (low + high) / 2;
        const int order = strcmp(name, (char*)base + names[middle]);
        if (order == 0) {
            return ordinals[middle];
        }
        if (order < 0) {
            high = middle - 1;
        } else {
            low = middle + 1;
        }
    }
    return -1;
}

/// "MODULE.Name" or "MODULE.#7": loads the module and says what to look for in it.
static NTSTATUS follow(PCSTR forwarder, PLDR_DATA_TABLE_ENTRY* module, PCSTR* name,
                       PULONG ordinal) {
    PCSTR dot = strrchr(forwarder, '.');
    if (dot == NULL || dot == forwarder || dot - forwarder >= LONGEST_MODULE) {
        return STATUS_INVALID_IMAGE_FORMAT;
    }
    char file[LONGEST_MODULE + 5];
    memcpy(file, forwarder, (size_t)(dot - forwarder));
    strcpy(file + (dot - forwarder), ".dll");
    *name = dot[1] == '#' ? NULL : dot + 1;
    *ordinal = dot[1] == '#' ? (ULONG)atoi(dot + 2) : 0;

    UNICODE_STRING wide;
    if (!RtlCreateUnicodeStringFromAsciiz(&wide, file)) {
        return STATUS_NO_MEMORY;
    }
    // A module that is there already is borrowed; its importer keeps it.
    NTSTATUS status = STATUS_SUCCESS;
    *module = LdrpFindByName(&wide);
    if (*module == NULL) {
        status = LdrpLoadModule(&wide, module);
    }
    RtlFreeUnicodeString(&wide);
    return status;
}

NTSTATUS LdrpFindExport(PLDR_DATA_TABLE_ENTRY module, PCSTR name, ULONG ordinal, ULONG hint,
                        PVOID* address) {
    for (ULONG forwards = 0; forwards < MOST_FORWARDS; ++forwards) {
        const NTSTATUS not_found =
            name != NULL ? STATUS_ENTRYPOINT_NOT_FOUND : STATUS_ORDINAL_NOT_FOUND;
        ULONG size;
        const PVOID base = module->DllBase;
        const IMAGE_EXPORT_DIRECTORY* const exports =
            RtlImageDirectoryEntryToData(base, TRUE, IMAGE_DIRECTORY_ENTRY_EXPORT, &size);
        if (exports == NULL) {
            return not_found;
        }
        const LONG index = name != NULL ? index_by_name(base, exports, name, hint)
                                        : (LONG)(ordinal - exports->Base);
        if (index < 0 || (ULONG)index >= exports->NumberOfFunctions) {
            return not_found;
        }
        const ULONG rva = ((const ULONG*)((char*)base + exports->AddressOfFunctions))[index];
        if (rva == 0) {
            return not_found;
        }
        *address = (char*)base + rva;
        if ((ULONG_PTR)*address - (ULONG_PTR)exports >= size) {
            return STATUS_SUCCESS;
        }
        const NTSTATUS status = follow(*address, &module, &name, &ordinal);
        if (!NT_SUCCESS(status)) {
            return status;
        }
        hint = (ULONG)-1;
    }
    return STATUS_INVALID_IMAGE_FORMAT;
}
