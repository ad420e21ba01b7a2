// SPDX-License-Identifier: MIT
// V86 code that waits for another thread: it loses the processor in V86 mode and gets it back there.
#include "say.h"
#include "v86.h"

static volatile unsigned char* wanted;

static DWORD WINAPI answer(void* parameter) {
    (void)parameter;
    *wanted = 0x55;
    return 0;
}

void __stdcall start(void) {
    enum { mailbox = 0x20 };
    static const unsigned char code[] = {
        0x2E, 0xA0, mailbox, 0x00,  // again: mov al, cs:[mailbox]
        0x84, 0xC0,                 // test al, al
        0x74, 0xF8,                 // jz again
        0xB4, 0x00,                 // mov ah, 0
        0xC4, 0xC4,                 // BOP
    };
    wanted = load_v86(code, sizeof code) + mailbox;
    *wanted = 0;
    CloseHandle(CreateThread(NULL, 0, answer, NULL, 0, NULL));
    say("the other thread's answer: %02X\n", run_v86());
    ExitProcess(0);
}
