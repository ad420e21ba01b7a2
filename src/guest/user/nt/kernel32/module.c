// SPDX-License-Identifier: MIT
// Modules: handles, names, loading, addresses of functions.
#include "nt/win32.h"

static BOOL failed(NTSTATUS status) {
    return NT_SUCCESS(status) ? FALSE : !BaseSetLastNTError(status);
}

HMODULE WINAPI GetModuleHandleW(LPCWSTR name) {
    if (name == NULL) {
        return NtCurrentPeb()->ImageBaseAddress;
    }
    UNICODE_STRING string;
    PVOID base;
    RtlInitUnicodeString(&string, name);
    return failed(LdrGetDllHandle(NULL, NULL, &string, &base)) ? NULL : base;
}

HMODULE WINAPI GetModuleHandleA(LPCSTR name) {
    UNICODE_STRING wide;
    if (name == NULL) {
        return GetModuleHandleW(NULL);
    }
    if (!BaseToUnicode(&wide, name)) {
        return NULL;
    }
    const HMODULE module = GetModuleHandleW(wide.Buffer);
    RtlFreeUnicodeString(&wide);
    return module;
}

static PCUNICODE_STRING path_of(HMODULE module) {
    const PPEB peb = NtCurrentPeb();
    const PLIST_ENTRY list = &peb->Ldr->InLoadOrderModuleList;
    const PVOID base = module != NULL ? module : peb->ImageBaseAddress;
    for (PLIST_ENTRY at = list->Flink; at != list; at = at->Flink) {
        const PLDR_DATA_TABLE_ENTRY entry =
            CONTAINING_RECORD(at, LDR_DATA_TABLE_ENTRY, InLoadOrderLinks);
        if (entry->DllBase == base) {
            return &entry->FullDllName;
        }
    }
    return NULL;
}

DWORD WINAPI GetModuleFileNameW(HMODULE module, LPWSTR buffer, DWORD size) {
    RtlEnterCriticalSection(NtCurrentPeb()->LoaderLock);
    PCUNICODE_STRING path = path_of(module);
    DWORD length = 0;
    if (path == NULL) {
        RtlSetLastWin32Error(126);
    } else {
        length = path->Length / sizeof(WCHAR);
        const DWORD count = length < size ? length : size;
        memcpy(buffer, path->Buffer, count * sizeof(WCHAR));
        // XP: a name that does not fit is cut without a terminator.
        if (length < size) {
            buffer[length] = 0;
        } else {
            length = size;
            RtlSetLastWin32Error(ERROR_INSUFFICIENT_BUFFER);
        }
    }
    RtlLeaveCriticalSection(NtCurrentPeb()->LoaderLock);
    return length;
}

DWORD WINAPI GetModuleFileNameA(HMODULE module, LPSTR buffer, DWORD size) {
    WCHAR wide[520];
    DWORD length = GetModuleFileNameW(module, wide, sizeof wide / sizeof wide[0]);
    if (length == 0) {
        return 0;
    }
    const DWORD count = length < size ? length : size;
    RtlUnicodeToMultiByteN(buffer, count, NULL, wide, count * sizeof(WCHAR));
    if (length < size) {
        buffer[length] = 0;
        return length;
    }
    RtlSetLastWin32Error(ERROR_INSUFFICIENT_BUFFER);
    return size;
}

HMODULE WINAPI LoadLibraryExW(LPCWSTR name, HANDLE file, DWORD flags) {
    UNICODE_STRING string;
    PVOID base;
    // DONT_RESOLVE_DLL_REFERENCES, AS_DATAFILE and their like would map without loading.
    if (name == NULL || file != NULL || (flags & ~8u) != 0) {
        RtlSetLastWin32Error(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    RtlInitUnicodeString(&string, name);
    return failed(LdrLoadDll(NULL, NULL, &string, &base)) ? NULL : base;
}

HMODULE WINAPI LoadLibraryW(LPCWSTR name) {
    return LoadLibraryExW(name, NULL, 0);
}

HMODULE WINAPI LoadLibraryExA(LPCSTR name, HANDLE file, DWORD flags) {
    UNICODE_STRING wide;
    if (!BaseToUnicode(&wide, name)) {
        return NULL;
    }
    const HMODULE module = LoadLibraryExW(wide.Buffer, file, flags);
    RtlFreeUnicodeString(&wide);
    return module;
}

HMODULE WINAPI LoadLibraryA(LPCSTR name) {
    return LoadLibraryExA(name, NULL, 0);
}

BOOL WINAPI FreeLibrary(HMODULE module) {
    return !failed(LdrUnloadDll(module));
}

PVOID WINAPI GetProcAddress(HMODULE module, LPCSTR name) {
    PVOID address;
    NTSTATUS status;
    if ((ULONG_PTR)name < 0x10000) {
        status = LdrGetProcedureAddress(module, NULL, (ULONG_PTR)name, &address);
    } else {
        ANSI_STRING string;
        RtlInitAnsiString(&string, name);
        status = LdrGetProcedureAddress(module, &string, 0, &address);
    }
    return failed(status) ? NULL : address;
}

BOOL WINAPI DisableThreadLibraryCalls(HMODULE module) {
    return !failed(LdrDisableThreadCalloutsForDll(module));
}
