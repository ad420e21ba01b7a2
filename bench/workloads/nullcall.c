// SPDX-License-Identifier: MIT
// 1000 system calls a round that do nothing and return: the whole way through stub, gate, dispatcher
// and exit. Programs only, no flat image.
#include "workload.h"

word null_call(void);

word workload(word rounds) {
    word sum = 0;
    for (word i = 0; i < rounds * 1000; ++i) {
        sum = fold(sum, null_call() != 0);
    }
    return sum;
}
