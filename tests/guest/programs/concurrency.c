// SPDX-License-Identifier: MIT
// Threads, tested where they run: DllMain and thread-local storage, stacks, locks under
// contention, contexts of others, ends of all kinds.
#include "expect.h"

#include "nt/pe.h"

#define STACK_SIZE_PARAM_IS_A_RESERVATION 0x10000
#define CREATE_SUSPENDED 4
#define STILL_ACTIVE 259
#define MEM_FREE 0x10000

typedef DWORD(WINAPI* ROUTINE)(PVOID parameter);
typedef struct {
    PVOID BaseAddress;
    PVOID AllocationBase;
    DWORD AllocationProtect;
    SIZE_T RegionSize;
    DWORD State, Protect, Type;
} MEMORY_INFORMATION;

__attribute__((dllimport)) LONG WINAPI parts_value(ULONG index);
HANDLE WINAPI CreateThread(const SECURITY_ATTRIBUTES* security, SIZE_T stack, ROUTINE start,
                           PVOID parameter, DWORD flags, LPDWORD id);
HANDLE WINAPI OpenThread(DWORD access, BOOL inherit, DWORD id);
BOOL WINAPI TerminateThread(HANDLE thread, DWORD code);
BOOL WINAPI GetExitCodeThread(HANDLE thread, LPDWORD code);
DWORD WINAPI SuspendThread(HANDLE thread);
DWORD WINAPI ResumeThread(HANDLE thread);
BOOL WINAPI GetThreadContext(HANDLE thread, PCONTEXT context);
BOOL WINAPI SetThreadContext(HANDLE thread, const CONTEXT* context);
BOOL WINAPI SetThreadPriority(HANDLE thread, int priority);
int WINAPI GetThreadPriority(HANDLE thread);
DWORD WINAPI GetCurrentThreadId(void);
DWORD WINAPI GetLastError(void);
DWORD WINAPI WaitForSingleObject(HANDLE object, DWORD milliseconds);
VOID WINAPI Sleep(DWORD milliseconds);
SIZE_T WINAPI VirtualQuery(LPCVOID address, MEMORY_INFORMATION* information, SIZE_T size);
DWORD WINAPI TlsAlloc(void);
BOOL WINAPI TlsFree(DWORD index);
PVOID WINAPI TlsGetValue(DWORD index);
BOOL WINAPI TlsSetValue(DWORD index, PVOID value);

static ULONG tls_index;
static LONG tls_data[2] = {1234, 5678};
static LONG tls_calls[4];

static VOID WINAPI tls_callback(PVOID base, ULONG reason, PVOID reserved) {
    (void)base;
    (void)reserved;
    ++tls_calls[reason];
}

static const PIMAGE_TLS_CALLBACK callbacks[] = {tls_callback, NULL};
const IMAGE_TLS_DIRECTORY _tls_used = {(UCHAR*)tls_data,
                                       (UCHAR*)(tls_data + 2),
                                       &tls_index,
                                       (PIMAGE_TLS_CALLBACK*)(ULONG_PTR)callbacks,
                                       8,
                                       0};

static LONG* tls_block(void) {
    return NtCurrentTeb()->ThreadLocalStoragePointer[tls_index];
}

static HANDLE run(ROUTINE routine, PVOID parameter) {
    HANDLE thread = CreateThread(NULL, 0, routine, parameter, 0, NULL);
    EXPECT(thread != NULL);
    return thread;
}

static DWORD join(HANDLE thread) {
    DWORD code = 0xFFFFFFFF;
    EXPECT(WaitForSingleObject(thread, INFINITE) == 0);
    EXPECT(GetExitCodeThread(thread, &code));
    EXPECT(CloseHandle(thread));
    return code;
}

static DWORD slot;

static DWORD WINAPI look_around(PVOID parameter) {
    EXPECT(parameter == (PVOID)0x1234);
    EXPECT(parts_value(2) == 1 && parts_value(3) == 0);
    EXPECT(tls_calls[DLL_THREAD_ATTACH] == 1);
    EXPECT(tls_block()[0] == 1234 && tls_block()[1] == 5678 && tls_block()[2] == 0);
    tls_block()[0] = 99;
    EXPECT(TlsGetValue(slot) == NULL);
    TlsSetValue(slot, (PVOID)2);
    EXPECT((PTEB)NtCurrentTeb()->Self == NtCurrentTeb());
    EXPECT(NtCurrentTeb()->ProcessEnvironmentBlock->Ldr != NULL);
    return GetCurrentThreadId();
}

