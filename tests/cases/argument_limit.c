// SPDX-License-Identifier: MIT
// Arguments above MmUserProbeAddress: a user may not have the kernel read its own memory for him.
// FFDF0004 is mapped and holds TickCountMultiplier.
#include "raw_arguments.h"
#include "say.h"

void __stdcall start(void) {
    static const ULONG_PTR places[] = {0x7FFF0000, 0xFFDF0004};
    for (unsigned i = 0; i < sizeof places / sizeof *places; ++i) {
        say("NtClose with its argument at %08lX: %08lX\n", places[i],
            close_with_argument_at(places[i]));
    }
    ExitProcess(0);
}
