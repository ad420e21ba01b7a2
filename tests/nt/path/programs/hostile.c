// SPDX-License-Identifier: MIT
// A process that turns against its own memory, stack and kernel, one way to a run.
#include "crime.h"

#include "seh.h"

typedef LONG NTSTATUS;
NTSTATUS NTAPI NtContinue(CONTEXT* context, BOOLEAN test_alert);
NTSTATUS NTAPI NtFreeVirtualMemory(HANDLE process, void** base, ULONG* size, ULONG type);
NTSTATUS NTAPI NtUnmapViewOfSection(HANDLE process, void* base);
NTSTATUS NTAPI NtQueryVirtualMemory(HANDLE process, void* at, ULONG what, void* to, ULONG size,
                                    ULONG* answered);

#define NtContinue_number 0x20
#define NtDelayExecution_number 0x3B
#define NtQuerySystemTime_number 0xAE
#define NtRaiseException_number 0xB5
#define NtRaiseHardError_number 0xB6
#define NtTerminateProcess_number 0x101
#define NtTerminateThread_number 0x102
#define NtWaitForMultipleObjects_number 0x10E
#define NtWaitForSingleObject_number 0x10F
#define SERVICES 0x11C

static NTSTATUS int2e(DWORD number, const void* arguments) {
    NTSTATUS status;
    __asm__ volatile("int $0x2e" : "=a"(status), "+d"(arguments) : "a"(number) : "ecx", "memory");
    return status;
}

static DWORD next_random(void) {
    static DWORD seed = 0x12345678;
    seed = seed * 1664525 + 1013904223;
    return seed >> 8 | seed << 24;
}

static void* teb(DWORD offset) {
    void* value;
    __asm__ volatile("movl %%fs:(%1), %0" : "=r"(value) : "r"(offset));
    return value;
}

static void release(void* base) {
    ULONG size = 0;
    NtFreeVirtualMemory((HANDLE)-1, &base, &size, MEM_RELEASE);
}

static volatile LONG faults;
static void* place[5];

// Whatever happened, goes on behind the last __builtin_setjmp.
static EXCEPTION_DISPOSITION __cdecl resume(EXCEPTION_RECORD* record, struct frame* frame,
                                            CONTEXT* context, void* dispatcher) {
    (void)record;
    (void)frame;
    (void)dispatcher;
    ++faults;
    context->Eip = (DWORD)place[1];
    context->Esp = (DWORD)place[2];
    context->Ebp = (DWORD)place[0];
    context->SegCs = 0x1B;
    context->SegSs = context->SegDs = context->SegEs = 0x23;
    context->EFlags = 0x202;
    return ExceptionContinueExecution;
}

#define SURVIVING(statement)                \
    do {                                    \
        if (__builtin_setjmp(place) == 0) { \
            statement;                      \
        }                                   \
    } while (0)

// --- stacks -------------------------------------------------------------------------------------

static void gate_without_stack(void) {
    static const DWORD wild[] = {0, 1, 0x10, 0x7FFEFFFC, 0x80000000, 0xC0300000, 0xFFFFFFFE};
    static LARGE_INTEGER time;
    static LARGE_INTEGER* arguments[1] = {&time};
    LONG wrong = 0;
    for (unsigned i = 0; i < sizeof wild / sizeof *wild; ++i) {
        NTSTATUS status = NtQuerySystemTime_number;
        void* at = arguments;
        __asm__ volatile("movl %%esp, %%edi; movl %2, %%esp; int $0x2e; movl %%edi, %%esp"
                         : "+a"(status), "+d"(at)
                         : "S"(wild[i])
                         : "ecx", "edi", "memory");
        wrong += status != 0;
    }
    say(wrong == 0 ? "all right\n" : "the stack matters\n");
}

static void fault_without_stack(void) {
    __asm__ volatile("movl $0x10, %esp; ud2");
}

static void fault_on_kernel_stack(void) {
    __asm__ volatile("movl $0xF800BE00, %esp; ud2");
}

static void free_stack(void) {
    release(teb(0xE0C));  // DeallocationStack
    __asm__ volatile("pushl %eax");
}

static __attribute__((noinline)) DWORD deeper(DWORD level) {
    volatile char room[256];
    room[0] = (char)level;
    return deeper(level + 1) + (DWORD)room[0];
}

static void recursion(void) {
    deeper(0);
}

static void stack_in_the_middle_of_nowhere(void) {
    __asm__ volatile("movl $0x50000000, %esp; pushl %eax");
}

