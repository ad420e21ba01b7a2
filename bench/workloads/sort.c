// SPDX-License-Identifier: MIT
// 8192 integers by quicksort and by heapsort: comparisons that nobody can predict.
#include "workload.h"

enum { count = 8192, small = 12 };

static number source[count];
static number work[count];

static void insertion_sort(number* first, number* last) {
    for (number* next = first + 1; next <= last; ++next) {
        const number value = *next;
        number* place = next;
        while (place > first && place[-1] > value) {
            *place = place[-1];
            --place;
        }
        *place = value;
    }
}

static number median(number a, number b, number c) {
    if (a > b) {
        const number t = a;
        a = b;
        b = t;
    }
    return c <= a ? a : c >= b ? b : c;
}

static void quicksort(number* first, number* last) {
    while (last - first > small) {
        const number pivot = median(*first, first[(last - first) / 2], *last);
        number* i = first;
        number* j = last;
        while (i <= j) {
            while (*i < pivot) {
                ++i;
            }
            while (*j > pivot) {
                --j;
            }
            if (i <= j) {
                const number t = *i;
                *i++ = *j;
                *j-- = t;
            }
        }
        // The shorter part by a call, the longer by another turn: the stack stays shallow.
        if (j - first < last - i) {
            quicksort(first, j);
            first = i;
        } else {
            quicksort(i, last);
            last = j;
        }
    }
    insertion_sort(first, last);
}

static void sift_down(number* heap, word root, word size) {
    const number value = heap[root];
    for (word child = 2 * root + 1; child < size; child = 2 * root + 1) {
        if (child + 1 < size && heap[child + 1] > heap[child]) {
            ++child;
        }
        if (heap[child] <= value) {
            break;
        }
        heap[root] = heap[child];
        root = child;
    }
    heap[root] = value;
}

static void heapsort(number* values, word size) {
    for (word root = size / 2; root-- > 0;) {
        sift_down(values, root, size);
    }
    while (size-- > 1) {
        const number largest = values[0];
        values[0] = values[size];
        values[size] = largest;
        sift_down(values, 0, size);
    }
}

static word judged(word sum) {
    for (word i = 0; i < count; ++i) {
        const word in_order = i == 0 || work[i - 1] <= work[i];
        sum = fold(sum, (word)work[i] + in_order);
    }
    return sum;
}

word workload(word rounds) {
    word seed = 0xC0FFEE;
    word sum = 0;
    for (word round = 0; round < rounds; ++round) {
        for (word i = 0; i < count; ++i) {
            source[i] = (number)next_random(&seed);
            work[i] = source[i];
        }
        quicksort(work, work + count - 1);
        sum = judged(sum);
        for (word i = 0; i < count; ++i) {
            work[i] = source[i];
        }
        heapsort(work, count);
        sum = judged(sum);
    }
    return sum;
}
