// SPDX-License-Identifier: MIT
// What the ring border costs, by difference. The same service body is linked into this program and
// placed in ring 0; run with --patch-object direct_call_service.o --patch direct_call.patch, once
// with --entry int2e and once with --entry sysenter.
#include "say.h"

enum { rounds = 64, bytes = 32 };

typedef ULONG __stdcall sum_bytes(const UCHAR* from, ULONG count);

// Linked in: no stub, no trap.
sum_bytes direct __asm__("SumBytes");

// In ring 0: the stub of XP, with the number that the driver's service has taken.
sum_bytes by_number __asm__("SumBytesStub");
__asm__(
    "SumBytesStub:\n"
    "  movl $0x8D, %eax\n"
    "  movl $0x7FFE0300, %edx\n"
    "  call *(%edx)\n"
    "  ret $8\n");

static ULONG time_stamp(void) {
    ULONG low;
    __asm__ volatile("rdtsc" : "=a"(low) : : "edx");
    return low;
}

static ULONG clocks_of(sum_bytes* call, ULONG* sum) {
    UCHAR data[bytes];
    for (int i = 0; i < bytes; ++i) {
        data[i] = (UCHAR)(i * 7);
    }
    *sum = call(data, bytes);  // not measured: the first call of anything brings pages in
    const ULONG begin = time_stamp();
    for (int i = 0; i < rounds; ++i) {
        call(data, bytes);
    }
    return (time_stamp() - begin) / rounds;
}

void __stdcall start(void) {
    ULONG sum, sum_by_number;
    const ULONG near_call = clocks_of(direct, &sum);
    const ULONG trap = clocks_of(by_number, &sum_by_number);
    say("sums: %lu, %lu\n", sum, sum_by_number);
    say("direct call:  %lu clocks\n", near_call);
    say("service call: %lu clocks\n", trap);
    say("the border:   %lu clocks\n", trap - near_call);
    ExitProcess(sum != sum_by_number);
}
