// SPDX-License-Identifier: MIT
// What the process was started with: command line, environment, current directory.
#include "nt/win32.h"

static ANSI_STRING command_line;

BOOLEAN BaseInitialiseCommandLine(void) {
    return NT_SUCCESS(RtlUnicodeStringToAnsiString(
        &command_line, &NtCurrentPeb()->ProcessParameters->CommandLine, TRUE));
}

LPWSTR WINAPI GetCommandLineW(void) {
    return NtCurrentPeb()->ProcessParameters->CommandLine.Buffer;
}

LPSTR WINAPI GetCommandLineA(void) {
    return command_line.Buffer;
}

/// The characters copied without the terminator, or the buffer wanted with it, or 0.
DWORD WINAPI GetEnvironmentVariableW(LPCWSTR name, LPWSTR buffer, DWORD size) {
    UNICODE_STRING key;
    UNICODE_STRING value;
    RtlInitUnicodeString(&key, name);
    value.Length = 0;
    value.MaximumLength = (USHORT)(size == 0 ? 0 : size > 0x7FFF ? 0xFFFC : (size - 1) * 2);
    value.Buffer = buffer;
    const NTSTATUS status = RtlQueryEnvironmentVariable_U(NULL, &key, &value);
    const DWORD length = value.Length / sizeof(WCHAR);
    if (status == STATUS_BUFFER_TOO_SMALL || (NT_SUCCESS(status) && size == 0)) {
        return length + 1;
    }
    if (!NT_SUCCESS(status)) {
        RtlSetLastWin32Error(ERROR_ENVVAR_NOT_FOUND);
        return 0;
    }
    buffer[length] = 0;
    return length;
}

DWORD WINAPI GetEnvironmentVariableA(LPCSTR name, LPSTR buffer, DWORD size) {
    UNICODE_STRING wide;
    if (!BaseToUnicode(&wide, name)) {
        return 0;
    }
    DWORD length = GetEnvironmentVariableW(wide.Buffer, NULL, 0);
    if (length != 0) {
        LPWSTR value = RtlAllocateHeap(NtCurrentPeb()->ProcessHeap, 0, length * sizeof(WCHAR));
        if (value == NULL) {
            RtlSetLastWin32Error(ERROR_NOT_ENOUGH_MEMORY);
            length = 0;
        } else if (length <= size) {
            length = GetEnvironmentVariableW(wide.Buffer, value, length);
            RtlUnicodeToMultiByteN(buffer, length, NULL, value, length * sizeof(WCHAR));
            buffer[length] = 0;
        }
        RtlFreeHeap(NtCurrentPeb()->ProcessHeap, 0, value);
    }
    RtlFreeUnicodeString(&wide);
    return length;
}

DWORD WINAPI GetCurrentDirectoryW(DWORD size, LPWSTR buffer) {
    return RtlGetCurrentDirectory_U(size * sizeof(WCHAR), buffer) / sizeof(WCHAR);
}

DWORD WINAPI GetCurrentDirectoryA(DWORD size, LPSTR buffer) {
    WCHAR wide[520];
    const DWORD length = GetCurrentDirectoryW(sizeof wide / sizeof wide[0], wide);
    if (length >= size) {
        return length + 1;
    }
    RtlUnicodeToMultiByteN(buffer, length, NULL, wide, length * sizeof(WCHAR));
    buffer[length] = 0;
    return length;
}

DWORD WINAPI GetFullPathNameW(LPCWSTR name, DWORD size, LPWSTR buffer, LPWSTR* file_part) {
    return RtlGetFullPathName_U(name, size * sizeof(WCHAR), buffer, file_part) / sizeof(WCHAR);
}