static void attached_and_detached(void) {
    DWORD id = 0;
    slot = TlsAlloc();
    TlsSetValue(slot, (PVOID)1);
    HANDLE thread = CreateThread(NULL, 0, look_around, (PVOID)0x1234, 0, &id);
    EXPECT(id != GetCurrentThreadId());
    EXPECT(join(thread) == id);
    EXPECT(parts_value(2) == 1 && parts_value(3) == 1);
    EXPECT(tls_calls[DLL_THREAD_DETACH] == 1);
    EXPECT(tls_block()[0] == 1234);
    EXPECT(TlsGetValue(slot) == (PVOID)1);
    EXPECT(TlsFree(slot));
    EXPECT(TlsAlloc() == slot && TlsGetValue(slot) == NULL);
}

static __attribute__((noinline)) DWORD deep(DWORD depth) {
    volatile char page[2048];
    page[0] = (char)depth;
    return depth == 0 ? (DWORD)(unsigned char)page[0] : deep(depth - 1) + (page[0] == (char)depth);
}

static DWORD WINAPI use_stack(PVOID parameter) {
    const PTEB teb = NtCurrentTeb();
    EXPECT((char*)teb->StackBase - (char*)teb->DeallocationStack == 0x80000);
    EXPECT((char*)teb->StackBase - (char*)teb->StackLimit <= 0x3000);
    EXPECT(deep(120) == 120);
    EXPECT((char*)teb->StackBase - (char*)teb->StackLimit > 60 * 4096);
    *(PVOID*)parameter = teb->DeallocationStack;
    ExitThread(17);
    return 0;
}

static void stacks(void) {
    PVOID stack = NULL;
    MEMORY_INFORMATION information;
    HANDLE thread =
        CreateThread(NULL, 0x80000, use_stack, &stack, STACK_SIZE_PARAM_IS_A_RESERVATION, NULL);
    EXPECT(join(thread) == 17);
    EXPECT(VirtualQuery(stack, &information, sizeof information) != 0);
    EXPECT(information.State == MEM_FREE);
}

#define WORKERS 4
#define ROUNDS 100

static RTL_CRITICAL_SECTION lock;
static LONG shared;

static DWORD WINAPI contend(PVOID parameter) {
    DWORD sum = 0;
    for (DWORD i = 0; i < ROUNDS; ++i) {
        char* const block = RtlAllocateHeap(NtCurrentPeb()->ProcessHeap, HEAP_ZERO_MEMORY, 16 + i);
        EXPECT(block != NULL && block[15 + i] == 0);
        RtlEnterCriticalSection(&lock);
        const LONG before = shared;
        if (i % 8 == (DWORD)(ULONG_PTR)parameter) {
            Sleep(0);
        }
        shared = before + 1;
        RtlLeaveCriticalSection(&lock);
        block[0] = 1;
        sum += (DWORD)block[0];
        EXPECT(RtlFreeHeap(NtCurrentPeb()->ProcessHeap, 0, block));
    }
    return sum;
}

static void locks(void) {
    HANDLE threads[WORKERS];
    RtlInitializeCriticalSection(&lock);
    for (ULONG i = 0; i < WORKERS; ++i) {
        threads[i] = run(contend, (PVOID)(ULONG_PTR)i);
    }
    for (ULONG i = 0; i < WORKERS; ++i) {
        EXPECT(join(threads[i]) == ROUNDS);
    }
    EXPECT(shared == WORKERS * ROUNDS);
    EXPECT(lock.LockCount == -1 && lock.OwningThread == NULL);
    EXPECT(lock.LockSemaphore != NULL);
    EXPECT(RtlValidateHeap(NtCurrentPeb()->ProcessHeap, 0, NULL));
    RtlDeleteCriticalSection(&lock);
}

static volatile LONG spins;

static DWORD WINAPI spin(PVOID parameter) {
    (void)parameter;
    while (spins >= 0) {
        ++spins;
    }
    return 0;
}

static void leave(void) {
    ExitThread(99);
}

static void contexts(void) {
    CONTEXT context;
    HANDLE thread = run(spin, NULL);
    Sleep(20);
    EXPECT(SuspendThread(thread) == 0);
    const LONG before = spins;
    EXPECT(before > 0);
    Sleep(40);
    EXPECT(spins == before);
    context.ContextFlags = CONTEXT_FULL;
    EXPECT(GetThreadContext(thread, &context));
    EXPECT(context.Eip >= (ULONG)(ULONG_PTR)spin && context.Eip < (ULONG)(ULONG_PTR)spin + 64);
    EXPECT(context.SegCs == 0x1B && context.SegDs == 0x23 && context.SegFs == 0x3B);
    context.Eip = (ULONG)(ULONG_PTR)leave;
    EXPECT(SetThreadContext(thread, &context));
    EXPECT(ResumeThread(thread) == 1);
    EXPECT(join(thread) == 99);
}

