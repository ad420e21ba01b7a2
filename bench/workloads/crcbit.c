// SPDX-License-Identifier: MIT
// CRC-32 a bit at a time with a branch for every bit, and a state machine that finds numbers in
// what it runs over.
#include "workload.h"

enum { bytes = 4096 };
enum state { outside, sign, digits, point, fraction, broken };

static byte data[bytes];

static word crc(word value) {
    value = ~value;
    for (word i = 0; i < bytes; ++i) {
        value ^= data[i];
        for (word bit = 0; bit < 8; ++bit) {
            if ((value & 1) != 0) {
                value = value >> 1 ^ 0xEDB88320U;
            } else {
                value >>= 1;
            }
            // Nothing is done here, but a compiler that sees it cannot drop the branch.
            __asm__ volatile("" : "+r"(value));
        }
    }
    return ~value;
}

static enum state step(enum state now, byte c) {
    const int is_digit = c >= '0' && c <= '9';
    switch (now) {
        case outside: return c == '-' ? sign : is_digit ? digits : c == ' ' ? outside : broken;
        case sign: return is_digit ? digits : broken;
        case digits: return is_digit ? digits : c == '.' ? point : c == ' ' ? outside : broken;
        case point: return is_digit ? fraction : broken;
        case fraction: return is_digit ? fraction : c == ' ' ? outside : broken;
        case broken: return c == ' ' ? outside : broken;
    }
    return broken;
}

static word numbers(void) {
    word found = 0;
    enum state now = outside;
    for (word i = 0; i < bytes; ++i) {
        const enum state then = step(now, data[i]);
        found += (now == digits || now == fraction) && then == outside;
        now = then;
    }
    return found;
}

word workload(word rounds) {
    static const char letters[16] = "0123456789 .- 17";
    word seed = 0xC4C;
    for (word i = 0; i < bytes; ++i) {
        data[i] = (byte)letters[next_random(&seed) & 15];
    }
    word sum = 0;
    for (word round = 0; round < rounds; ++round) {
        sum = crc(sum);
        sum = fold(sum, numbers());
        data[sum % bytes] = (byte)letters[sum >> 28];
    }
    return sum;
}
