// SPDX-License-Identifier: MIT
// A workload as a program for NT: NAME.exe ROUNDS prints the checksum.
#include <windows.h>

#include "workload.h"

byte* fresh_pages(word bytes) {
    return VirtualAlloc(NULL, bytes, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
}

void drop_pages(byte* at, word bytes) {
    (void)bytes;
    VirtualFree(at, 0, MEM_RELEASE);
}

// Asks whether an APC waits; none does.
__declspec(dllimport) LONG NTAPI NtTestAlert(void);

word null_call(void) {
    return (word)NtTestAlert();
}

/// The last word of the command line, which is ROUNDS.
static word rounds_of(const char* line) {
    word value = 0;
    for (; *line != 0; ++line) {
        value = *line >= '0' && *line <= '9' ? value * 10 + (word)(*line - '0') : 0;
    }
    return value;
}

void __stdcall start(void) {
    const word sum = workload(rounds_of(GetCommandLineA()));
    char line[9];
    for (word i = 0; i < 8; ++i) {
        line[i] = "0123456789abcdef"[sum >> (28 - 4 * i) & 15];
    }
    line[8] = '\n';
    DWORD written;
    WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), line, sizeof line, &written, NULL);
    ExitProcess(0);
}
