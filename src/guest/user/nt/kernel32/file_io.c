// SPDX-License-Identifier: MIT
// Files by handle: reading, writing, position and size.
#include "nt/win32.h"

#define FILE_BEGIN 0
#define FILE_CURRENT 1
#define FILE_END 2

/// STD_OUTPUT_HANDLE and its like are accepted where a handle is, as on NT.
static HANDLE real_handle(HANDLE handle) {
    const PRTL_USER_PROCESS_PARAMETERS parameters = NtCurrentPeb()->ProcessParameters;
    switch ((DWORD)handle) {
        case STD_INPUT_HANDLE: return parameters->StandardInput;
        case STD_OUTPUT_HANDLE: return parameters->StandardOutput;
        case STD_ERROR_HANDLE: return parameters->StandardError;
        default: return handle;
    }
}

NTSTATUS BaseWaitForIo(HANDLE file, NTSTATUS status, PIO_STATUS_BLOCK io) {
    if (status == STATUS_PENDING) {
        status = NtWaitForSingleObject(file, FALSE, NULL);
        if (NT_SUCCESS(status)) {
            status = io->Status;
        }
    }
    return status;
}

typedef NTSTATUS(NTAPI* TRANSFER)(HANDLE, HANDLE, PIO_APC_ROUTINE, PVOID, PIO_STATUS_BLOCK, PVOID,
                                  ULONG, PLARGE_INTEGER, PULONG);

/// An operation with an OVERLAPPED: its first two fields are the I/O status block, and a low bit
/// in the event keeps the completion from a port.
static BOOL transfer_overlapped(TRANSFER transfer, HANDLE file, PVOID buffer, DWORD size,
                                LPDWORD done, OVERLAPPED* overlapped) {
    LARGE_INTEGER offset = {{overlapped->Offset, (LONG)overlapped->OffsetHigh}};
    overlapped->Internal = (ULONG_PTR)STATUS_PENDING;
    const NTSTATUS status = transfer(
        file, overlapped->hEvent, NULL, (DWORD)overlapped->hEvent & 1 ? NULL : (PVOID)overlapped,
        (PIO_STATUS_BLOCK)&overlapped->Internal, buffer, size, &offset, NULL);
    if (NT_SUCCESS(status) && status != STATUS_PENDING) {
        if (done != NULL) {
            *done = overlapped->InternalHigh;
        }
        return TRUE;
    }
    if (done != NULL) {
        *done = 0;
    }
    if (status == STATUS_END_OF_FILE) {
        RtlSetLastWin32Error(ERROR_HANDLE_EOF);
        return FALSE;
    }
    return BaseSetLastNTError(status);
}

BOOL WINAPI ReadFile(HANDLE file, PVOID buffer, DWORD size, LPDWORD done, OVERLAPPED* overlapped) {
    file = real_handle(file);
    if (done != NULL) {
        *done = 0;
    }
    if (overlapped != NULL) {
        return transfer_overlapped(NtReadFile, file, buffer, size, done, overlapped);
    }
    IO_STATUS_BLOCK io = {{STATUS_SUCCESS}, 0};
    NTSTATUS status = NtReadFile(file, NULL, NULL, NULL, &io, buffer, size, NULL, NULL);
    status = BaseWaitForIo(file, status, &io);
    if (status == STATUS_END_OF_FILE) {
        return TRUE;
    }
    if (!NT_SUCCESS(status)) {
        return BaseSetLastNTError(status);
    }
    *done = io.Information;
    return TRUE;
}

BOOL WINAPI WriteFile(HANDLE file, LPCVOID buffer, DWORD size, LPDWORD done,
                      OVERLAPPED* overlapped) {
    const PVOID from = (PVOID)(ULONG_PTR)buffer;
    file = real_handle(file);
    if (done != NULL) {
        *done = 0;
    }
    if (overlapped != NULL) {
        return transfer_overlapped(NtWriteFile, file, from, size, done, overlapped);
    }
    IO_STATUS_BLOCK io = {{STATUS_SUCCESS}, 0};
    NTSTATUS status = NtWriteFile(file, NULL, NULL, NULL, &io, from, size, NULL, NULL);
    status = BaseWaitForIo(file, status, &io);
    if (!NT_SUCCESS(status)) {
        return BaseSetLastNTError(status);
    }
    *done = io.Information;
    return TRUE;
}

