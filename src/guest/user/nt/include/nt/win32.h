// SPDX-License-Identifier: MIT
// The Win32 types and values that kernel32.dll's own sources need. Programs use the SDK's headers.
#pragma once

#include "nt/process.h"
#include "nt/rtl.h"
#include "nt/services.h"
#include "nt/status.h"
#include "nt/types.h"

#define WINAPI NTAPI
typedef CHAR* LPSTR;
typedef const CHAR* LPCSTR;
typedef WCHAR* LPWSTR;
typedef const WCHAR* LPCWSTR;
typedef DWORD* LPDWORD;

#define ERROR_SUCCESS 0
#define ERROR_INVALID_FUNCTION 1
#define ERROR_FILE_NOT_FOUND 2
#define ERROR_PATH_NOT_FOUND 3
#define ERROR_INVALID_HANDLE 6
#define ERROR_NOT_ENOUGH_MEMORY 8
#define ERROR_HANDLE_EOF 38
#define ERROR_FILE_EXISTS 80
#define ERROR_INVALID_PARAMETER 87
#define ERROR_INSUFFICIENT_BUFFER 122
#define ERROR_NEGATIVE_SEEK 131
#define ERROR_ALREADY_EXISTS 183
#define ERROR_ENVVAR_NOT_FOUND 203
#define ERROR_FILENAME_EXCED_RANGE 206
#define ERROR_INVALID_ADDRESS 487
#define ERROR_IO_PENDING 997
#define ERROR_INVALID_FLAGS 1004
#define ERROR_NO_UNICODE_TRANSLATION 1113

#define INVALID_HANDLE_VALUE ((HANDLE)(intptr_t)-1)
#define INVALID_FILE_SIZE 0xFFFFFFFFu
#define INVALID_SET_FILE_POINTER 0xFFFFFFFFu
#define INVALID_FILE_ATTRIBUTES 0xFFFFFFFFu
#define INFINITE 0xFFFFFFFFu
#define STD_INPUT_HANDLE ((DWORD)-10)
#define STD_OUTPUT_HANDLE ((DWORD)-11)
#define STD_ERROR_HANDLE ((DWORD)-12)

typedef struct {
    DWORD nLength;
    PVOID lpSecurityDescriptor;
    BOOL bInheritHandle;
} SECURITY_ATTRIBUTES;

typedef struct {
    ULONG_PTR Internal;
    ULONG_PTR InternalHigh;
    DWORD Offset;
    DWORD OffsetHigh;
    HANDLE hEvent;
} OVERLAPPED;

typedef struct {
    DWORD dwLowDateTime;
    DWORD dwHighDateTime;
} FILETIME;

typedef LONG(WINAPI* LPTOP_LEVEL_EXCEPTION_FILTER)(PEXCEPTION_POINTERS pointers);
#define EXCEPTION_EXECUTE_HANDLER 1
#define EXCEPTION_CONTINUE_SEARCH 0
#define EXCEPTION_CONTINUE_EXECUTION (-1)

/// Stores the Win32 error of a status as the thread's last error; always FALSE.
static inline BOOL BaseSetLastNTError(NTSTATUS status) {
    RtlSetLastWin32Error(RtlNtStatusToDosError(status));
    return FALSE;
}
/// Waits on the file for an operation that was PENDING, and answers its final status.
NTSTATUS BaseWaitForIo(HANDLE file, NTSTATUS status, PIO_STATUS_BLOCK io);
/// A relative timeout from milliseconds; NULL for INFINITE.
PLARGE_INTEGER BaseFormatTimeout(PLARGE_INTEGER timeout, DWORD milliseconds);
/// The ANSI string as a zero-terminated UTF-16 one in the process heap.
BOOL BaseToUnicode(PUNICODE_STRING to, LPCSTR from);

BOOL WINAPI CloseHandle(HANDLE handle);
BOOL WINAPI WriteFile(HANDLE file, LPCVOID buffer, DWORD size, LPDWORD done,
                      OVERLAPPED* overlapped);
BOOL WINAPI ReadFile(HANDLE file, PVOID buffer, DWORD size, LPDWORD done, OVERLAPPED* overlapped);
VOID WINAPI ExitProcess(UINT code);
VOID WINAPI ExitThread(DWORD code);
LONG WINAPI UnhandledExceptionFilter(PEXCEPTION_POINTERS pointers);
VOID WINAPI BaseProcessStart(DWORD(WINAPI* start)(void));
