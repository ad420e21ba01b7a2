// SPDX-License-Identifier: MIT
// Standard handles and the console, which is a file here.
#include "nt/win32.h"

#define FILE_DEVICE_CONSOLE 0x50
#define FILE_DEVICE_DISK 0x07
#define FILE_DEVICE_KEYBOARD 0x0B
#define FILE_DEVICE_NAMED_PIPE 0x11
#define FILE_DEVICE_NULL 0x15
#define FILE_TYPE_UNKNOWN 0
#define FILE_TYPE_DISK 1
#define FILE_TYPE_CHAR 2
#define FILE_TYPE_PIPE 3

static HANDLE* standard(DWORD which) {
    const PRTL_USER_PROCESS_PARAMETERS parameters = NtCurrentPeb()->ProcessParameters;
    switch (which) {
        case STD_INPUT_HANDLE: return &parameters->StandardInput;
        case STD_OUTPUT_HANDLE: return &parameters->StandardOutput;
        case STD_ERROR_HANDLE: return &parameters->StandardError;
        default: RtlSetLastWin32Error(ERROR_INVALID_HANDLE); return NULL;
    }
}

HANDLE WINAPI GetStdHandle(DWORD which) {
    HANDLE* const handle = standard(which);
    return handle == NULL ? INVALID_HANDLE_VALUE : *handle;
}

BOOL WINAPI SetStdHandle(DWORD which, HANDLE value) {
    HANDLE* const handle = standard(which);
    if (handle != NULL) {
        *handle = value;
    }
    return handle != NULL;
}

DWORD WINAPI GetFileType(HANDLE file) {
    FILE_FS_DEVICE_INFORMATION device;
    IO_STATUS_BLOCK io;
    const NTSTATUS status =
        NtQueryVolumeInformationFile(file, &io, &device, sizeof device, FileFsDeviceInformation);
    if (!NT_SUCCESS(status)) {
        BaseSetLastNTError(status);
        return FILE_TYPE_UNKNOWN;
    }
    RtlSetLastWin32Error(ERROR_SUCCESS);
    switch (device.DeviceType) {
        case FILE_DEVICE_DISK: return FILE_TYPE_DISK;
        case FILE_DEVICE_CONSOLE:
        case FILE_DEVICE_KEYBOARD:
        case FILE_DEVICE_NULL: return FILE_TYPE_CHAR;
        case FILE_DEVICE_NAMED_PIPE: return FILE_TYPE_PIPE;
        default: return FILE_TYPE_UNKNOWN;
    }
}

BOOL WINAPI WriteConsoleA(HANDLE console, LPCVOID text, DWORD count, LPDWORD done, PVOID reserved) {
    DWORD written = 0;
    (void)reserved;
    const BOOL result = WriteFile(console, text, count, &written, NULL);
    if (done != NULL) {
        *done = written;
    }
    return result;
}

BOOL WINAPI WriteConsoleW(HANDLE console, LPCVOID text, DWORD count, LPDWORD done, PVOID reserved) {
    char narrow[256];
    const WCHAR* from = text;
    DWORD total = 0;
    (void)reserved;
    while (total < count) {
        DWORD part = count - total < sizeof narrow ? count - total : sizeof narrow;
        RtlUnicodeToMultiByteN(narrow, sizeof narrow, NULL, from + total, part * sizeof(WCHAR));
        DWORD written = 0;
        if (!WriteFile(console, narrow, part, &written, NULL)) {
            return FALSE;
        }
        total += part;
    }
    if (done != NULL) {
        *done = total;
    }
    return TRUE;
}

BOOL WINAPI ReadConsoleA(HANDLE console, PVOID buffer, DWORD count, LPDWORD done, PVOID control) {
    (void)control;
    return ReadFile(console, buffer, count, done, NULL);
}