// --- contexts -----------------------------------------------------------------------------------

static void garbage_context(void) {
    CONTEXT context;
    for (unsigned i = 0; i < sizeof context / 4; ++i) {
        ((DWORD*)&context)[i] = next_random();
    }
    context.ContextFlags = 0x1003F;
    context.EFlags &= ~0x20000U;
    NtContinue(&context, TRUE);
}

static void landed(void) {
    __asm__ volatile("ud2");
}

// Segments and flags of chance, code and stack that work.
static void garbage_segments(void) {
    static CONTEXT context;
    static BYTE stack[0x4000];
    struct frame frame;
    push_frame(&frame, resume);
    for (unsigned round = 0; round < 500; ++round) {
        for (unsigned i = 0; i < 0xCC / 4; ++i) {
            ((DWORD*)&context)[i] = next_random();
        }
        context.ContextFlags = 0x10007;
        const DWORD chosen = next_random();
        const DWORD code[] = {0x1B, 0x18, 0x08, 0, 0x23, 0x43, 0x48, 0xFFFF};
        // Another SS than the flat one, and no handler is asked.
        const DWORD stacks[] = {0x23, 0x20};
        const DWORD data[] = {0x23, 0x20, 0x10, 0, 0x3B, 0x28, 0x58, 0x30, 0x2B};
        context.SegCs = code[chosen % 8];
        context.SegSs = stacks[(chosen >> 8) % 2];
        context.SegDs = data[(chosen >> 16) % 9];
        context.SegEs = data[(chosen >> 20) % 9];
        context.SegFs = 0x3B;
        context.EFlags &= 0xDD5;
        context.Eip = (DWORD)landed;
        context.Esp = (DWORD)(stack + sizeof stack - 16);
        SURVIVING(NtContinue(&context, FALSE));
    }
    pop_frame(&frame);
    say("still here\n");
}

static void odd_stack_segment(void) {
    static CONTEXT context;
    context.ContextFlags = 0x10001;
    context.Eip = (DWORD)landed;
    context.SegCs = 0x1B;
    context.SegSs = 0x3B;
    NtContinue(&context, FALSE);
}

static void v86_context(void) {
    CONTEXT context;
    for (unsigned i = 0; i < sizeof context / 4; ++i) {
        ((DWORD*)&context)[i] = 0;
    }
    context.ContextFlags = 0x10007;
    context.EFlags = 0x20202;
    say(NtContinue(&context, FALSE) == (NTSTATUS)0xC0000022 ? "denied\n" : "not denied\n");
}

// --- its own memory -----------------------------------------------------------------------------

static void free_teb(void) {
    release((void*)0x7FFDE000);
    say("freed\n");
    __asm__ volatile("ud2");
}

static void free_peb(void) {
    release((void*)0x7FFDF000);
    say("freed\n");
    __asm__ volatile("ud2");
}

static void spoil_teb(void) {
    for (DWORD i = 0; i < 0x1000 - 4; i += 4) {
        __asm__ volatile("movl %0, %%fs:(%1)" : : "r"(next_random()), "r"(i));
    }
    __asm__ volatile("ud2");
}

// The kernel reads the stack's bounds there when the guard page below the stack is met.
static void protect_teb(DWORD protection) {
    DWORD before;
    VirtualProtect((void*)0x7FFDE000, 0x1000, protection, &before);
    deeper(0);
}

static void read_only_teb(void) {
    protect_teb(PAGE_READONLY);
}

static void hidden_teb(void) {
    protect_teb(PAGE_NOACCESS);
}

static void guarded_teb(void) {
    protect_teb(PAGE_READWRITE | PAGE_GUARD);
}

static void unmap_ntdll(void) {
    NtUnmapViewOfSection((HANDLE)-1, (void*)0x7C900000);
    __asm__ volatile("ud2");
}

static void unmap_itself(void) {
    NtUnmapViewOfSection((HANDLE)-1, (void*)0x400000);
    __asm__ volatile("ud2");
}

static void free_everything(void) {
    for (DWORD at = 0; at < 0x7FFF0000; at += 0x10000) {
        ULONG size = 0;
        void* base = (void*)at;
        DWORD free[4] = {(DWORD)-1, (DWORD)&base, (DWORD)&size, MEM_RELEASE};
        DWORD unmap[2] = {(DWORD)-1, at};
        int2e(0x53, free);
        if (at != 0x400000) {
            int2e(0x10B, unmap);
        }
    }
    __asm__ volatile("ud2");
}

