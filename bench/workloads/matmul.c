// SPDX-License-Identifier: MIT
// The product of two 64 x 64 integer matrices: loads, IMUL and additions.
#include "workload.h"

enum { size = 64 };

static number left[size][size];
static number right[size][size];
static number product[size][size];

static void multiply(void) {
    for (word i = 0; i < size; ++i) {
        for (word j = 0; j < size; ++j) {
            number dot = 0;
            for (word k = 0; k < size; ++k) {
                dot += left[i][k] * right[k][j];
            }
            product[i][j] = dot;
        }
    }
}

word workload(word rounds) {
    word seed = 0x3A7121;
    for (word i = 0; i < size; ++i) {
        for (word j = 0; j < size; ++j) {
            left[i][j] = (number)(next_random(&seed) & 0xFFF) - 2048;
            right[i][j] = (number)(next_random(&seed) & 0xFFF) - 2048;
        }
    }
    word sum = 0;
    for (word round = 0; round < rounds; ++round) {
        multiply();
        for (word i = 0; i < size; ++i) {
            sum = fold(sum, (word)product[i][i]);
            left[i][round % size] = product[i][size - 1 - i] >> 8;
        }
    }
    return sum;
}
