// SPDX-License-Identifier: MIT
// Writes what comes by standard input to standard output, until that ends.
#include <windows.h>

void __stdcall start(void) {
    static char buffer[64];
    DWORD size;
    DWORD written;
    const HANDLE input = GetStdHandle(STD_INPUT_HANDLE);
    const HANDLE output = GetStdHandle(STD_OUTPUT_HANDLE);
    while (ReadFile(input, buffer, sizeof buffer, &size, NULL) && size != 0) {
        WriteFile(output, buffer, size, &written, NULL);
    }
    ExitProcess(0);
}