static void bad_handler_chain(void) {
    for (unsigned i = 0; i < 8; ++i) {
        static const DWORD heads[] = {0,          1,        0x10,     0x7FFF0000,
                                      0x80000000, 0x12FFFE, 0x130000, 0x400000};
        __asm__ volatile("movl %0, %%fs:0" : : "r"(heads[i]));
        if (i == 7) {
            __asm__ volatile("ud2");
        }
    }
}

static void looping_handler_chain(void) {
    struct frame a;
    struct frame b;
    push_frame(&b, resume);
    push_frame(&a, resume);
    a.handle = b.handle = (handler*)0x10;
    b.next = &a;
    __asm__ volatile("ud2");
}

// --- code that changes --------------------------------------------------------------------------

static void self_modifying(void) {
    BYTE* code = VirtualAlloc(NULL, 0x2000, MEM_RESERVE | MEM_COMMIT, PAGE_EXECUTE_READWRITE);
    DWORD sum = 0;
    for (DWORD i = 0; i < 300; ++i) {
        BYTE* at = code + 0xFF0 + i % 16;  // some of them across the pages' border
        at[0] = 0xB8;                      // mov eax, i
        *(DWORD*)(at + 1) = i;
        at[5] = 0xC3;
        sum += ((DWORD(*)(void))at)();
    }
    // An instruction that overwrites the next one: mov byte ptr [next], 40h; next: dec eax; ret
    for (DWORD i = 0; i < 10; ++i) {
        BYTE* at = code + i * 32;
        at[0] = 0xC6;
        at[1] = 0x05;
        *(BYTE**)(at + 2) = at + 7;
        at[6] = 0x40;
        at[7] = 0x48;
        at[8] = 0xC3;
        DWORD value = 0;
        __asm__ volatile("call *%1" : "+a"(value) : "r"(at) : "memory");
        sum += value;
    }
    say(sum == 300 * 299 / 2 + 10 ? "exact\n" : "stale\n");
}

// --- services -----------------------------------------------------------------------------------

static DWORD tempting(void) {
    static DWORD page[1024];
    static const DWORD values[] = {0,          1,          2,          4,          0x10,
                                   0xFFFFFFFF, 0xFFFFFFFE, 0x80000000, 0x7FFFFFFF, 0x7FFF0000,
                                   0x7FFEFFFF, 0xC0000000, 0xFFDFF000, 0x804D7000, 0xF800BD60,
                                   0x1000,     0x10000,    0x400000,   0x12F000,   0x7FFDE000,
                                   0x7FFE0000, 0xFFFF,     0x7C900000, 8,          0x20000};
    const DWORD chosen = next_random();
    if (chosen % 3 == 0) {
        page[(chosen >> 8) % 1024] = chosen % 5 == 0 ? 0xFFFEFFFF : next_random() % 0x100;
        return (DWORD)&page[(chosen >> 9) % 1000];
    }
    return values[(chosen >> 8) % (sizeof values / sizeof *values)];
}

static BOOL is_not_for_chance(DWORD number) {
    return number == NtTerminateProcess_number || number == NtTerminateThread_number ||
           number == NtContinue_number || number == NtRaiseException_number ||
           number == NtRaiseHardError_number || number == NtDelayExecution_number ||
           number == NtWaitForMultipleObjects_number || number == NtWaitForSingleObject_number;
}

// Every service, with what no caller should pass.
static void all_services(void) {
    struct frame frame;
    push_frame(&frame, resume);
    for (DWORD round = 0; round < 40; ++round) {
        for (DWORD number = 0; number < SERVICES; ++number) {
            DWORD arguments[17];
            for (unsigned i = 0; i < 17; ++i) {
                arguments[i] = tempting();
            }
            if (!is_not_for_chance(number)) {
                SURVIVING(int2e(number, arguments));
            }
        }
    }
    pop_frame(&frame);
}

// The services that replace a whole context or end the process, with records of chance.
static void hostile_raises(void) {
    struct frame frame;
    push_frame(&frame, resume);
    static const DWORD numbers[] = {NtContinue_number, NtRaiseException_number,
                                    NtRaiseHardError_number};
    for (DWORD round = 0; round < 600; ++round) {
        DWORD arguments[17];
        for (unsigned i = 0; i < 17; ++i) {
            arguments[i] = tempting();
        }
        SURVIVING(int2e(numbers[round % 3], arguments));
    }
    pop_frame(&frame);
}

