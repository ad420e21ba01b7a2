// SPDX-License-Identifier: MIT
// SHA-256 (FIPS 180-4) of 16 KiB a round: rotates, adds and more live values than registers. Its
// constants are computed: the fractions of roots of the first primes.
#include "workload.h"

enum { message_bytes = 16 << 10, block_bytes = 64 };

static word constants[64];
static word first_state[8];
static byte message[message_bytes];

/// The largest x with x^degree <= value, for degree 2 or 3.
static word root(unsigned long long value, unsigned degree) {
    unsigned long long x = 0;
    for (number bit = 31; bit >= 0; --bit) {
        const unsigned long long trial = x | 1ULL << bit;
        const unsigned long long square = trial * trial;
        const int fits = degree == 2 ? square <= value
                                     : square < 1ULL << 40 && square * trial <= value;
        if (fits) {
            x = trial;
        }
    }
    return (word)x;
}

/// 32 bits behind the point of a prime's square or cube root, a bit at a time: x grows towards
/// root(prime) * 2^32 while x^degree stays below prime * 2^(32 degree), in 128 bits by halves.
static word fraction(word prime, unsigned degree) {
    const word whole = root(prime, degree);
    word below = 0;
    for (number bit = 31; bit >= 0; --bit) {
        const word trial = below | 1U << bit;
        // (whole + trial / 2^32)^degree, as integer part and 64 bits behind the point, rounded down.
        const unsigned long long f = trial;
        const unsigned long long square_low = f * f;
        const unsigned long long cross = 2ULL * whole * f + (square_low >> 32);
        const unsigned long long square_whole = (unsigned long long)whole * whole + (cross >> 32);
        const unsigned long long square_part = cross << 32 | (square_low & 0xFFFFFFFFU);
        unsigned long long result_whole = square_whole;
        if (degree == 3) {
            const unsigned long long high = square_part >> 32;
            const unsigned long long low = square_part & 0xFFFFFFFFU;
            const unsigned long long middle = high * f;
            const unsigned long long parts =
                (low * f >> 32) + low * whole + (middle & 0xFFFFFFFFU);
            const unsigned long long carry =
                (parts >> 32) + (middle >> 32) + high * whole + square_whole * f;
            result_whole = square_whole * whole + (carry >> 32);
        }
        if (result_whole < prime) {
            below = trial;
        }
    }
    return below;
}

static void prepare(void) {
    word found = 0;
    for (word candidate = 2; found < 64; ++candidate) {
        int is_prime = 1;
        for (word divisor = 2; divisor * divisor <= candidate; ++divisor) {
            is_prime = is_prime && candidate % divisor != 0;
        }
        if (is_prime) {
            constants[found] = fraction(candidate, 3);
            if (found < 8) {
                first_state[found] = fraction(candidate, 2);
            }
            ++found;
        }
    }
}

static inline word rotated(word x, unsigned n) {
    return x >> n | x << (32 - n);
}

static void compress(word* state, const byte* block) {
    word schedule[64];
    for (word t = 0; t < 16; ++t) {
        const byte* const p = block + 4 * t;
        schedule[t] = (word)p[0] << 24 | (word)p[1] << 16 | (word)p[2] << 8 | p[3];
    }
    for (word t = 16; t < 64; ++t) {
        const word x = schedule[t - 15];
        const word y = schedule[t - 2];
        schedule[t] = schedule[t - 16] + (rotated(x, 7) ^ rotated(x, 18) ^ x >> 3) +
                      schedule[t - 7] + (rotated(y, 17) ^ rotated(y, 19) ^ y >> 10);
    }
    word a = state[0], b = state[1], c = state[2], d = state[3];
    word e = state[4], f = state[5], g = state[6], h = state[7];
    for (word t = 0; t < 64; ++t) {
        const word first = h + (rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)) +
                           (g ^ (e & (f ^ g))) + constants[t] + schedule[t];
        const word second =
            (rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) + ((a & b) | (c & (a | b)));
        h = g, g = f, f = e, e = d + first;
        d = c, c = b, b = a, a = first + second;
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d;
    state[4] += e, state[5] += f, state[6] += g, state[7] += h;
}

word workload(word rounds) {
    prepare();
    word seed = 0x5EED5;
    for (word i = 0; i < message_bytes; ++i) {
        message[i] = (byte)next_random(&seed);
    }
    word sum = first_state[0] ^ constants[63];
    for (word round = 0; round < rounds; ++round) {
        word state[8];
        for (word i = 0; i < 8; ++i) {
            state[i] = first_state[i];
        }
        message[round % message_bytes] ^= (byte)(round + 1);
        for (word at = 0; at < message_bytes; at += block_bytes) {
            compress(state, message + at);
        }
        for (word i = 0; i < 8; ++i) {
            sum = fold(sum, state[i]);
        }
    }
    return sum;
}
