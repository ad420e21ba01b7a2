// SPDX-License-Identifier: MIT
// The first call to win32k makes a thread a GUI thread: it gets a larger kernel stack, and the
// frame of the call moves there while the call is under way. Drawing commands that gdi32 would have
// batched in the TEB are played before the next such call.
#include "say.h"
#include "win32k.h"

static void show(const char* when) {
    say("%s: %s, %lu commands in the batch\n", when,
        *teb(TEB_Win32ThreadInfo) != 0 ? "a GUI thread" : "no GUI thread", *teb(TEB_GdiBatchCount));
}

void __stdcall start(void) {
    show("at first");
    NtUserGetThreadState(0);
    show("after NtUserGetThreadState");
    *teb(TEB_GdiBatchCount) = 5;
    show("drawn");
    NtGdiFlush();
    show("after NtGdiFlush");
    ExitProcess(0);
}
