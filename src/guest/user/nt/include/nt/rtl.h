// SPDX-License-Identifier: MIT
// What ntdll.dll exports besides system services.
#pragma once

#include "nt/context.h"
#include "nt/process.h"
#include "nt/types.h"

// C library routines; cdecl.
void* memcpy(void* to, const void* from, size_t size);
void* memmove(void* to, const void* from, size_t size);
void* memset(void* to, int value, size_t size);
int memcmp(const void* a, const void* b, size_t size);
void* memchr(const void* in, int value, size_t size);
size_t strlen(const char* s);
char* strcpy(char* to, const char* from);
char* strcat(char* to, const char* from);
int strcmp(const char* a, const char* b);
int strncmp(const char* a, const char* b, size_t count);
char* strncpy(char* to, const char* from, size_t count);
char* strchr(const char* s, int c);
char* strrchr(const char* s, int c);
char* strstr(const char* s, const char* part);
int _stricmp(const char* a, const char* b);
int _strnicmp(const char* a, const char* b, size_t count);
int atoi(const char* s);
int tolower(int c);
int toupper(int c);
size_t wcslen(const WCHAR* s);
WCHAR* wcscpy(WCHAR* to, const WCHAR* from);
WCHAR* wcscat(WCHAR* to, const WCHAR* from);
WCHAR* wcsncpy(WCHAR* to, const WCHAR* from, size_t count);
int wcscmp(const WCHAR* a, const WCHAR* b);
int wcsncmp(const WCHAR* a, const WCHAR* b, size_t count);
int _wcsicmp(const WCHAR* a, const WCHAR* b);
int _wcsnicmp(const WCHAR* a, const WCHAR* b, size_t count);
WCHAR* wcschr(const WCHAR* s, WCHAR c);
WCHAR* wcsrchr(const WCHAR* s, WCHAR c);
int _vsnprintf(char* to, size_t size, const char* format, va_list arguments);
int _snprintf(char* to, size_t size, const char* format, ...);
int sprintf(char* to, const char* format, ...);

// Strings. Characters above ASCII are those of code page 1252.
WCHAR NTAPI RtlAnsiCharToUnicodeChar(PUCHAR* source);
WCHAR NTAPI RtlUpcaseUnicodeChar(WCHAR c);
WCHAR NTAPI RtlDowncaseUnicodeChar(WCHAR c);
VOID NTAPI RtlInitAnsiString(PANSI_STRING to, PCSTR from);
VOID NTAPI RtlInitUnicodeString(PUNICODE_STRING to, PCWSTR from);
NTSTATUS NTAPI RtlAnsiStringToUnicodeString(PUNICODE_STRING to, PCANSI_STRING from,
                                            BOOLEAN allocate);
NTSTATUS NTAPI RtlUnicodeStringToAnsiString(PANSI_STRING to, PCUNICODE_STRING from,
                                            BOOLEAN allocate);
VOID NTAPI RtlFreeUnicodeString(PUNICODE_STRING string);
VOID NTAPI RtlFreeAnsiString(PANSI_STRING string);
BOOLEAN NTAPI RtlCreateUnicodeStringFromAsciiz(PUNICODE_STRING to, PCSTR from);
BOOLEAN NTAPI RtlEqualUnicodeString(PCUNICODE_STRING a, PCUNICODE_STRING b, BOOLEAN ignore_case);
LONG NTAPI RtlCompareUnicodeString(PCUNICODE_STRING a, PCUNICODE_STRING b, BOOLEAN ignore_case);
VOID NTAPI RtlCopyUnicodeString(PUNICODE_STRING to, PCUNICODE_STRING from);
NTSTATUS NTAPI RtlAppendUnicodeToString(PUNICODE_STRING to, PCWSTR from);
NTSTATUS NTAPI RtlAppendUnicodeStringToString(PUNICODE_STRING to, PCUNICODE_STRING from);
NTSTATUS NTAPI RtlMultiByteToUnicodeN(PWSTR to, ULONG to_bytes, PULONG used, PCSTR from,
                                      ULONG from_bytes);
NTSTATUS NTAPI RtlUnicodeToMultiByteN(PCHAR to, ULONG to_bytes, PULONG used, PCWSTR from,
                                      ULONG from_bytes);

// Memory.
#define HEAP_NO_SERIALIZE 0x01
#define HEAP_GROWABLE 0x02
#define HEAP_GENERATE_EXCEPTIONS 0x04
#define HEAP_ZERO_MEMORY 0x08
#define HEAP_REALLOC_IN_PLACE_ONLY 0x10
PVOID NTAPI RtlCreateHeap(ULONG flags, PVOID base, SIZE_T reserve, SIZE_T commit, PVOID lock,
                          PVOID parameters);
