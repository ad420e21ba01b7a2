// SPDX-License-Identifier: MIT
// Reads 16 bytes, then 13. Run with --patch ssdt_hook.patch, the service table's slot of NtReadFile
// leads to seven instructions of bytecode that refuse reads of 13 bytes and pass all others on.
#include "say.h"

static void read(HANDLE file, DWORD size) {
    char buffer[16];
    DWORD done;
    if (ReadFile(file, buffer, size, &done, NULL)) {
        say("%lu bytes: read\n", done);
    } else {
        say("%lu bytes: refused, error %lu\n", size, GetLastError());
    }
}

void __stdcall start(void) {
    HANDLE file = CreateFileA("readfile.txt", GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING,
                              FILE_ATTRIBUTE_NORMAL, NULL);
    if (file == INVALID_HANDLE_VALUE) {
        ExitProcess(GetLastError());
    }
    read(file, 16);
    read(file, 13);
    CloseHandle(file);
    ExitProcess(0);
}
