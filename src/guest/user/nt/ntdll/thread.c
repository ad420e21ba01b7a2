// SPDX-License-Identifier: MIT
// Threads for programs that know ntdll.dll only: no thunk of kernel32's before their first
// instruction, and no routine to return to after it.
#include "internal.h"

#include "nt/user_stack.h"

#define THREAD_ALL_ACCESS 0x1F03FF

VOID NTAPI RtlInitializeContext(HANDLE process, PCONTEXT context, PVOID parameter, PVOID start,
                                PVOID stack) {
    (void)process;
    memset(context, 0, sizeof *context);
    context->ContextFlags = CONTEXT_FULL;
    context->Ebx = 1;
    context->Ecx = 2;
    context->Edx = 3;
    context->Esi = 4;
    context->Edi = 5;
    context->Eip = (ULONG)(ULONG_PTR)start;
    context->SegCs = 0x18;
    context->SegDs = context->SegEs = context->SegSs = 0x20;
    context->SegFs = 0x38;
    context->EFlags = 0x200;
    // As if called: a return address that leads nowhere, and the argument.
    ULONG_PTR* const frame = (ULONG_PTR*)stack - 2;
    frame[1] = (ULONG_PTR)parameter;
    context->Esp = (ULONG)(ULONG_PTR)frame;
}

NTSTATUS NTAPI RtlCreateUserThread(HANDLE process, PVOID security, BOOLEAN suspended,
                                   ULONG zero_bits, SIZE_T reserve, SIZE_T commit, PVOID start,
                                   PVOID parameter, HANDLE* thread, PCLIENT_ID id) {
    OBJECT_ATTRIBUTES attributes = object_attributes(NULL, 0);
    INITIAL_TEB teb;
    CONTEXT context;
    HANDLE handle;
    CLIENT_ID client;
    (void)zero_bits;
    attributes.SecurityDescriptor = security;
    NTSTATUS status = create_user_stack(reserve, commit, &teb);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    RtlInitializeContext(process, &context, parameter, start, teb.StackBase);
    status = NtCreateThread(&handle, THREAD_ALL_ACCESS, &attributes, process, &client, &context,
                            &teb, suspended);
    if (!NT_SUCCESS(status)) {
        free_user_stack(&teb);
        return status;
    }
    if (id != NULL) {
        *id = client;
    }
    if (thread != NULL) {
        *thread = handle;
    } else {
        NtClose(handle);
    }
    return status;
}

VOID NTAPI RtlExitUserThread(NTSTATUS status) {
    LdrShutdownThread();
    NtCurrentTeb()->FreeStackOnTermination = TRUE;
    NtTerminateThread(NtCurrentThread(), status);
    RtlRaiseStatus(status);
}
