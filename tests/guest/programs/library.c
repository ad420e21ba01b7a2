// SPDX-License-Identifier: MIT
// ntdll's and kernel32's plain routines, tested where they run.
#include "expect.h"

PVOID WINAPI HeapAlloc(HANDLE heap, DWORD flags, SIZE_T size);
HANDLE WINAPI HeapCreate(DWORD options, SIZE_T initial, SIZE_T maximum);
BOOL WINAPI HeapDestroy(HANDLE heap);
int WINAPI MultiByteToWideChar(UINT page, DWORD flags, LPCSTR from, int count, LPWSTR to, int size);
int WINAPI WideCharToMultiByte(UINT page, DWORD flags, LPCWSTR from, int count, LPSTR to, int size,
                               LPCSTR missing, BOOL* used);
DWORD WINAPI GetEnvironmentVariableA(LPCSTR name, LPSTR buffer, DWORD size);
DWORD WINAPI GetLastError(void);
DWORD WINAPI TlsAlloc(void);
BOOL WINAPI TlsFree(DWORD index);
PVOID WINAPI TlsGetValue(DWORD index);
BOOL WINAPI TlsSetValue(DWORD index, PVOID value);
HANDLE WINAPI CreateFileA(LPCSTR name, DWORD access, DWORD share, const SECURITY_ATTRIBUTES* s,
                          DWORD creation, DWORD flags, HANDLE model);
BOOL WINAPI HeapValidate(HANDLE heap, DWORD flags, LPCVOID block);

static ULONG state = 1;
static ULONG next(ULONG limit) {
    state = state * 1664525 + 1013904223;
    return (state >> 8) % limit;
}

static BOOL filled(const UCHAR* block, SIZE_T size, UCHAR value) {
    for (SIZE_T i = 0; i < size; ++i) {
        if (block[i] != value) {
            return FALSE;
        }
    }
    return TRUE;
}

#define BLOCKS 200

/// Blocks of every size come and go; each keeps its bytes.
static void heap_keeps_blocks(HANDLE heap) {
    static UCHAR* blocks[BLOCKS];
    static SIZE_T sizes[BLOCKS];
    for (ULONG round = 0; round < 4000; ++round) {
        const ULONG i = next(BLOCKS);
        const SIZE_T size = next(20) == 0 ? next(700000) : next(3000);
        if (blocks[i] == NULL) {
            blocks[i] = RtlAllocateHeap(heap, 0, size);
            sizes[i] = size;
            EXPECT(blocks[i] != NULL && ((ULONG_PTR)blocks[i] & 7) == 0);
        } else {
            EXPECT(RtlSizeHeap(heap, 0, blocks[i]) == sizes[i]);
            const SIZE_T check = sizes[i] < 64 ? sizes[i] : 64;
            EXPECT(filled(blocks[i], check, (UCHAR)i));
            EXPECT(filled(blocks[i] + sizes[i] - check, check, (UCHAR)i));
            if (next(3) == 0) {
                UCHAR* const moved = RtlReAllocateHeap(heap, 0, blocks[i], size);
                EXPECT(moved != NULL);
                EXPECT(filled(moved, size < sizes[i] ? (size < 64 ? size : 64) : check, (UCHAR)i));
                blocks[i] = moved;
                sizes[i] = size;
            } else {
                EXPECT(RtlFreeHeap(heap, 0, blocks[i]));
                blocks[i] = NULL;
                continue;
            }
        }
        memset(blocks[i], (int)i, sizes[i]);
    }
    EXPECT(RtlValidateHeap(heap, 0, NULL));
    for (ULONG i = 0; i < BLOCKS; ++i) {
        EXPECT(RtlFreeHeap(heap, 0, blocks[i]));
        blocks[i] = NULL;
    }
    EXPECT(RtlValidateHeap(heap, 0, NULL));
}

static void heaps(void) {
    const HANDLE heap = HeapCreate(0, 0, 0);
    EXPECT(heap != NULL);
    heap_keeps_blocks(heap);
    EXPECT(HeapDestroy(heap));

    const HANDLE process = NtCurrentPeb()->ProcessHeap;
    EXPECT(!HeapDestroy(process));
    UCHAR* const zero = RtlAllocateHeap(process, HEAP_ZERO_MEMORY, 100);
    EXPECT(filled(zero, 100, 0));
    EXPECT(RtlFreeHeap(process, 0, zero));
    EXPECT(!RtlFreeHeap(process, 0, zero));
    EXPECT(RtlFreeHeap(process, 0, NULL));
    UCHAR* const small = RtlAllocateHeap(process, 0, 16);
    EXPECT(RtlReAllocateHeap(process, HEAP_REALLOC_IN_PLACE_ONLY, small, 0x200000) == NULL);
    EXPECT(RtlReAllocateHeap(process, HEAP_REALLOC_IN_PLACE_ONLY, small, 8) == small);

    const HANDLE fixed = HeapCreate(0, 0x1000, 0x10000);
    EXPECT(RtlAllocateHeap(fixed, 0, 0x100000) == NULL);
    ULONG blocks = 0;
    while (RtlAllocateHeap(fixed, 0, 1000) != NULL) {
        ++blocks;
    }
    EXPECT(blocks > 40 && blocks < 66);
    EXPECT(HeapDestroy(fixed));
}

