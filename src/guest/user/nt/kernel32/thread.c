// SPDX-License-Identifier: MIT
// Threads: creation, end, priority, context.
#include "nt/user_stack.h"
#include "nt/win32.h"

#define THREAD_ALL_ACCESS 0x1F03FF
#define CREATE_SUSPENDED 0x4
#define STACK_SIZE_PARAM_IS_A_RESERVATION 0x10000
#define SUSPEND_FAILED 0xFFFFFFFFu
#define THREAD_PRIORITY_TIME_CRITICAL 15
#define THREAD_PRIORITY_IDLE (-15)
#define THREAD_PRIORITY_ERROR_RETURN 0x7FFFFFFF
// What the kernel takes for the two ends of the scale.
#define SATURATING_INCREMENT 16

typedef DWORD(WINAPI* LPTHREAD_START_ROUTINE)(PVOID parameter);
VOID WINAPI BaseThreadStartThunk(void);
VOID WINAPI BaseThreadMain(LPTHREAD_START_ROUTINE start, PVOID parameter);

/// BaseThreadStartThunk finds the start routine in EAX and its parameter in EBX.
static CONTEXT initial_context(LPTHREAD_START_ROUTINE start, PVOID parameter, PVOID stack) {
    CONTEXT context;
    memset(&context, 0, sizeof context);
    context.ContextFlags = CONTEXT_FULL;
    context.Eax = (ULONG)(ULONG_PTR)start;
    context.Ebx = (ULONG)(ULONG_PTR)parameter;
    context.Eip = (ULONG)(ULONG_PTR)BaseThreadStartThunk;
    context.Esp = (ULONG)(ULONG_PTR)stack - 4;
    context.SegCs = 0x18;
    context.SegDs = context.SegEs = context.SegSs = 0x20;
    context.SegFs = 0x38;
    context.EFlags = 0x3000;
    return context;
}

HANDLE WINAPI CreateThread(const SECURITY_ATTRIBUTES* security, SIZE_T stack_size,
                           LPTHREAD_START_ROUTINE start, PVOID parameter, DWORD flags, LPDWORD id) {
    INITIAL_TEB teb;
    OBJECT_ATTRIBUTES attributes = object_attributes(NULL, 0);
    const BOOL reserves = (flags & STACK_SIZE_PARAM_IS_A_RESERVATION) != 0;
    NTSTATUS status = create_user_stack(reserves ? stack_size : 0, reserves ? 0 : stack_size, &teb);
    if (!NT_SUCCESS(status)) {
        BaseSetLastNTError(status);
        return NULL;
    }
    if (security != NULL && security->bInheritHandle) {
        attributes.Attributes |= OBJ_INHERIT;
    }
    CONTEXT context = initial_context(start, parameter, teb.StackBase);
    HANDLE thread;
    CLIENT_ID client;
    status = NtCreateThread(&thread, THREAD_ALL_ACCESS, &attributes, NtCurrentProcess(), &client,
                            &context, &teb, (flags & CREATE_SUSPENDED) != 0);
    if (!NT_SUCCESS(status)) {
        free_user_stack(&teb);
        BaseSetLastNTError(status);
        return NULL;
    }
    if (id != NULL) {
        *id = (DWORD)(ULONG_PTR)client.UniqueThread;
    }
    return thread;
}

VOID WINAPI BaseThreadMain(LPTHREAD_START_ROUTINE start, PVOID parameter) {
    ExitThread(start(parameter));
}

VOID WINAPI ExitThread(DWORD code) {
    ULONG last = 0;
    const NTSTATUS status =
        NtQueryInformationThread(NtCurrentThread(), ThreadAmILastThread, &last, sizeof last, NULL);
    if (!NT_SUCCESS(status) || last != 0) {
        ExitProcess(code);
    }
    LdrShutdownThread();
    NtCurrentTeb()->FreeStackOnTermination = TRUE;
    NtTerminateThread(NULL, (NTSTATUS)code);
    // All others have gone since it asked.
    ExitProcess(code);
}

BOOL WINAPI TerminateThread(HANDLE thread, DWORD code) {
    if (thread == NULL) {
        RtlSetLastWin32Error(ERROR_INVALID_HANDLE);
        return FALSE;
    }
    const NTSTATUS status = NtTerminateThread(thread, (NTSTATUS)code);
    return NT_SUCCESS(status) ? TRUE : BaseSetLastNTError(status);
}

