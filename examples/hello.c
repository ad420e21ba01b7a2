// SPDX-License-Identifier: MIT
// The shortest program: one line by WriteFile.
#include <windows.h>

void __stdcall start(void) {
    static const char text[] = "Hello from ring 3.\n";
    DWORD written;
    WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), text, sizeof text - 1, &written, NULL);
    ExitProcess(0);
}
