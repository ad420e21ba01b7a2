// SPDX-License-Identifier: MIT
// The least that a program for NT can do.
#include <windows.h>

void __stdcall start(void) {
    ExitProcess(0);
}
