// SPDX-License-Identifier: MIT
// The sieve of Eratosthenes over odd numbers: byte stores at growing strides, then a scan.
#include "workload.h"

enum { numbers = 1 << 20, odds = numbers / 2 };

static byte composite[odds];  // [i] is for 2 i + 1

static word primes_below_limit(word salt) {
    for (word i = 0; i < odds; ++i) {
        composite[i] = 0;
    }
    for (word i = 1; (2 * i + 1) * (2 * i + 1) < numbers; ++i) {
        if (composite[i] == 0) {
            const word prime = 2 * i + 1;
            for (word j = prime * prime / 2; j < odds; j += prime) {
                composite[j] = 1;
            }
        }
    }
    word sum = 1 + salt;
    for (word i = 1; i < odds; ++i) {
        if (composite[i] == 0) {
            sum += 2 * i + 1;
        }
    }
    return sum;
}

word workload(word rounds) {
    word sum = 0;
    for (word round = 0; round < rounds; ++round) {
        sum = fold(sum, primes_below_limit(round));
    }
    return sum;
}
