// SPDX-License-Identifier: MIT
// Fibonacci numbers by the definition: calls and returns and little else.
#include "workload.h"

static word __attribute__((noinline)) fibonacci(word n) {
    if (n < 2) {
        return n;
    }
    const word before = fibonacci(n - 1);
    // Keeps the compiler from making a loop of the second call.
    __asm__ volatile("");
    return before + fibonacci(n - 2);
}

word workload(word rounds) {
    word sum = 0;
    for (word round = 0; round < rounds; ++round) {
        sum = fold(sum, fibonacci(20 + (round & 1)));
    }
    return sum;
}
