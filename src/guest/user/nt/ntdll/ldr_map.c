// SPDX-License-Identifier: MIT
// From a DLL's name to a view of its file: the search, the image section, relocation.
#include "internal.h"

#define LONGEST_PATH 260

/// Known DLLs come from system32 only, whatever stands in the program's folder.
static BOOLEAN is_known(PCWSTR name) {
    return _wcsicmp(name, L"ntdll.dll") == 0 || _wcsicmp(name, L"kernel32.dll") == 0;
}

static NTSTATUS open_at(PCWSTR folder, ULONG folder_length, PCWSTR name, HANDLE* file, PWSTR path) {
    const ULONG name_length = wcslen(name);
    if (folder_length + name_length + 2 > LONGEST_PATH) {
        return STATUS_NAME_TOO_LONG;
    }
    WCHAR nt_path[LONGEST_PATH + 4];
    memcpy(path, folder, folder_length * sizeof(WCHAR));
    if (folder_length != 0 && folder[folder_length - 1] != '\\') {
        path[folder_length++] = '\\';
    }
    memcpy(path + folder_length, name, (name_length + 1) * sizeof(WCHAR));
    wcscpy(nt_path, L"\\??\\");
    wcscat(nt_path, path);
    UNICODE_STRING object_name;
    RtlInitUnicodeString(&object_name, nt_path);
    OBJECT_ATTRIBUTES attributes = object_attributes(&object_name, OBJ_CASE_INSENSITIVE);
    IO_STATUS_BLOCK io;
    return NtOpenFile(file, SYNCHRONIZE | FILE_EXECUTE | FILE_READ_DATA, &attributes, &io,
                      FILE_SHARE_READ | FILE_SHARE_DELETE,
                      FILE_NON_DIRECTORY_FILE | FILE_SYNCHRONOUS_IO_NONALERT);
}

static NTSTATUS open_in_system(PCWSTR name, HANDLE* file, PWSTR path) {
    WCHAR folder[LONGEST_PATH + 10];
    wcsncpy(folder,
            SharedUserData->NtSystemRoot[0] != 0 ? SharedUserData->NtSystemRoot : L"C:\\windows",
            LONGEST_PATH - 1);
    folder[LONGEST_PATH - 1] = 0;
    wcscat(folder, L"\\system32");
    return open_at(folder, wcslen(folder), name, file, path);
}

static BOOLEAN missing(NTSTATUS status) {
    return status == STATUS_OBJECT_NAME_NOT_FOUND || status == STATUS_OBJECT_PATH_NOT_FOUND ||
           status == STATUS_NO_SUCH_FILE;
}

/// Program's folder, system32, current directory: NT's order without the 16-bit folder and PATH.
static NTSTATUS search(PCWSTR name, HANDLE* file, PWSTR path) {
    const PRTL_USER_PROCESS_PARAMETERS parameters = NtCurrentPeb()->ProcessParameters;
    if (wcschr(name, '\\') != NULL || wcschr(name, '/') != NULL || wcschr(name, ':') != NULL) {
        WCHAR full[LONGEST_PATH];
        const ULONG size = RtlGetFullPathName_U(name, sizeof full, full, NULL);
        if (size == 0 || size >= sizeof full) {
            return STATUS_NAME_TOO_LONG;
        }
        return open_at(full, 0, full, file, path);
    }
    if (is_known(name)) {
        return open_in_system(name, file, path);
    }
    const UNICODE_STRING* const program = &parameters->ImagePathName;
    ULONG folder = program->Length / sizeof(WCHAR);
    while (folder > 0 && program->Buffer[folder - 1] != '\\') {
        --folder;
    }
    NTSTATUS status = open_at(program->Buffer, folder, name, file, path);
    if (missing(status)) {
        status = open_in_system(name, file, path);
    }
    if (missing(status)) {
        const UNICODE_STRING* const current = &parameters->CurrentDirectory.DosPath;
        status = open_at(current->Buffer, current->Length / sizeof(WCHAR), name, file, path);
    }
    return status;
}