static BOOL formats(const char* expected, const char* format, ...) {
    char line[100];
    va_list arguments;
    va_start(arguments, format);
    const int length = _vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    const BOOL same = length == (int)strlen(expected) && strcmp(line, expected) == 0;
    if (!same) {
        say("  wants \"%s\", has \"%.*s\"\n", expected, length, line);
    }
    return same;
}

static void formatting(void) {
    const UNICODE_STRING counted = {6, 8, (PWSTR)(ULONG_PTR)L"abcd"};
    EXPECT(formats("plain 100%", "plain 100%%"));
    EXPECT(formats("-5 5 +5  5", "%d %u %+d % d", -5, 5, 5, 5));
    EXPECT(formats("ff FF 0xff 00ff", "%x %X %#x %04x", 255, 255, 255, 255));
    EXPECT(formats("[   42] [42   ] [00042]", "[%5d] [%-5d] [%05d]", 42, 42, 42));
    EXPECT(formats("-0042 0042", "%05d %.4d", -42, 42));
    EXPECT(formats("18446744073709551615", "%I64u", (ULONGLONG)-1));
    EXPECT(formats("-9223372036854775808", "%lld", (LONGLONG)1 << 63));
    EXPECT(formats("abc [  abc] [ab ]", "%s [%5s] [%-3.2s]", "abc", "abc", "abc"));
    EXPECT(formats("wide wide abc", "%ls %S %wZ", L"wide", L"wide", &counted));
    EXPECT(formats("7C900000 (null) x", "%p %s %c", (PVOID)0x7C900000, (char*)NULL, 'x'));
    char tiny[4] = "###";
    EXPECT(_snprintf(tiny, 3, "%s", "abcdef") == -1 && memcmp(tiny, "abc", 3) == 0);
}

static BOOL full(PCWSTR name, PCWSTR expected) {
    WCHAR path[260];
    const ULONG size = RtlGetFullPathName_U(name, sizeof path, path, NULL);
    const BOOL same = size == wcslen(expected) * sizeof(WCHAR) && wcscmp(path, expected) == 0;
    if (!same) {
        say("  \"%ls\" gives \"%ls\"\n", name, size == 0 ? L"" : path);
    }
    return same;
}

static BOOL names(PCWSTR dos, PCWSTR expected) {
    UNICODE_STRING nt;
    if (!RtlDosPathNameToNtPathName_U(dos, &nt, NULL, NULL)) {
        return FALSE;
    }
    const BOOL same = wcscmp(nt.Buffer, expected) == 0;
    if (!same) {
        say("  \"%ls\" names \"%ls\"\n", dos, nt.Buffer);
    }
    RtlFreeUnicodeString(&nt);
    return same;
}

static void paths(void) {
    EXPECT(full(L"file.txt", L"C:\\app\\file.txt"));
    EXPECT(full(L".\\a\\..\\b", L"C:\\app\\b"));
    EXPECT(full(L"..\\..\\..\\x", L"C:\\x"));
    EXPECT(full(L"d:\\a//b\\", L"D:\\a\\b\\"));
    EXPECT(full(L"\\root", L"C:\\root"));
    EXPECT(full(L"c:here", L"C:\\app\\here"));
    EXPECT(full(L"d:there", L"D:\\there"));
    EXPECT(full(L"\\\\server\\share\\f", L"\\\\server\\share\\f"));
    EXPECT(full(L"trail. . ", L"C:\\app\\trail"));
    EXPECT(full(L"nul", L"\\\\.\\nul"));
    EXPECT(full(L"\\\\.\\pipe\\x", L"\\\\.\\pipe\\x"));
    EXPECT(RtlGetFullPathName_U(L"", 100, NULL, NULL) == 0);
    EXPECT(RtlGetFullPathName_U(L"file", 4, NULL, NULL) == 24);
    EXPECT(names(L"file.txt", L"\\??\\C:\\app\\file.txt"));
    EXPECT(names(L"\\\\server\\share", L"\\??\\UNC\\server\\share"));
    EXPECT(names(L"\\\\?\\C:\\as.is. ", L"\\??\\C:\\as.is. "));
    EXPECT(names(L"CONOUT$", L"\\??\\CONOUT$"));
}

