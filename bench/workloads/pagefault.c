// SPDX-License-Identifier: MIT
// Writes a dword to each of 256 fresh pages a round: what a demand-zero page costs. The system
// gives and takes the pages (fresh_pages, drop_pages); there is no flat image of this one.
#include "workload.h"

enum { page = 4096, pages = 256 };

byte* fresh_pages(word bytes);
void drop_pages(byte* at, word bytes);

word workload(word rounds) {
    word sum = 0;
    for (word round = 0; round < rounds; ++round) {
        byte* const at = fresh_pages(pages * page);
        for (word i = 0; i < pages; ++i) {
            word* const place = (word*)(at + i * page);
            sum = fold(sum, place[1] + i);
            place[0] = sum;
        }
        drop_pages(at, pages * page);
    }
    return sum;
}
