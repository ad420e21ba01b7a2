// SPDX-License-Identifier: MIT
// Formatted text on standard output, with nothing but our own DLLs underneath.
#pragma once

#include <stdarg.h>
#include <windows.h>

// ntdll.dll exports it; the SDK's headers leave it to the C library.
int __cdecl _vsnprintf(char* to, size_t size, const char* format, va_list arguments);

static inline void say(const char* format, ...) {
    char line[256];
    DWORD written;
    va_list arguments;
    va_start(arguments, format);
    int length = _vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), line, length < 0 ? sizeof line : (DWORD)length,
              &written, NULL);
}