static void strings(void) {
    WCHAR wide[16];
    char narrow[16];
    BOOL missing;
    EXPECT(MultiByteToWideChar(0, 0, "\x80 \xE9", -1, wide, 16) == 4);
    EXPECT(wide[0] == 0x20AC && wide[2] == 0xE9);
    EXPECT(MultiByteToWideChar(65001, 0, "\xE2\x82\xAC\xF0\x9F\x98\x80", -1, wide, 16) == 4);
    EXPECT(wide[0] == 0x20AC && wide[1] == 0xD83D && wide[2] == 0xDE00 && wide[3] == 0);
    EXPECT(WideCharToMultiByte(65001, 0, wide, -1, narrow, 16, NULL, NULL) == 8);
    EXPECT(memcmp(narrow, "\xE2\x82\xAC\xF0\x9F\x98\x80", 8) == 0);
    EXPECT(MultiByteToWideChar(65001, 8, "\xC0\x80", -1, wide, 16) == 0);
    EXPECT(GetLastError() == ERROR_NO_UNICODE_TRANSLATION);
    EXPECT(WideCharToMultiByte(1252, 0, L"\x20AC\x3042", 2, narrow, 16, "#", &missing) == 2);
    EXPECT(narrow[0] == (char)0x80 && narrow[1] == '#' && missing);
    EXPECT(MultiByteToWideChar(0, 0, "long", -1, wide, 2) == 0);
    EXPECT(GetLastError() == ERROR_INSUFFICIENT_BUFFER);
    EXPECT(MultiByteToWideChar(0, 0, "long", -1, NULL, 0) == 5);

    UNICODE_STRING a;
    UNICODE_STRING b;
    RtlInitUnicodeString(&a,
                         L"Stra\xDF"
                         L"e");
    RtlInitUnicodeString(&b,
                         L"sTRA\xDF"
                         L"E");
    EXPECT(RtlEqualUnicodeString(&a, &b, TRUE));
    EXPECT(!RtlEqualUnicodeString(&a, &b, FALSE));
    EXPECT(_stricmp("KERNEL32.dll", "kernel32.DLL") == 0);
    EXPECT(strstr("haystack", "st") != NULL && strstr("haystack", "sx") == NULL);
    EXPECT(atoi(" -42x") == -42);
    char overlap[] = "0123456789";
    memmove(overlap + 2, overlap, 8);
    EXPECT(strcmp(overlap, "0101234567") == 0);
    memmove(overlap, overlap + 2, 8);
    EXPECT(memcmp(overlap, "01234567", 8) == 0);
}

static void errors(void) {
    EXPECT(RtlNtStatusToDosError(STATUS_SUCCESS) == 0);
    EXPECT(RtlNtStatusToDosError(STATUS_OBJECT_NAME_NOT_FOUND) == ERROR_FILE_NOT_FOUND);
    EXPECT(RtlNtStatusToDosError(STATUS_ACCESS_VIOLATION) == 998);
    EXPECT(RtlNtStatusToDosError((NTSTATUS)0xC0070005) == 5);
    EXPECT(RtlNtStatusToDosError((NTSTATUS)0xE1234567) == 0xE1234567);
    EXPECT(RtlNtStatusToDosError((NTSTATUS)0xC0ABCDEF) == 317);
    EXPECT(CreateFileA("absent.txt", 0x80000000, 1, NULL, 3, 0, NULL) == INVALID_HANDLE_VALUE);
    EXPECT(GetLastError() == ERROR_FILE_NOT_FOUND);
    EXPECT(CreateFileA("absent.txt", 0x80000000, 1, NULL, 9, 0, NULL) == INVALID_HANDLE_VALUE);
    EXPECT(GetLastError() == ERROR_INVALID_PARAMETER);
    char value[8];
    EXPECT(GetEnvironmentVariableA("no such name", value, sizeof value) == 0);
    EXPECT(GetLastError() == ERROR_ENVVAR_NOT_FOUND);
}

static void slots(void) {
    const DWORD first = TlsAlloc();
    const DWORD second = TlsAlloc();
    EXPECT(first != second && first < TLS_MINIMUM_AVAILABLE);
    EXPECT(TlsGetValue(first) == NULL);
    EXPECT(TlsSetValue(first, &failures) && TlsGetValue(first) == &failures);
    EXPECT(TlsFree(first) && !TlsFree(first));
    EXPECT(TlsAlloc() == first && TlsGetValue(first) == NULL);
    EXPECT(!TlsSetValue(64, NULL));
}

static void locks(void) {
    RTL_CRITICAL_SECTION section;
    RtlInitializeCriticalSection(&section);
    RtlEnterCriticalSection(&section);
    EXPECT(RtlTryEnterCriticalSection(&section));
    EXPECT(section.RecursionCount == 2);
    RtlLeaveCriticalSection(&section);
    RtlLeaveCriticalSection(&section);
    EXPECT(section.LockCount == -1 && section.OwningThread == NULL);
    EXPECT(RtlLeaveCriticalSection(&section) == STATUS_RESOURCE_NOT_OWNED);
    RtlDeleteCriticalSection(&section);
}

void WINAPI start(void) {
    formatting();
    paths();
    strings();
    errors();
    slots();
    locks();
    heaps();
    FINISH();
}
