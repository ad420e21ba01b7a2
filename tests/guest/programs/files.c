// SPDX-License-Identifier: MIT
// Files, from inside: run with C:\work mounted for writing and empty.
#include "expect.h"

#define GENERIC_READ 0x80000000u
#define GENERIC_WRITE 0x40000000u
#define CREATE_NEW 1
#define CREATE_ALWAYS 2
#define OPEN_EXISTING 3
#define OPEN_ALWAYS 4
#define TRUNCATE_EXISTING 5

HANDLE WINAPI CreateFileA(LPCSTR name, DWORD access, DWORD share, const SECURITY_ATTRIBUTES* s,
                          DWORD creation, DWORD flags, HANDLE model);
BOOL WINAPI DeleteFileA(LPCSTR name);
DWORD WINAPI GetFileAttributesA(LPCSTR name);
DWORD WINAPI GetFileSize(HANDLE file, LPDWORD high);
DWORD WINAPI GetFileType(HANDLE file);
DWORD WINAPI SetFilePointer(HANDLE file, LONG distance, LONG* high, DWORD method);
BOOL WINAPI SetEndOfFile(HANDLE file);
BOOL WINAPI FlushFileBuffers(HANDLE file);
DWORD WINAPI GetLastError(void);

static const char name[] = "C:\\work\\numbers.txt";

static HANDLE open(DWORD access, DWORD creation) {
    return CreateFileA(name, access, 0, NULL, creation, 0, NULL);
}

static void creation(void) {
    EXPECT(open(GENERIC_READ, OPEN_EXISTING) == INVALID_HANDLE_VALUE);
    EXPECT(GetLastError() == ERROR_FILE_NOT_FOUND);
    EXPECT(GetFileAttributesA(name) == INVALID_FILE_ATTRIBUTES);
    const HANDLE file = open(GENERIC_READ | GENERIC_WRITE, CREATE_NEW);
    EXPECT(file != INVALID_HANDLE_VALUE && GetLastError() == ERROR_SUCCESS);
    EXPECT(CloseHandle(file) && !CloseHandle(file) && GetLastError() == ERROR_INVALID_HANDLE);
    EXPECT(open(GENERIC_READ, CREATE_NEW) == INVALID_HANDLE_VALUE);
    EXPECT(GetLastError() == ERROR_FILE_EXISTS);
    EXPECT(CreateFileA("C:\\work\\none\\x", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL) ==
           INVALID_HANDLE_VALUE);
    EXPECT(GetLastError() == ERROR_PATH_NOT_FOUND);
    const HANDLE again = open(GENERIC_WRITE, OPEN_ALWAYS);
    EXPECT(again != INVALID_HANDLE_VALUE && GetLastError() == ERROR_ALREADY_EXISTS);
    EXPECT(CloseHandle(again));
}

static void contents(void) {
    char buffer[16];
    DWORD done;
    const HANDLE file = open(GENERIC_READ | GENERIC_WRITE, CREATE_ALWAYS);
    EXPECT(GetLastError() == ERROR_ALREADY_EXISTS);
    EXPECT(GetFileType(file) == 1);
    EXPECT(WriteFile(file, "0123456789", 10, &done, NULL) && done == 10);
    EXPECT(GetFileSize(file, NULL) == 10);
    EXPECT(SetFilePointer(file, 0, NULL, 1) == 10);
    EXPECT(SetFilePointer(file, -3, NULL, 2) == 7);
    EXPECT(ReadFile(file, buffer, sizeof buffer, &done, NULL) && done == 3);
    EXPECT(memcmp(buffer, "789", 3) == 0);
    EXPECT(ReadFile(file, buffer, sizeof buffer, &done, NULL) && done == 0);
    EXPECT(SetFilePointer(file, -1, NULL, 0) == INVALID_SET_FILE_POINTER);
    EXPECT(GetLastError() == ERROR_NEGATIVE_SEEK);
    EXPECT(SetFilePointer(file, 4, NULL, 0) == 4 && SetEndOfFile(file));
    EXPECT(GetFileSize(file, NULL) == 4);
    OVERLAPPED at = {0, 0, 1, 0, NULL};
    EXPECT(ReadFile(file, buffer, 2, &done, &at) && done == 2 && memcmp(buffer, "12", 2) == 0);
    at.Offset = 100;
    EXPECT(!ReadFile(file, buffer, 2, &done, &at) && GetLastError() == ERROR_HANDLE_EOF);
    EXPECT(FlushFileBuffers(file));
    EXPECT(!ReadFile(file, (PVOID)0x10, 4, &done, NULL) || done == 0);
    EXPECT(CloseHandle(file));
}

static void sharing_and_end(void) {
    char byte;
    DWORD done;
    const HANDLE reader = open(GENERIC_READ, OPEN_EXISTING);
    EXPECT(open(GENERIC_READ, OPEN_EXISTING) == INVALID_HANDLE_VALUE && GetLastError() == 32);
    EXPECT(!WriteFile(reader, "x", 1, &done, NULL) && GetLastError() == 5);
    EXPECT(CloseHandle(reader));
    const HANDLE empty = open(GENERIC_READ | GENERIC_WRITE, TRUNCATE_EXISTING);
    EXPECT(GetFileSize(empty, NULL) == 0);
    EXPECT(ReadFile(empty, &byte, 1, &done, NULL) && done == 0);
    EXPECT(CloseHandle(empty));
    EXPECT(DeleteFileA(name) && !DeleteFileA(name) && GetLastError() == ERROR_FILE_NOT_FOUND);
    EXPECT(GetFileType(GetStdHandle(STD_OUTPUT_HANDLE)) != 0);
    EXPECT(GetFileAttributesA("C:\\work") & 0x10);
    EXPECT(CreateFileA("C:\\app\\new.txt", GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL) ==
           INVALID_HANDLE_VALUE);
}

void WINAPI start(void) {
    creation();
    contents();
    sharing_and_end();
    FINISH();
}
