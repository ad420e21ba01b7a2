// SPDX-License-Identifier: MIT
// Arguments in the last page below MmUserProbeAddress, where nothing is mapped: the probe lets EDX
// pass, and the copy meets a page fault in ring 0.
#include "raw_arguments.h"
#include "say.h"

void __stdcall start(void) {
    static const ULONG_PTR places[] = {0x7FFEF000, 0x7FFEFFFC};
    for (unsigned i = 0; i < sizeof places / sizeof *places; ++i) {
        say("NtClose with its argument at %08lX: %08lX\n", places[i],
            close_with_argument_at(places[i]));
    }
    ExitProcess(0);
}
