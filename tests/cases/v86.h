// SPDX-License-Identifier: MIT
// V86 code, and the service of v86_driver that runs it. The programs have 64 KiB of stack; with more
// of it nothing would be free in the first megabyte, where V86 code has to be.
#pragma once

#include <windows.h>

__declspec(dllimport) LONG __stdcall NtVdmControl(ULONG segment, ULONG stack);

enum { v86_segment = 0x4000, paragraph = 16, v86_stack = 0x1000 };

// Puts the code at v86_segment:0 and returns where that is.
static inline volatile unsigned char* load_v86(const unsigned char* code, unsigned length) {
    volatile unsigned char* place =
        VirtualAlloc((void*)(v86_segment * paragraph), v86_stack, MEM_RESERVE | MEM_COMMIT,
                     PAGE_EXECUTE_READWRITE);
    if (place == NULL) {
        ExitProcess(2);
    }
    for (unsigned i = 0; i < length; ++i) {
        place[i] = code[i];
    }
    return place;
}

// Runs it until its BOP; returns its AX.
static inline unsigned run_v86(void) {
    return NtVdmControl(v86_segment, v86_stack) & 0xFFFF;
}
