// SPDX-License-Identifier: MIT
// What a system call costs when the service does next to nothing: NtClose of a handle that is not
// open. The argument is the number of calls; run it with --entry int2e and --entry sysenter.
#include "say.h"

NTSTATUS NTAPI NtClose(HANDLE handle);

enum { default_calls = 1000 };

/// The first number on the command line behind the program's name.
static ULONG calls_wanted(const char* line) {
    while (*line != 0 && *line != ' ') {
        ++line;
    }
    while (*line == ' ') {
        ++line;
    }
    ULONG calls = 0;
    for (; *line >= '0' && *line <= '9'; ++line) {
        calls = calls * 10 + (ULONG)(*line - '0');
    }
    return calls != 0 ? calls : default_calls;
}

static ULONG time_stamp(void) {
    ULONG low;
    __asm__ volatile("rdtsc" : "=a"(low) : : "edx");
    return low;
}

void __stdcall start(void) {
    const ULONG calls = calls_wanted(GetCommandLineA());
    NTSTATUS status = NtClose(NULL);  // not measured: the first call of anything brings pages in
    const ULONG begin = time_stamp();
    for (ULONG i = 0; i < calls; ++i) {
        status = NtClose(NULL);
    }
    const ULONG clocks = time_stamp() - begin;
    say("%lu calls, status %08lX, %lu clocks each\n", calls, (ULONG)status, clocks / calls);
    ExitProcess(0);
}