PVOID NTAPI RtlDestroyHeap(PVOID heap);
PVOID NTAPI RtlAllocateHeap(PVOID heap, ULONG flags, SIZE_T size);
BOOLEAN NTAPI RtlFreeHeap(PVOID heap, ULONG flags, PVOID block);
PVOID NTAPI RtlReAllocateHeap(PVOID heap, ULONG flags, PVOID block, SIZE_T size);
SIZE_T NTAPI RtlSizeHeap(PVOID heap, ULONG flags, PVOID block);
BOOLEAN NTAPI RtlValidateHeap(PVOID heap, ULONG flags, PVOID block);
SIZE_T NTAPI RtlCompareMemory(const void* a, const void* b, SIZE_T size);
VOID NTAPI RtlMoveMemory(PVOID to, const void* from, SIZE_T size);
VOID NTAPI RtlFillMemory(PVOID to, SIZE_T size, UCHAR value);
VOID NTAPI RtlZeroMemory(PVOID to, SIZE_T size);

// Critical sections.
NTSTATUS NTAPI RtlInitializeCriticalSection(PRTL_CRITICAL_SECTION section);
NTSTATUS NTAPI RtlInitializeCriticalSectionAndSpinCount(PRTL_CRITICAL_SECTION section, ULONG spins);
NTSTATUS NTAPI RtlDeleteCriticalSection(PRTL_CRITICAL_SECTION section);
NTSTATUS NTAPI RtlEnterCriticalSection(PRTL_CRITICAL_SECTION section);
NTSTATUS NTAPI RtlLeaveCriticalSection(PRTL_CRITICAL_SECTION section);
BOOLEAN NTAPI RtlTryEnterCriticalSection(PRTL_CRITICAL_SECTION section);

// Threads.
struct CLIENT_ID;
VOID NTAPI RtlInitializeContext(HANDLE process, PCONTEXT context, PVOID parameter, PVOID start,
                                PVOID stack);
NTSTATUS NTAPI RtlCreateUserThread(HANDLE process, PVOID security, BOOLEAN suspended,
                                   ULONG zero_bits, SIZE_T reserve, SIZE_T commit, PVOID start,
                                   PVOID parameter, HANDLE* thread, struct CLIENT_ID* id);
VOID NTAPI RtlExitUserThread(NTSTATUS status);

// Exceptions.
VOID NTAPI RtlCaptureContext(PCONTEXT context);
BOOLEAN NTAPI RtlDispatchException(PEXCEPTION_RECORD record, PCONTEXT context);
VOID NTAPI RtlRaiseException(PEXCEPTION_RECORD record);
VOID NTAPI RtlRaiseStatus(NTSTATUS status);
VOID NTAPI RtlUnwind(PVOID target_frame, PVOID target_ip, PEXCEPTION_RECORD record, PVOID value);

// Errors and paths.
ULONG NTAPI RtlNtStatusToDosError(NTSTATUS status);
ULONG NTAPI RtlGetLastWin32Error(void);
VOID NTAPI RtlSetLastWin32Error(ULONG error);
BOOLEAN NTAPI RtlDosPathNameToNtPathName_U(PCWSTR dos, PUNICODE_STRING nt, PCWSTR* file_part,
                                           PVOID reserved);
ULONG NTAPI RtlGetFullPathName_U(PCWSTR name, ULONG bytes, PWSTR buffer, PWSTR* file_part);
ULONG NTAPI RtlGetCurrentDirectory_U(ULONG bytes, PWSTR buffer);
NTSTATUS NTAPI RtlQueryEnvironmentVariable_U(PWSTR environment, PCUNICODE_STRING name,
                                             PUNICODE_STRING value);
VOID NTAPI RtlAcquirePebLock(void);
VOID NTAPI RtlReleasePebLock(void);
PVOID NTAPI RtlImageNtHeader(PVOID base);
PVOID NTAPI RtlImageDirectoryEntryToData(PVOID base, BOOLEAN mapped, USHORT directory, PULONG size);

// Loader.
NTSTATUS NTAPI LdrLoadDll(PCWSTR path, PULONG flags, PCUNICODE_STRING name, PVOID* base);
NTSTATUS NTAPI LdrUnloadDll(PVOID base);
NTSTATUS NTAPI LdrGetDllHandle(PCWSTR path, PULONG flags, PCUNICODE_STRING name, PVOID* base);
NTSTATUS NTAPI LdrGetProcedureAddress(PVOID base, PCANSI_STRING name, ULONG ordinal,
                                      PVOID* address);
NTSTATUS NTAPI LdrDisableThreadCalloutsForDll(PVOID base);
NTSTATUS NTAPI LdrShutdownProcess(void);
NTSTATUS NTAPI LdrShutdownThread(void);

// Debugging.
ULONG DbgPrint(const char* format, ...);
VOID NTAPI DbgBreakPoint(void);
