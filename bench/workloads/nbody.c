// SPDX-License-Identifier: MIT
// Five bodies that attract each other, in x87 doubles: FMUL, FADD, FDIV and FSQRT. The checksum is
// the bits of the positions, so every rounding counts.
#include "workload.h"

enum { bodies = 5, steps = 100 };

struct body {
    double place[3];
    double speed[3];
    double mass;
};

static struct body system_of[bodies];

static double square_root(double x) {
    double result;
    __asm__("fsqrt" : "=t"(result) : "0"(x));
    return result;
}

static void place_bodies(void) {
    word seed = 0xB0D1E5;
    for (word i = 0; i < bodies; ++i) {
        struct body* const b = &system_of[i];
        for (word axis = 0; axis < 3; ++axis) {
            b->place[axis] = ((double)(next_random(&seed) >> 12) - 524288.0) / 65536.0 + 3.0 * i;
            b->speed[axis] = ((double)(next_random(&seed) >> 12) - 524288.0) / 8388608.0;
        }
        b->mass = i == 0 ? 40.0 : 0.01 * (i + 1);
    }
}

static void advance(double step) {
    for (word i = 0; i < bodies; ++i) {
        struct body* const a = &system_of[i];
        for (word j = i + 1; j < bodies; ++j) {
            struct body* const b = &system_of[j];
            double away[3];
            double square = 0.001;
            for (word axis = 0; axis < 3; ++axis) {
                away[axis] = a->place[axis] - b->place[axis];
                square += away[axis] * away[axis];
            }
            const double pull = step / (square * square_root(square));
            for (word axis = 0; axis < 3; ++axis) {
                a->speed[axis] -= away[axis] * b->mass * pull;
                b->speed[axis] += away[axis] * a->mass * pull;
            }
        }
    }
    for (word i = 0; i < bodies; ++i) {
        for (word axis = 0; axis < 3; ++axis) {
            system_of[i].place[axis] += step * system_of[i].speed[axis];
        }
    }
}

word workload(word rounds) {
    word sum = 0;
    place_bodies();
    for (word round = 0; round < rounds; ++round) {
        for (word step = 0; step < steps; ++step) {
            advance(0.001);
        }
        for (word i = 0; i < bodies; ++i) {
            word halves[2];
            __builtin_memcpy(halves, &system_of[i].place[round % 3], sizeof halves);
            sum = fold(fold(sum, halves[0]), halves[1]);
        }
    }
    return sum;
}
