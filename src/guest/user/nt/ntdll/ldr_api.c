// SPDX-License-Identifier: MIT
// The loader's interface for programs: LdrLoadDll and the look-ups.
#include "internal.h"

#define LONGEST_NAME 260

/// A zero-terminated copy of `name` with ".dll" when it has no extension; a final dot says that
/// there is none and goes away.
static NTSTATUS complete(PCUNICODE_STRING name, PWSTR buffer, PUNICODE_STRING result) {
    ULONG length = name->Length / sizeof(WCHAR);
    if (length == 0 || length + 5 > LONGEST_NAME) {
        return STATUS_OBJECT_NAME_INVALID;
    }
    memcpy(buffer, name->Buffer, name->Length);
    buffer[length] = 0;
    PCWSTR base = wcsrchr(buffer, '\\');
    if (wcschr(base == NULL ? buffer : base, '.') == NULL) {
        wcscat(buffer, L".dll");
    } else if (buffer[length - 1] == '.') {
        buffer[length - 1] = 0;
    }
    RtlInitUnicodeString(result, buffer);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI LdrLoadDll(PCWSTR path, PULONG flags, PCUNICODE_STRING name, PVOID* base) {
    WCHAR buffer[LONGEST_NAME];
    UNICODE_STRING full;
    PLDR_DATA_TABLE_ENTRY module;
    (void)path;
    (void)flags;
    *base = NULL;
    NTSTATUS status = complete(name, buffer, &full);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    RtlEnterCriticalSection(&LdrpLoaderLock);
    status = LdrpLoadModule(&full, &module);
    if (NT_SUCCESS(status)) {
        status = LdrpAttachModules(NULL);
        if (NT_SUCCESS(status)) {
            *base = module->DllBase;
        } else {
            LdrUnloadDll(module->DllBase);
        }
    }
    RtlLeaveCriticalSection(&LdrpLoaderLock);
    return status;
}

NTSTATUS NTAPI LdrGetDllHandle(PCWSTR path, PULONG flags, PCUNICODE_STRING name, PVOID* base) {
    WCHAR buffer[LONGEST_NAME];
    UNICODE_STRING full;
    (void)path;
    (void)flags;
    *base = NULL;
    const NTSTATUS status = complete(name, buffer, &full);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    RtlEnterCriticalSection(&LdrpLoaderLock);
    PLDR_DATA_TABLE_ENTRY module = LdrpFindByName(&full);
    RtlLeaveCriticalSection(&LdrpLoaderLock);
    if (module == NULL) {
        return STATUS_DLL_NOT_FOUND;
    }
    *base = module->DllBase;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI LdrGetProcedureAddress(PVOID base, PCANSI_STRING name, ULONG ordinal,
                                      PVOID* address) {
    RtlEnterCriticalSection(&LdrpLoaderLock);
    NTSTATUS status = STATUS_DLL_NOT_FOUND;
    PLDR_DATA_TABLE_ENTRY module = LdrpFindByBase(base);
    if (module != NULL) {
        status =
            LdrpFindExport(module, name != NULL ? name->Buffer : NULL, ordinal, (ULONG)-1, address);
    }
    RtlLeaveCriticalSection(&LdrpLoaderLock);
    return status;
}
