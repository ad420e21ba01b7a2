// SPDX-License-Identifier: MIT
// What every workload is: `rounds` rounds of the same work, folded into a checksum. The same object
// code becomes a Linux program and a flat image, so nothing here knows a system or a library.
#pragma once

typedef unsigned char byte;
typedef unsigned short half;
typedef unsigned int word;
typedef int number;

word workload(word rounds);

/// Marsaglia's xorshift with 32 bits of state, which must not be 0.
static inline word next_random(word* state) {
    word x = *state;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return *state = x;
}

/// Adds a value to a checksum so that the order matters.
static inline word fold(word sum, word value) {
    sum = (sum << 7 | sum >> 25) + value;
    return sum ^ sum >> 11;
}
