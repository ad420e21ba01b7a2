// SPDX-License-Identifier: MIT
// REP MOVS, STOS, SCAS and CMPS over 16 to 4096 bytes, and a loop of LODS and STOS without REP.
#include "workload.h"

enum { most = 4096, slack = 64 };

static byte from[most + slack];
static byte to[most + slack];

static void copy(byte* target, const byte* source, word dwords) {
    __asm__ volatile("rep movsl" : "+D"(target), "+S"(source), "+c"(dwords) : : "memory");
}

static void copy_bytes(byte* target, const byte* source, word bytes) {
    __asm__ volatile("rep movsb" : "+D"(target), "+S"(source), "+c"(bytes) : : "memory");
}

static void fill(byte* target, word value, word dwords) {
    __asm__ volatile("rep stosl" : "+D"(target), "+c"(dwords) : "a"(value) : "memory");
}

/// How many bytes there are before the first `wanted`, `limit` at most.
static word scan(const byte* text, byte wanted, word limit) {
    word left = limit;
    __asm__ volatile("repne scasb" : "+D"(text), "+c"(left) : "a"(wanted) : "memory", "cc");
    return limit - left;
}

/// How many bytes two places have in common, `limit` at most.
static word common(const byte* a, const byte* b, word limit) {
    word left = limit;
    __asm__ volatile("repe cmpsb" : "+S"(a), "+D"(b), "+c"(left) : : "memory", "cc");
    return limit - left;
}

static word translate(byte* target, const byte* source, word bytes) {
    word sum = 0;
    while (bytes-- != 0) {
        word value = 0;
        __asm__ volatile("lodsb" : "=a"(value), "+S"(source) : "0"(value) : "memory");
        sum += value;
        __asm__ volatile("stosb" : "+D"(target) : "a"(value ^ 0x20U) : "memory");
    }
    return sum;
}

word workload(word rounds) {
    word seed = 0x57A165;
    for (word i = 0; i < sizeof from; ++i) {
        from[i] = (byte)(next_random(&seed) % 255 + 1);
    }
    word sum = 0;
    for (word round = 0; round < rounds; ++round) {
        for (word size = 16; size <= most; size *= 2) {
            const word skew = next_random(&seed) % slack;
            fill(to, seed, size / 4);
            copy(to, from + skew, size / 4);
            to[size - 1] = 0;
            sum = fold(sum, scan(to, 0, size + 1));
            sum = fold(sum, common(to, from + skew, size));
            copy_bytes(to + 1, from, size - 1);
            sum = fold(sum, common(to + 1, from, size));
            sum = fold(sum, to[size - 1] + to[size / 2]);
        }
        sum = fold(sum, translate(to, from, 512));
    }
    return sum;
}
