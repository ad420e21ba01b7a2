// SPDX-License-Identifier: MIT
// Files by name: CreateFile, DeleteFile, GetFileAttributes.
#include "nt/win32.h"

#define GENERIC_WRITE 0x40000000u
#define FILE_FLAG_WRITE_THROUGH 0x80000000u
#define FILE_FLAG_OVERLAPPED 0x40000000u
#define FILE_FLAG_NO_BUFFERING 0x20000000u
#define FILE_FLAG_RANDOM_ACCESS 0x10000000u
#define FILE_FLAG_SEQUENTIAL_SCAN 0x08000000u
#define FILE_FLAG_DELETE_ON_CLOSE 0x04000000u
#define FILE_FLAG_BACKUP_SEMANTICS 0x02000000u
#define FILE_ATTRIBUTE_VALID 0x00007FB7u

/// The NT name of a DOS one; released with RtlFreeUnicodeString.
static BOOL nt_name(LPCWSTR name, PUNICODE_STRING result) {
    if (RtlDosPathNameToNtPathName_U(name, result, NULL, NULL)) {
        return TRUE;
    }
    RtlSetLastWin32Error(ERROR_PATH_NOT_FOUND);
    return FALSE;
}

static ULONG create_options(DWORD flags) {
    ULONG options = 0;
    options |= flags & FILE_FLAG_OVERLAPPED ? 0 : FILE_SYNCHRONOUS_IO_NONALERT;
    options |= flags & FILE_FLAG_WRITE_THROUGH ? FILE_WRITE_THROUGH : 0;
    options |= flags & FILE_FLAG_NO_BUFFERING ? FILE_NO_INTERMEDIATE_BUFFERING : 0;
    options |= flags & FILE_FLAG_RANDOM_ACCESS ? FILE_RANDOM_ACCESS : 0;
    options |= flags & FILE_FLAG_SEQUENTIAL_SCAN ? FILE_SEQUENTIAL_ONLY : 0;
    options |= flags & FILE_FLAG_DELETE_ON_CLOSE ? FILE_DELETE_ON_CLOSE : 0;
    options |=
        flags & FILE_FLAG_BACKUP_SEMANTICS ? FILE_OPEN_FOR_BACKUP_INTENT : FILE_NON_DIRECTORY_FILE;
    return options;
}

/// CREATE_NEW 1, CREATE_ALWAYS 2, OPEN_EXISTING 3, OPEN_ALWAYS 4, TRUNCATE_EXISTING 5.
static ULONG disposition_of(DWORD creation, DWORD access) {
    static const ULONG dispositions[6] = {0,         FILE_CREATE,  FILE_OVERWRITE_IF,
                                          FILE_OPEN, FILE_OPEN_IF, FILE_OVERWRITE};
    if (creation == 0 || creation > 5 || (creation == 5 && !(access & GENERIC_WRITE))) {
        return 0;
    }
    return dispositions[creation];
}

HANDLE WINAPI CreateFileW(LPCWSTR name, DWORD access, DWORD share,
                          const SECURITY_ATTRIBUTES* security, DWORD creation, DWORD flags,
                          HANDLE model) {
    (void)model;
    const ULONG disposition = disposition_of(creation, access);
    if (disposition == 0) {
        RtlSetLastWin32Error(ERROR_INVALID_PARAMETER);
        return INVALID_HANDLE_VALUE;
    }
    UNICODE_STRING object_name;
    if (!nt_name(name, &object_name)) {
        return INVALID_HANDLE_VALUE;
    }
    OBJECT_ATTRIBUTES attributes = object_attributes(&object_name, OBJ_CASE_INSENSITIVE);
    if (security != NULL) {
        attributes.SecurityDescriptor = security->lpSecurityDescriptor;
        attributes.Attributes |= security->bInheritHandle ? OBJ_INHERIT : 0;
    }
    access |= SYNCHRONIZE | FILE_READ_ATTRIBUTES;
    access |= flags & FILE_FLAG_DELETE_ON_CLOSE ? DELETE_ACCESS : 0;
    HANDLE file = INVALID_HANDLE_VALUE;
    IO_STATUS_BLOCK io;
    const NTSTATUS status =
        NtCreateFile(&file, access, &attributes, &io, NULL, flags & FILE_ATTRIBUTE_VALID, share,
                     disposition, create_options(flags), NULL, 0);
    RtlFreeUnicodeString(&object_name);
    if (!NT_SUCCESS(status)) {
        BaseSetLastNTError(status);
        if (creation == 1 && status == (NTSTATUS)0xC0000035) {
            RtlSetLastWin32Error(ERROR_FILE_EXISTS);
        }
        return INVALID_HANDLE_VALUE;
    }
    const BOOL existed = (creation == 2 && io.Information == FILE_OVERWRITTEN) ||
                         (creation == 4 && io.Information == FILE_OPENED);
    RtlSetLastWin32Error(existed ? ERROR_ALREADY_EXISTS : ERROR_SUCCESS);
    return file;
}

