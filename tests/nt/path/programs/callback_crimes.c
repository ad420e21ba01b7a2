// SPDX-License-Identifier: MIT
// Callbacks that do not come back as they should, one way to a run.
#include "crime.h"

#include "seh.h"
#include "win32k.h"

#define STATUS_CALLBACK_POP_STACK ((LONG)0xC0000423)

__declspec(dllimport) LONG
    __stdcall NtCallbackReturn(const void* result, ULONG length, LONG status);
LONG NTAPI NtFreeVirtualMemory(HANDLE process, void** base, ULONG* size, ULONG type);

static void* way_out[5];
static const MSG message = {.message = WM_KEYDOWN};

typedef LONG(__stdcall* callback)(const struct message_filter_call*, ULONG);
static callback table[1];

static LRESULT CALLBACK filter(int code, WPARAM wparam, LPARAM lparam) {
    return code + (int)wparam + (int)lparam;
}

static void begin(callback routine) {
    table[0] = routine;
    *peb(PEB_KernelCallbackTable) = (DWORD)table;
    NtUserSetWindowsHookEx(NULL, NULL, 0, WH_MSGFILTER, filter, 0);
}

static void call_with(callback routine) {
    begin(routine);
    say(NtUserCallMsgFilter(&message, 1) == 0 && GetLastError() == ERROR_NOACCESS ? "refused\n"
                                                                                  : "answered\n");
}

static void release(void* base) {
    ULONG size = 0;
    NtFreeVirtualMemory((HANDLE)-1, &base, &size, MEM_RELEASE);
}

// --- answers of garbage -------------------------------------------------------------------------

static const void* const garbage[] = {(void*)0x10, (void*)0x7FFF0000, (void*)0x80000000,
                                      (void*)0xF8003000, (void*)0xFFFFFFFF};
static unsigned which;

static LONG __stdcall answer_garbage(const struct message_filter_call* call,
                                     ULONG length __attribute__((unused))) {
    const void* wild = garbage[which / 2];
    if (which++ % 2 == 0) {
        return NtCallbackReturn(wild, 0xFFFFFFFF, 0);
    }
    __asm__ volatile("xorl %%esp, %%esp\n\tint $0x2B" : : "a"(0), "c"(wild), "d"(-1), "S"(call));
    __builtin_unreachable();
}

static void garbage_answer(void) {
    for (unsigned i = 0; i < 2 * sizeof garbage / sizeof *garbage; ++i) {
        call_with(answer_garbage);
    }
}

// --- no way back --------------------------------------------------------------------------------

static LONG __stdcall end_process(const struct message_filter_call* call __attribute__((unused)),
                                  ULONG length __attribute__((unused))) {
    ExitProcess(33);
    return 0;
}

static void exit_inside(void) {
    call_with(end_process);
}

static LONG __stdcall loop(const struct message_filter_call* call __attribute__((unused)),
                           ULONG length __attribute__((unused))) {
    volatile int for_ever = 1;
    while (for_ever) {
    }
    return 0;
}

static void endless_inside(void) {
    call_with(loop);
}

// Goes on where the call was made, and leaves the kernel in the belief that the callback runs.
static LONG __stdcall jump_out(const struct message_filter_call* call __attribute__((unused)),
                               ULONG length __attribute__((unused))) {
    __builtin_longjmp(way_out, 1);
}

static void left_open(void) {
    begin(jump_out);
    for (volatile unsigned open = 0; open < 200; ++open) {
        if (__builtin_setjmp(way_out) == 0) {
            SetLastError(0);
            NtUserCallMsgFilter(&message, 1);
            say(GetLastError() == ERROR_STACK_OVERFLOW ? "no more\n" : "what?\n");
            return;
        }
    }
    say("no end\n");
}

// The same, told to the kernel: it never runs out.
static LONG __stdcall unwind_out(const struct message_filter_call* call __attribute__((unused)),
                                 ULONG length __attribute__((unused))) {
    NtCallbackReturn(NULL, 0, STATUS_CALLBACK_POP_STACK);
    __builtin_longjmp(way_out, 1);
}

static void unwound(void) {
    begin(unwind_out);
    for (volatile unsigned times = 0; times < 200; ++times) {
        if (__builtin_setjmp(way_out) == 0) {
            NtUserCallMsgFilter(&message, 1);
            say("returned\n");
            return;
        }
    }
    say("all right\n");
}

// --- what a callback stands on ------------------------------------------------------------------

static void no_table(void) {
    begin(end_process);
    *peb(PEB_KernelCallbackTable) = 0;
    NtUserCallMsgFilter(&message, 1);
}

static void wild_table(void) {
    begin(end_process);
    *peb(PEB_KernelCallbackTable) = 0xF8000000;
    NtUserCallMsgFilter(&message, 1);
}

static LONG __stdcall free_teb(const struct message_filter_call* call __attribute__((unused)),
                               ULONG length __attribute__((unused))) {
    release((void*)teb(0));
    __asm__ volatile("int $0x2B" : : "a"(0), "c"(0), "d"(0));
    __builtin_unreachable();
}

static void free_teb_inside(void) {
    begin(free_teb);
    NtUserCallMsgFilter(&message, 1);
    say("all right\n");  // not by way of the TEB
    teb(0);
}

static LONG __stdcall free_stack(const struct message_filter_call* call __attribute__((unused)),
                                 ULONG length __attribute__((unused))) {
    release((void*)*teb(0xE0C));
    __asm__ volatile("int $0x2B" : : "a"(0), "c"(0), "d"(0));
    __builtin_unreachable();
}

static void free_stack_inside(void) {
    begin(free_stack);
    NtUserCallMsgFilter(&message, 1);
}

static LONG __stdcall again(const struct message_filter_call* call,
                            ULONG length __attribute__((unused))) {
    NtUserCallMsgFilter(&call->message, call->code);
    __asm__ volatile("int $0x2B" : : "a"(0), "c"(0), "d"(0));
    __builtin_unreachable();
}

static void bottomless(void) {
    begin(again);
    NtUserCallMsgFilter(&message, 1);
    say("all right\n");
}

// The stack of the call is no place for a callback's frame.
static void no_stack(void) {
    static const void* arguments[] = {&message, NULL};
    begin(end_process);
    DWORD answer;
    __asm__ volatile(
        "movl %%esp, %%esi\n\tmovl $0x00000040, %%esp\n\tint $0x2E\n\tmovl %%esi, %%esp"
        : "=a"(answer)
        : "a"(0x1140), "d"(arguments)
        : "ecx", "esi", "memory");
    say(answer == 0 && GetLastError() == ERROR_NOACCESS ? "refused\n" : "answered\n");
}

void __stdcall start(void) {
    static const struct crime crimes[] = {
        {"garbage-answer", garbage_answer},
        {"exit-inside", exit_inside},
        {"endless-inside", endless_inside},
        {"left-open", left_open},
        {"unwound", unwound},
        {"no-table", no_table},
        {"wild-table", wild_table},
        {"free-teb-inside", free_teb_inside},
        {"free-stack-inside", free_stack_inside},
        {"bottomless", bottomless},
        {"no-stack", no_stack},
    };
    COMMIT_FROM(crimes);
}
