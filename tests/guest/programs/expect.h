// SPDX-License-Identifier: MIT
// What the guest-side tests share: a claim that fails prints its line; the exit status counts them.
#pragma once

#include "nt/win32.h"

HANDLE WINAPI GetStdHandle(DWORD which);

static ULONG failures;

static inline void say(const char* format, ...) {
    char line[256];
    DWORD written;
    va_list arguments;
    va_start(arguments, format);
    const int length = _vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), line, length < 0 ? sizeof line : (DWORD)length,
              &written, NULL);
}

#define EXPECT(claim)                                            \
    do {                                                         \
        if (!(claim)) {                                          \
            ++failures;                                          \
            say("%s:%d: %s\n", __FILE_NAME__, __LINE__, #claim); \
        }                                                        \
    } while (0)

#define FINISH()                                                                  \
    do {                                                                          \
        say(failures == 0 ? "all claims hold\n" : "%lu claims fail\n", failures); \
        ExitProcess(failures);                                                    \
    } while (0)