static NTSTATUS map(HANDLE file, PVOID* base) {
    HANDLE section;
    NTSTATUS status =
        NtCreateSection(&section, SECTION_ALL_MAP, NULL, NULL, PAGE_EXECUTE, SEC_IMAGE, file);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    SIZE_T size = 0;
    *base = NULL;
    status = NtMapViewOfSection(section, NtCurrentProcess(), base, 0, 0, NULL, &size, ViewShare, 0,
                                PAGE_READWRITE);
    NtClose(section);
    return status;
}

/// Opens every section for writing, or puts the protections back.
static NTSTATUS set_writable(PVOID base, BOOLEAN writable, PULONG old) {
    const IMAGE_NT_HEADERS* const headers = RtlImageNtHeader(base);
    const IMAGE_SECTION_HEADER* const sections =
        (const IMAGE_SECTION_HEADER*)((const char*)&headers->Magic + headers->SizeOfOptionalHeader);
    for (ULONG i = 0; i < headers->NumberOfSections; ++i) {
        PVOID start = (char*)base + sections[i].VirtualAddress;
        SIZE_T size =
            sections[i].VirtualSize != 0 ? sections[i].VirtualSize : sections[i].SizeOfRawData;
        ULONG previous;
        const NTSTATUS status = NtProtectVirtualMemory(
            NtCurrentProcess(), &start, &size, writable ? PAGE_READWRITE : old[i], &previous);
        if (!NT_SUCCESS(status)) {
            return status;
        }
        if (writable) {
            old[i] = previous;
        }
    }
    return STATUS_SUCCESS;
}

NTSTATUS LdrpRelocate(PVOID base) {
    const IMAGE_NT_HEADERS* const headers = RtlImageNtHeader(base);
    const ULONG delta = (ULONG_PTR)base - headers->ImageBase;
    if (delta == 0) {
        return STATUS_SUCCESS;
    }
    ULONG left;
    IMAGE_BASE_RELOCATION* block =
        RtlImageDirectoryEntryToData(base, TRUE, IMAGE_DIRECTORY_ENTRY_BASERELOC, &left);
    if ((headers->Characteristics & IMAGE_FILE_RELOCS_STRIPPED) || block == NULL) {
        return STATUS_ILLEGAL_DLL_RELOCATION;
    }
    ULONG protections[96];
    NTSTATUS status = set_writable(base, TRUE, protections);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    while (left >= sizeof *block && block->SizeOfBlock >= sizeof *block &&
           block->SizeOfBlock <= left) {
        const USHORT* entry = (const USHORT*)(block + 1);
        const USHORT* const end = (const USHORT*)((char*)block + block->SizeOfBlock);
        for (; entry < end; ++entry) {
            if (*entry >> 12 == 3) {
                *(ULONG*)((char*)base + block->VirtualAddress + (*entry & 0xFFF)) += delta;
            }
        }
        left -= block->SizeOfBlock;
        block = (IMAGE_BASE_RELOCATION*)((char*)block + block->SizeOfBlock);
    }
    return set_writable(base, FALSE, protections);
}

NTSTATUS LdrpMapDll(PCUNICODE_STRING name, PLDR_DATA_TABLE_ENTRY* module) {
    WCHAR path[LONGEST_PATH];
    HANDLE file;
    NTSTATUS status = search(name->Buffer, &file, path);
    if (!NT_SUCCESS(status)) {
        return missing(status) ? STATUS_DLL_NOT_FOUND : status;
    }
    UNICODE_STRING full_name;
    RtlInitUnicodeString(&full_name, path);
    // The same file under another spelling of its name is the same module.
    *module = LdrpFindByName(&full_name);
    if (*module != NULL) {
        NtClose(file);
        return STATUS_SUCCESS;
    }
    PVOID base;
    status = map(file, &base);
    NtClose(file);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    status = LdrpRelocate(base);
    if (NT_SUCCESS(status) && is_known(name->Buffer) &&
        ((IMAGE_NT_HEADERS*)RtlImageNtHeader(base))->ImageBase != (ULONG_PTR)base) {
        // The kernel entered the process by an address inside it.
        status = STATUS_ILLEGAL_DLL_RELOCATION;
    }
    if (NT_SUCCESS(status)) {
        *module = LdrpInsertModule(base, &full_name);
        status = *module == NULL ? STATUS_NO_MEMORY : STATUS_SUCCESS;
    }
    if (!NT_SUCCESS(status)) {
        NtUnmapViewOfSection(NtCurrentProcess(), base);
    }
    return status;
}
