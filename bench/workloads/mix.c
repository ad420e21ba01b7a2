// SPDX-License-Identifier: MIT
// What ordinary programs do: records with names in a chained hash table, looked up, changed through
// function pointers, averaged by division, printed into a text and compared as strings.
#include "workload.h"

enum { records = 512, buckets = 256, name_length = 12, lookups = 3000, text_length = 4096 };

struct record {
    struct record* next;
    char name[name_length];
    word key;
    half kind;
    half uses;
    number balance;
};

typedef number (*operation)(struct record*, number);

static struct record pool[records];
static struct record* table[buckets];
static char text[text_length];

static number deposit(struct record* r, number amount) {
    return r->balance += amount;
}
static number withdraw(struct record* r, number amount) {
    return r->balance >= amount ? r->balance -= amount : -1;
}
static number earn(struct record* r, number percent) {
    return r->balance += r->balance / 100 * (percent % 7);
}
static number rename_record(struct record* r, number shift) {
    for (word i = 0; r->name[i] != 0; ++i) {
        r->name[i] = (char)('a' + (r->name[i] - 'a' + (shift & 15)) % 26);
    }
    // Its key stays the one that it is filed by.
    return r->name[0];
}
static operation const operations[] = {deposit, withdraw, earn, rename_record};

static word hash(const char* name) {
    word h = 5381;
    while (*name != 0) {
        h = h * 33 ^ (byte)*name++;
    }
    return h;
}

static void fill(word* seed) {
    for (word i = 0; i < buckets; ++i) {
        table[i] = 0;
    }
    for (word i = 0; i < records; ++i) {
        struct record* const r = &pool[i];
        const word length = 4 + next_random(seed) % (name_length - 5);
        for (word j = 0; j < length; ++j) {
            r->name[j] = (char)('a' + next_random(seed) % 26);
        }
        r->name[length] = 0;
        r->key = hash(r->name);
        r->kind = (half)(next_random(seed) % 4);
        r->uses = 0;
        r->balance = (number)(next_random(seed) % 100000);
        r->next = table[r->key % buckets];
        table[r->key % buckets] = r;
    }
}

static struct record* find(word key) {
    for (struct record* r = table[key % buckets]; r != 0; r = r->next) {
        if (r->key == key) {
            return r;
        }
    }
    return 0;
}

static int compare(const char* a, const char* b) {
    while (*a != 0 && *a == *b) {
        ++a;
        ++b;
    }
    return (byte)*a - (byte)*b;
}

static word print(word at, const char* name, word value) {
    char digits[10];
    word n = 0;
    do {
        digits[n++] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    while (*name != 0) {
        text[at++ % text_length] = *name++;
    }
    text[at++ % text_length] = '=';
    while (n != 0) {
        text[at++ % text_length] = digits[--n];
    }
    return at;
}

word workload(word rounds) {
    word seed = 0xB0A7;
    word sum = 0;
    for (word round = 0; round < rounds; ++round) {
        fill(&seed);
        word at = 0;
        const struct record* last = &pool[0];
        for (word i = 0; i < lookups; ++i) {
            const word draw = next_random(&seed);
            struct record* const r = find(pool[draw % records].key);
            const number result = operations[(r->kind + (draw >> 20)) % 4](r, (number)(draw >> 16));
            ++r->uses;
            if ((draw & 0x7000) == 0) {
                at = print(at, r->name, (word)r->balance / (r->uses + 1U));
            }
            sum = fold(sum, (word)result + (compare(r->name, last->name) < 0));
            last = r;
        }
        for (word i = 0; i < text_length; i += 64) {
            sum = fold(sum, (byte)text[i]);
        }
    }
    return sum;
}