BOOL WINAPI CloseHandle(HANDLE handle) {
    const NTSTATUS status = NtClose(real_handle(handle));
    return NT_SUCCESS(status) ? TRUE : BaseSetLastNTError(status);
}

BOOL WINAPI FlushFileBuffers(HANDLE file) {
    IO_STATUS_BLOCK io;
    const NTSTATUS status = NtFlushBuffersFile(real_handle(file), &io);
    return NT_SUCCESS(status) ? TRUE : BaseSetLastNTError(status);
}

BOOL WINAPI GetFileSizeEx(HANDLE file, PLARGE_INTEGER size) {
    FILE_STANDARD_INFORMATION information;
    IO_STATUS_BLOCK io;
    const NTSTATUS status = NtQueryInformationFile(file, &io, &information, sizeof information,
                                                   FileStandardInformation);
    if (!NT_SUCCESS(status)) {
        return BaseSetLastNTError(status);
    }
    *size = information.EndOfFile;
    return TRUE;
}

DWORD WINAPI GetFileSize(HANDLE file, LPDWORD high) {
    LARGE_INTEGER size;
    if (!GetFileSizeEx(file, &size)) {
        return INVALID_FILE_SIZE;
    }
    if (high != NULL) {
        *high = (DWORD)size.HighPart;
    }
    // The value that also means failure is told apart by the last error.
    if (size.LowPart == INVALID_FILE_SIZE) {
        RtlSetLastWin32Error(ERROR_SUCCESS);
    }
    return size.LowPart;
}

BOOL WINAPI SetFilePointerEx(HANDLE file, LARGE_INTEGER distance, PLARGE_INTEGER result,
                             DWORD method) {
    LARGE_INTEGER position = {{0, 0}};
    IO_STATUS_BLOCK io;
    NTSTATUS status = STATUS_SUCCESS;
    if (method == FILE_CURRENT) {
        status =
            NtQueryInformationFile(file, &io, &position, sizeof position, FilePositionInformation);
    } else if (method == FILE_END) {
        FILE_STANDARD_INFORMATION information;
        status = NtQueryInformationFile(file, &io, &information, sizeof information,
                                        FileStandardInformation);
        position = information.EndOfFile;
    } else if (method != FILE_BEGIN) {
        RtlSetLastWin32Error(ERROR_INVALID_PARAMETER);
        return FALSE;
    }
    if (!NT_SUCCESS(status)) {
        return BaseSetLastNTError(status);
    }
    position.QuadPart += distance.QuadPart;
    if (position.QuadPart < 0) {
        RtlSetLastWin32Error(ERROR_NEGATIVE_SEEK);
        return FALSE;
    }
    status = NtSetInformationFile(file, &io, &position, sizeof position, FilePositionInformation);
    if (!NT_SUCCESS(status)) {
        return BaseSetLastNTError(status);
    }
    if (result != NULL) {
        *result = position;
    }
    return TRUE;
}

DWORD WINAPI SetFilePointer(HANDLE file, LONG distance, LONG* high, DWORD method) {
    LARGE_INTEGER wanted = {{(DWORD)distance, high != NULL ? *high : distance >> 31}};
    LARGE_INTEGER result;
    if (!SetFilePointerEx(file, wanted, &result, method)) {
        return INVALID_SET_FILE_POINTER;
    }
    if (high != NULL) {
        *high = result.HighPart;
    } else if (result.HighPart != 0) {
        RtlSetLastWin32Error(ERROR_INVALID_PARAMETER);
        return INVALID_SET_FILE_POINTER;
    }
    if (result.LowPart == INVALID_SET_FILE_POINTER) {
        RtlSetLastWin32Error(ERROR_SUCCESS);
    }
    return result.LowPart;
}

BOOL WINAPI SetEndOfFile(HANDLE file) {
    LARGE_INTEGER position;
    IO_STATUS_BLOCK io;
    NTSTATUS status =
        NtQueryInformationFile(file, &io, &position, sizeof position, FilePositionInformation);
    if (NT_SUCCESS(status)) {
        status =
            NtSetInformationFile(file, &io, &position, sizeof position, FileEndOfFileInformation);
    }
    return NT_SUCCESS(status) ? TRUE : BaseSetLastNTError(status);
}