static DWORD WINAPI sleep_for_good(PVOID parameter) {
    (void)parameter;
    Sleep(INFINITE);
    return 0;
}

static void ended_by_others(void) {
    DWORD code = 0;
    HANDLE waiting = run(sleep_for_good, NULL);
    HANDLE spinning = run(spin, NULL);
    HANDLE suspended = CreateThread(NULL, 0, spin, NULL, CREATE_SUSPENDED, NULL);
    Sleep(20);
    EXPECT(GetExitCodeThread(waiting, &code) && code == STILL_ACTIVE);
    EXPECT(WaitForSingleObject(spinning, 0) == 258);
    EXPECT(SuspendThread(suspended) == 1 && SuspendThread(suspended) == 2);
    EXPECT(TerminateThread(waiting, 11));
    EXPECT(TerminateThread(spinning, 12));
    EXPECT(TerminateThread(suspended, 13));
    EXPECT(join(waiting) == 11);
    EXPECT(join(spinning) == 12);
    EXPECT(SuspendThread(suspended) == 0xFFFFFFFF);
    EXPECT(join(suspended) == 13);
}

static DWORD WINAPI return_it(PVOID parameter) {
    return (DWORD)(ULONG_PTR)parameter;
}

static void many(void) {
    HANDLE threads[40];
    for (ULONG i = 0; i < 40; ++i) {
        threads[i] = CreateThread(NULL, 0x10000, return_it, (PVOID)(ULONG_PTR)i,
                                  STACK_SIZE_PARAM_IS_A_RESERVATION, NULL);
    }
    for (ULONG i = 0; i < 40; ++i) {
        EXPECT(join(threads[i]) == i);
    }
    for (ULONG i = 0; i < 200; ++i) {
        EXPECT(join(run(return_it, (PVOID)(ULONG_PTR)i)) == i);
    }
}

static VOID NTAPI native(PVOID parameter) {
    RtlExitUserThread((NTSTATUS)(ULONG_PTR)parameter + 1);
}

static void native_threads(void) {
    HANDLE thread = NULL;
    CLIENT_ID id;
    EXPECT(RtlCreateUserThread(NtCurrentProcess(), NULL, TRUE, 0, 0x20000, 0x1000, (PVOID)native,
                               (PVOID)41, &thread, &id) == STATUS_SUCCESS);
    HANDLE same = OpenThread(0x1F03FF, FALSE, (DWORD)(ULONG_PTR)id.UniqueThread);
    EXPECT(ResumeThread(same) == 1);
    EXPECT(join(same) == 42);
    EXPECT(join(thread) == 42);
    EXPECT(RtlCreateUserThread(NtCurrentProcess(), NULL, FALSE, 0, 0, 0, (PVOID)native, NULL, NULL,
                               NULL) == STATUS_SUCCESS);
    Sleep(0);
}

static void errors(void) {
    DWORD code;
    EXPECT(!GetExitCodeThread((HANDLE)0x7770, &code) && GetLastError() == ERROR_INVALID_HANDLE);
    EXPECT(!TerminateThread(NULL, 0) && GetLastError() == ERROR_INVALID_HANDLE);
    EXPECT(OpenThread(0, FALSE, 0x9999) == NULL && GetLastError() == ERROR_INVALID_PARAMETER);
    EXPECT(CreateThread(NULL, 0x90000000, return_it, NULL, STACK_SIZE_PARAM_IS_A_RESERVATION,
                        NULL) == NULL);
    EXPECT(GetLastError() == ERROR_NOT_ENOUGH_MEMORY || GetLastError() == ERROR_INVALID_PARAMETER);
    EXPECT(!SetThreadPriority(NtCurrentThread(), 9) && GetLastError() == ERROR_INVALID_PARAMETER);
    EXPECT(SetThreadPriority(NtCurrentThread(), 15));
    EXPECT(GetThreadPriority(NtCurrentThread()) == 15);
    EXPECT(SetThreadPriority(NtCurrentThread(), 0));
    EXPECT(GetThreadPriority(NtCurrentThread()) == 0);
}

static DWORD WINAPI die_in_locks(PVOID parameter) {
    (void)parameter;
    RtlEnterCriticalSection(NtCurrentPeb()->LoaderLock);
    Sleep(INFINITE);
    return 0;
}

VOID WINAPI start(void) {
    attached_and_detached();
    stacks();
    locks();
    contexts();
    ended_by_others();
    many();
    native_threads();
    errors();
    // The process ends although a thread that is killed then owns the loader's lock.
    run(die_in_locks, NULL);
    Sleep(0);
    FINISH();
}
