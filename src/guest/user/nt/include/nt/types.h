// SPDX-License-Identifier: MIT
// Basic types of NT's user mode, with Microsoft's names.
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

typedef void VOID, *PVOID, *HANDLE, *HMODULE;
typedef const void* LPCVOID;
typedef char CHAR, *PCHAR;
typedef const char* PCSTR;
typedef unsigned char UCHAR, BYTE, *PUCHAR, BOOLEAN;
typedef uint16_t USHORT, WORD, WCHAR, *PWSTR;
typedef const WCHAR* PCWSTR;
typedef int32_t LONG, NTSTATUS, BOOL;
typedef uint32_t ULONG, DWORD, ULONG_PTR, SIZE_T, UINT, *PULONG, *PSIZE_T;
typedef int64_t LONGLONG;
typedef uint64_t ULONGLONG;

// 64-bit values are passed by pointer or as two dwords; the halves keep i386 code short.
typedef union {
    struct {
        ULONG LowPart;
        LONG HighPart;
    };
    LONGLONG QuadPart;
} LARGE_INTEGER, *PLARGE_INTEGER;

typedef struct {
    USHORT Length;
    USHORT MaximumLength;
    PWSTR Buffer;
} UNICODE_STRING, *PUNICODE_STRING;
typedef const UNICODE_STRING* PCUNICODE_STRING;

typedef struct {
    USHORT Length;
    USHORT MaximumLength;
    PCHAR Buffer;
} ANSI_STRING, *PANSI_STRING;
typedef const ANSI_STRING* PCANSI_STRING;

typedef struct LIST_ENTRY {
    struct LIST_ENTRY* Flink;
    struct LIST_ENTRY* Blink;
} LIST_ENTRY, *PLIST_ENTRY;

#define NTAPI __attribute__((stdcall))
#define FALSE 0
#define TRUE 1
#define NT_SUCCESS(status) ((NTSTATUS)(status) >= 0)
#define CONTAINING_RECORD(address, type, field) ((type*)((char*)(address)-offsetof(type, field)))
#define NtCurrentProcess() ((HANDLE)(intptr_t)-1)
#define NtCurrentThread() ((HANDLE)(intptr_t)-2)
#define STATIC_OFFSET(type, field, offset) \
    _Static_assert(offsetof(type, field) == (offset), #type "." #field)
