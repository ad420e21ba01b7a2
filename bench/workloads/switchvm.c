// SPDX-License-Identifier: MIT
// An interpreter inside: a stack machine whose operations are found through a jump table. Its
// program counts the steps of the Collatz sequences of some numbers.
#include "workload.h"

enum operation { push, load, save, add, halve, triple_and_one, is_odd, is_one, subtract, jump, jump_if, done };
enum { starts = 300 };

// Variables: 0 the number, 1 the steps, 2 the start, 3 the sum.
static const byte program[] = {
    /* 00 */ load, 2, save, 0,              // the number is the start
    /* 04 */ load, 0, is_one, jump_if, 28,
    /* 09 */ load, 0, is_odd, jump_if, 20,
    /* 14 */ load, 0, halve, jump, 23, done,
    /* 20 */ load, 0, triple_and_one,
    /* 23 */ save, 0, jump, 35, done,
    /* 28 */ load, 3, load, 1, add, jump, 44,
    /* 35 */ load, 1, push, 1, add, save, 1, jump, 4,
    /* 44 */ save, 3,
    /* 46 */ load, 2, push, 1, subtract, save, 2,
    /* 53 */ load, 2, is_one, jump_if, 60,
    /* 58 */ jump, 0,
    /* 60 */ done,
};

static word interpret(word start) {
    word stack[16];
    word variables[4] = {0, 0, start, 0};
    word* top = stack;
    const byte* at = program;
    for (;;) {
        switch ((enum operation)*at++) {
            case push: *top++ = *at++; break;
            case load: *top++ = variables[*at++]; break;
            case save: variables[*at++] = *--top; break;
            case add: --top; top[-1] += *top; break;
            case subtract: --top; top[-1] -= *top; break;
            case halve: top[-1] /= 2; break;
            case triple_and_one: top[-1] = 3 * top[-1] + 1; break;
            case is_odd: top[-1] &= 1; break;
            case is_one: top[-1] = top[-1] == 1; break;
            case jump: at = program + *at; break;
            case jump_if:
                --top;
                at = *top != 0 ? program + *at : at + 1;
                break;
            case done: return variables[3] + variables[1];
        }
    }
}

word workload(word rounds) {
    word sum = 0;
    for (word round = 0; round < rounds; ++round) {
        sum = fold(sum, interpret(starts + round % 16));
    }
    return sum;
}