static BOOL basic_information(HANDLE thread, THREAD_BASIC_INFORMATION* information) {
    const NTSTATUS status = NtQueryInformationThread(thread, ThreadBasicInformation, information,
                                                     sizeof *information, NULL);
    return NT_SUCCESS(status) ? TRUE : BaseSetLastNTError(status);
}

BOOL WINAPI GetExitCodeThread(HANDLE thread, LPDWORD code) {
    THREAD_BASIC_INFORMATION information;
    if (!basic_information(thread, &information)) {
        return FALSE;
    }
    *code = (DWORD)information.ExitStatus;
    return TRUE;
}

int WINAPI GetThreadPriority(HANDLE thread) {
    THREAD_BASIC_INFORMATION information;
    if (!basic_information(thread, &information)) {
        return THREAD_PRIORITY_ERROR_RETURN;
    }
    switch (information.BasePriority) {
        case SATURATING_INCREMENT: return THREAD_PRIORITY_TIME_CRITICAL;
        case -SATURATING_INCREMENT: return THREAD_PRIORITY_IDLE;
        default: return information.BasePriority;
    }
}

BOOL WINAPI SetThreadPriority(HANDLE thread, int priority) {
    LONG increment = priority;
    if (priority == THREAD_PRIORITY_TIME_CRITICAL) {
        increment = SATURATING_INCREMENT;
    } else if (priority == THREAD_PRIORITY_IDLE) {
        increment = -SATURATING_INCREMENT;
    }
    const NTSTATUS status =
        NtSetInformationThread(thread, ThreadBasePriority, &increment, sizeof increment);
    return NT_SUCCESS(status) ? TRUE : BaseSetLastNTError(status);
}

DWORD WINAPI SuspendThread(HANDLE thread) {
    ULONG previous;
    const NTSTATUS status = NtSuspendThread(thread, &previous);
    if (!NT_SUCCESS(status)) {
        BaseSetLastNTError(status);
        return SUSPEND_FAILED;
    }
    return previous;
}

DWORD WINAPI ResumeThread(HANDLE thread) {
    ULONG previous;
    const NTSTATUS status = NtResumeThread(thread, &previous);
    if (!NT_SUCCESS(status)) {
        BaseSetLastNTError(status);
        return SUSPEND_FAILED;
    }
    return previous;
}

BOOL WINAPI GetThreadContext(HANDLE thread, PCONTEXT context) {
    const NTSTATUS status = NtGetContextThread(thread, context);
    return NT_SUCCESS(status) ? TRUE : BaseSetLastNTError(status);
}

BOOL WINAPI SetThreadContext(HANDLE thread, const CONTEXT* context) {
    const NTSTATUS status = NtSetContextThread(thread, (PCONTEXT)(ULONG_PTR)context);
    return NT_SUCCESS(status) ? TRUE : BaseSetLastNTError(status);
}

HANDLE WINAPI OpenThread(DWORD access, BOOL inherit, DWORD id) {
    OBJECT_ATTRIBUTES attributes = object_attributes(NULL, inherit ? OBJ_INHERIT : 0);
    CLIENT_ID client = {NULL, (HANDLE)(ULONG_PTR)id};
    HANDLE thread;
    const NTSTATUS status = NtOpenThread(&thread, access, &attributes, &client);
    if (!NT_SUCCESS(status)) {
        BaseSetLastNTError(status);
        return NULL;
    }
    return thread;
}

BOOL WINAPI GetThreadTimes(HANDLE thread, FILETIME* created, FILETIME* exited, FILETIME* kernel,
                           FILETIME* user) {
    FILETIME times[4];
    const NTSTATUS status =
        NtQueryInformationThread(thread, ThreadTimes, times, sizeof times, NULL);
    if (!NT_SUCCESS(status)) {
        return BaseSetLastNTError(status);
    }
    *created = times[0];
    *exited = times[1];
    *kernel = times[2];
    *user = times[3];
    return TRUE;
}

HANDLE WINAPI GetCurrentThread(void) {
    return NtCurrentThread();
}

DWORD WINAPI GetCurrentThreadId(void) {
    return (DWORD)NtCurrentTeb()->UniqueThread;
}
