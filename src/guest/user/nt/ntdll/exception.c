// SPDX-License-Identifier: MIT
// Structured exception handling: the walk along the registration chain at FS:[0].
#include "internal.h"

/// Records live on the stack, aligned; a handler's code never does.
static BOOLEAN on_stack(const void* first, size_t size) {
    const PTEB teb = NtCurrentTeb();
    const ULONG_PTR start = (ULONG_PTR)first;
    return start >= (ULONG_PTR)teb->StackLimit && start + size >= start &&
           start + size <= (ULONG_PTR)teb->StackBase;
}

static BOOLEAN usable(PEXCEPTION_REGISTRATION_RECORD frame) {
    return on_stack(frame, sizeof *frame) && ((ULONG_PTR)frame & 3) == 0 &&
           !on_stack((const void*)frame->Handler, 1);
}

static void raise_nested(NTSTATUS code, PEXCEPTION_RECORD cause) {
    EXCEPTION_RECORD record;
    record.ExceptionCode = code;
    record.ExceptionFlags = EXCEPTION_NONCONTINUABLE;
    record.ExceptionRecord = cause;
    record.NumberParameters = 0;
    RtlRaiseException(&record);
}

BOOLEAN NTAPI RtlDispatchException(PEXCEPTION_RECORD record, PCONTEXT context) {
    PEXCEPTION_REGISTRATION_RECORD nested = NULL;
    PEXCEPTION_REGISTRATION_RECORD frame = NtCurrentTeb()->ExceptionList;
    for (; frame != EXCEPTION_CHAIN_END; frame = frame->Next) {
        if (!usable(frame)) {
            record->ExceptionFlags |= EXCEPTION_STACK_INVALID;
            return FALSE;
        }
        PEXCEPTION_REGISTRATION_RECORD dispatcher = NULL;
        const EXCEPTION_DISPOSITION disposition =
            RtlpExecuteHandlerForException(record, frame, context, &dispatcher, frame->Handler);
        // The frame whose handler faulted has been asked about the outer exception already.
        if (frame == nested) {
            record->ExceptionFlags &= ~(ULONG)EXCEPTION_NESTED_CALL;
            nested = NULL;
        }
        switch (disposition) {
            case ExceptionContinueExecution:
                if (record->ExceptionFlags & EXCEPTION_NONCONTINUABLE) {
                    raise_nested(STATUS_NONCONTINUABLE_EXCEPTION, record);
                }
                return TRUE;
            case ExceptionContinueSearch:
                if (record->ExceptionFlags & EXCEPTION_STACK_INVALID) {
                    return FALSE;
                }
                break;
            case ExceptionNestedException:
                record->ExceptionFlags |= EXCEPTION_NESTED_CALL;
                if (dispatcher > nested) {
                    nested = dispatcher;
                }
                break;
            case ExceptionCollidedUnwind:
            default: raise_nested(STATUS_INVALID_DISPOSITION, record);
        }
    }
    return FALSE;
}

/// The rest of RtlUnwind; `context` goes on behind the call of RtlUnwind.
VOID NTAPI RtlpUnwind(PEXCEPTION_REGISTRATION_RECORD target, PEXCEPTION_RECORD record,
                      PCONTEXT context) {
    EXCEPTION_RECORD own;
    if (record == NULL) {
        own.ExceptionCode = STATUS_UNWIND;
        own.ExceptionFlags = 0;
        own.ExceptionRecord = NULL;
        own.ExceptionAddress = (PVOID)(ULONG_PTR)context->Eip;
        own.NumberParameters = 0;
        record = &own;
    }
    record->ExceptionFlags |= EXCEPTION_UNWINDING;
    if (target == NULL) {
        record->ExceptionFlags |= EXCEPTION_EXIT_UNWIND;
    }
    const PTEB teb = NtCurrentTeb();
    PEXCEPTION_REGISTRATION_RECORD frame = teb->ExceptionList;
    while (frame != EXCEPTION_CHAIN_END) {
        if (frame == target) {
            NtContinue(context, FALSE);
        }
        if (target != NULL && target < frame) {
            raise_nested(STATUS_INVALID_UNWIND_TARGET, record);
        }
        if (!usable(frame)) {
            raise_nested(STATUS_BAD_STACK, record);
        }
        PEXCEPTION_REGISTRATION_RECORD next = frame->Next;
        PEXCEPTION_REGISTRATION_RECORD dispatcher = NULL;
        switch (RtlpExecuteHandlerForUnwind(record, frame, context, &dispatcher, frame->Handler)) {
            case ExceptionContinueSearch: break;
            case ExceptionCollidedUnwind:
                // An earlier unwind was inside this frame's handler: go on behind it.
                next = dispatcher->Next;
                break;
            case ExceptionContinueExecution:
            case ExceptionNestedException:
            default: raise_nested(STATUS_INVALID_DISPOSITION, record);
        }
        frame = next;
        teb->ExceptionList = frame;
    }
    if (target == EXCEPTION_CHAIN_END) {
        NtContinue(context, FALSE);
    }
    NtRaiseException(record, context, FALSE);
}

VOID NTAPI RtlRaiseStatus(NTSTATUS status) {
    raise_nested(status, NULL);
}
