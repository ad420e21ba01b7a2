// SPDX-License-Identifier: MIT
// Programs of many small crimes: the last word of the command line names the one to commit.
#pragma once

#include <windows.h>

struct crime {
    const char* name;
    void (*commit)(void);
};

static inline const char* last_word(void) {
    const char* word = GetCommandLineA();
    for (const char* at = word; *at != 0; ++at) {
        if (*at == ' ') {
            word = at + 1;
        }
    }
    return word;
}

static inline void say(const char* text) {
    DWORD length = 0;
    DWORD written;
    while (text[length] != 0) {
        ++length;
    }
    WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), text, length, &written, NULL);
}

// Ends with 77 for a name that is not in the list, with 0 when the crime changed nothing.
#define COMMIT_FROM(list)                                               \
    do {                                                                \
        const char* const wanted = last_word();                         \
        for (unsigned i = 0; i < sizeof(list) / sizeof(*(list)); ++i) { \
            if (lstrcmpA((list)[i].name, wanted) == 0) {                \
                (list)[i].commit();                                     \
                ExitProcess(0);                                         \
            }                                                           \
        }                                                               \
        ExitProcess(77);                                                \
    } while (0)