HANDLE WINAPI CreateFileA(LPCSTR name, DWORD access, DWORD share,
                          const SECURITY_ATTRIBUTES* security, DWORD creation, DWORD flags,
                          HANDLE model) {
    UNICODE_STRING wide;
    if (!BaseToUnicode(&wide, name)) {
        return INVALID_HANDLE_VALUE;
    }
    const HANDLE file = CreateFileW(wide.Buffer, access, share, security, creation, flags, model);
    RtlFreeUnicodeString(&wide);
    return file;
}

BOOL WINAPI DeleteFileW(LPCWSTR name) {
    UNICODE_STRING object_name;
    if (!nt_name(name, &object_name)) {
        return FALSE;
    }
    OBJECT_ATTRIBUTES attributes = object_attributes(&object_name, OBJ_CASE_INSENSITIVE);
    HANDLE file;
    IO_STATUS_BLOCK io;
    NTSTATUS status = NtOpenFile(&file, DELETE_ACCESS | FILE_READ_ATTRIBUTES, &attributes, &io,
                                 FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                                 FILE_NON_DIRECTORY_FILE | FILE_OPEN_FOR_BACKUP_INTENT);
    RtlFreeUnicodeString(&object_name);
    if (NT_SUCCESS(status)) {
        BOOLEAN remove = TRUE;
        status =
            NtSetInformationFile(file, &io, &remove, sizeof remove, FileDispositionInformation);
        NtClose(file);
    }
    return NT_SUCCESS(status) ? TRUE : BaseSetLastNTError(status);
}

BOOL WINAPI DeleteFileA(LPCSTR name) {
    UNICODE_STRING wide;
    if (!BaseToUnicode(&wide, name)) {
        return FALSE;
    }
    const BOOL done = DeleteFileW(wide.Buffer);
    RtlFreeUnicodeString(&wide);
    return done;
}

DWORD WINAPI GetFileAttributesW(LPCWSTR name) {
    UNICODE_STRING object_name;
    if (!nt_name(name, &object_name)) {
        return INVALID_FILE_ATTRIBUTES;
    }
    OBJECT_ATTRIBUTES attributes = object_attributes(&object_name, OBJ_CASE_INSENSITIVE);
    FILE_BASIC_INFORMATION information;
    const NTSTATUS status = NtQueryAttributesFile(&attributes, &information);
    RtlFreeUnicodeString(&object_name);
    if (!NT_SUCCESS(status)) {
        BaseSetLastNTError(status);
        return INVALID_FILE_ATTRIBUTES;
    }
    return information.FileAttributes;
}

DWORD WINAPI GetFileAttributesA(LPCSTR name) {
    UNICODE_STRING wide;
    if (!BaseToUnicode(&wide, name)) {
        return INVALID_FILE_ATTRIBUTES;
    }
    const DWORD attributes = GetFileAttributesW(wide.Buffer);
    RtlFreeUnicodeString(&wide);
    return attributes;
}