// DS and ES are the caller's when INT 2Eh arrives.
static void odd_selectors(void) {
    static const WORD selectors[] = {0, 1, 3, 0x1B, 0x23, 0x20, 0x3B, 0x43, 0x40};
    static LARGE_INTEGER time;
    static LARGE_INTEGER* arguments[1] = {&time};
    LONG wrong = 0;
    for (unsigned i = 0; i < 81; ++i) {
        NTSTATUS status = NtQuerySystemTime_number;
        void* at = arguments;
        __asm__ volatile(
            "movw %w2, %%es; movw %w3, %%ds; int $0x2e;"
            "pushl $0x23; popl %%ds; pushl $0x23; popl %%es"
            : "+a"(status), "+d"(at)
            : "S"(selectors[i / 9]), "D"(selectors[i % 9])
            : "ecx", "memory");
        wrong += status != 0;
    }
    say(wrong == 0 ? "all right\n" : "selectors matter\n");
}

// Every vector that ring 3 can name, with an argument pointer of no use.
static void all_vectors(void) {
    struct frame frame;
    push_frame(&frame, resume);
    BYTE* code = VirtualAlloc(NULL, 0x1000, MEM_RESERVE | MEM_COMMIT, PAGE_EXECUTE_READWRITE);
    for (DWORD vector = 0; vector < 256; ++vector) {
        code[vector * 4] = 0xCD;
        code[vector * 4 + 1] = (BYTE)vector;
        code[vector * 4 + 2] = 0x90;  // what INT 2Dh skips
        code[vector * 4 + 3] = 0xC3;
        SURVIVING(__asm__ volatile("call *%0"
                                   :
                                   : "r"(code + vector * 4), "a"(0xFFF), "d"(0x10)
                                   : "ecx", "memory"));
    }
    pop_frame(&frame);
    say(faults > 240 ? "refused\n" : "let through\n");
}

static void endless(void) {
    for (;;) {
        __asm__ volatile("" : : : "memory");
    }
}

static void endless_faults(void) {
    struct frame frame;
    push_frame(&frame, resume);
    for (;;) {
        SURVIVING(__asm__ volatile("ud2"));
    }
}

static void wait_forever(void) {
    Sleep(INFINITE);
}

static void missing_service(void) {
    static const DWORD arguments[11];
    int2e(0x4A, arguments);  // NtExtendSection
    int2e(0x4A, arguments);
}

static void missing_service_by_stub(void) {
    LONG(NTAPI * extend)
    (HANDLE, void*) = (LONG(NTAPI*)(HANDLE, void*))GetProcAddress(GetModuleHandleA("ntdll.dll"),
                                                                  "NtExtendSection");
    say(extend(NULL, NULL) == (NTSTATUS)0xC0000002 ? "not implemented\n" : "what?\n");
}

void __stdcall start(void) {
    static const struct crime crimes[] = {
        {"gate-without-stack", gate_without_stack},
        {"fault-without-stack", fault_without_stack},
        {"fault-on-kernel-stack", fault_on_kernel_stack},
        {"free-stack", free_stack},
        {"recursion", recursion},
        {"stack-in-nowhere", stack_in_the_middle_of_nowhere},
        {"garbage-context", garbage_context},
        {"garbage-segments", garbage_segments},
        {"odd-stack-segment", odd_stack_segment},
        {"v86-context", v86_context},
        {"free-teb", free_teb},
        {"free-peb", free_peb},
        {"spoil-teb", spoil_teb},
        {"read-only-teb", read_only_teb},
        {"hidden-teb", hidden_teb},
        {"guarded-teb", guarded_teb},
        {"unmap-ntdll", unmap_ntdll},
        {"unmap-itself", unmap_itself},
        {"free-everything", free_everything},
        {"bad-handler-chain", bad_handler_chain},
        {"looping-handler-chain", looping_handler_chain},
        {"self-modifying", self_modifying},
        {"all-services", all_services},
        {"hostile-raises", hostile_raises},
        {"odd-selectors", odd_selectors},
        {"all-vectors", all_vectors},
        {"endless", endless},
        {"endless-faults", endless_faults},
        {"wait-forever", wait_forever},
        {"missing-service", missing_service},
        {"missing-service-by-stub", missing_service_by_stub},
    };
    COMMIT_FROM(crimes);
}
