// SPDX-License-Identifier: MIT
// Structured exception handling by hand: what a compiler makes of __try is a record on the stack,
// linked into the list at FS:[0].
#pragma once

#include <windows.h>

struct frame;
typedef EXCEPTION_DISPOSITION __cdecl handler(EXCEPTION_RECORD* record, struct frame* frame,
                                              CONTEXT* context, void* dispatcher);

struct frame {
    struct frame* next;
    handler* handle;
    void* resume[5];  // for __builtin_setjmp
};

static inline struct frame* chain(void) {
    struct frame* first;
    __asm__ volatile("movl %%fs:0, %0" : "=r"(first));
    return first;
}

static inline void push_frame(struct frame* frame, handler* handle) {
    frame->next = chain();
    frame->handle = handle;
    __asm__ volatile("movl %0, %%fs:0" : : "r"(frame) : "memory");
}

static inline void pop_frame(const struct frame* frame) {
    __asm__ volatile("movl %0, %%fs:0" : : "r"(frame->next) : "memory");
}
