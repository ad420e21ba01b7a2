// SPDX-License-Identifier: MIT
// Exceptions as programs raise and filter them, and debug output, which is one.
#include "nt/win32.h"

static LPTOP_LEVEL_EXCEPTION_FILTER top_level_filter;

VOID WINAPI RaiseException(DWORD code, DWORD flags, DWORD count, const ULONG_PTR* arguments) {
    EXCEPTION_RECORD record;
    record.ExceptionCode = (NTSTATUS)(code & ~0x10000000u);
    record.ExceptionFlags = flags & EXCEPTION_NONCONTINUABLE;
    record.ExceptionRecord = NULL;
    record.ExceptionAddress = (PVOID)(ULONG_PTR)RaiseException;
    record.NumberParameters = 0;
    if (arguments != NULL) {
        record.NumberParameters =
            count < EXCEPTION_MAXIMUM_PARAMETERS ? count : EXCEPTION_MAXIMUM_PARAMETERS;
        memcpy(record.ExceptionInformation, arguments, record.NumberParameters * sizeof(ULONG_PTR));
    }
    RtlRaiseException(&record);
}

LPTOP_LEVEL_EXCEPTION_FILTER WINAPI
SetUnhandledExceptionFilter(LPTOP_LEVEL_EXCEPTION_FILTER filter) {
    const LPTOP_LEVEL_EXCEPTION_FILTER previous = top_level_filter;
    top_level_filter = filter;
    return previous;
}

BOOL WINAPI IsDebuggerPresent(void) {
    return NtCurrentPeb()->BeingDebugged;
}

/// Without a filter of the program's the search goes on to its end, and the kernel gets its second
/// chance with the registers of the fault: there is no box to show here.
LONG WINAPI UnhandledExceptionFilter(PEXCEPTION_POINTERS pointers) {
    if (IsDebuggerPresent() || top_level_filter == NULL) {
        return EXCEPTION_CONTINUE_SEARCH;
    }
    return top_level_filter(pointers);
}

EXCEPTION_DISPOSITION BaseLastHandler(PEXCEPTION_RECORD record, PVOID frame, PCONTEXT context,
                                      PVOID dispatcher) {
    EXCEPTION_POINTERS pointers = {record, context};
    (void)frame;
    (void)dispatcher;
    if (record->ExceptionFlags & (EXCEPTION_UNWINDING | EXCEPTION_EXIT_UNWIND)) {
        return ExceptionContinueSearch;
    }
    switch (UnhandledExceptionFilter(&pointers)) {
        case EXCEPTION_CONTINUE_EXECUTION: return ExceptionContinueExecution;
        case EXCEPTION_EXECUTE_HANDLER: ExitProcess((UINT)record->ExceptionCode); break;
        default: break;
    }
    return ExceptionContinueSearch;
}

// OutputDebugString is an exception that only a debugger takes; when nobody does, the text goes to
// the kernel's debugger.
typedef struct {
    EXCEPTION_REGISTRATION_RECORD registration;
    LPCSTR text;
} DEBUG_FRAME;

static EXCEPTION_DISPOSITION take_debug_string(PEXCEPTION_RECORD record, PVOID frame,
                                               PCONTEXT context, PVOID dispatcher) {
    (void)context;
    (void)dispatcher;
    if (record->ExceptionCode != DBG_PRINTEXCEPTION_C ||
        (record->ExceptionFlags & (EXCEPTION_UNWINDING | EXCEPTION_EXIT_UNWIND))) {
        return ExceptionContinueSearch;
    }
    DbgPrint("%s", ((DEBUG_FRAME*)frame)->text);
    return ExceptionContinueExecution;
}

VOID WINAPI OutputDebugStringA(LPCSTR text) {
    if (text == NULL) {
        return;
    }
    const ULONG_PTR arguments[2] = {strlen(text) + 1, (ULONG_PTR)text};
    DEBUG_FRAME frame = {{NtCurrentTeb()->ExceptionList, take_debug_string}, text};
    NtCurrentTeb()->ExceptionList = &frame.registration;
    RaiseException((DWORD)DBG_PRINTEXCEPTION_C, 0, 2, arguments);
    NtCurrentTeb()->ExceptionList = frame.registration.Next;
}

VOID WINAPI OutputDebugStringW(LPCWSTR text) {
    UNICODE_STRING wide;
    ANSI_STRING ansi;
    RtlInitUnicodeString(&wide, text);
    if (NT_SUCCESS(RtlUnicodeStringToAnsiString(&ansi, &wide, TRUE))) {
        OutputDebugStringA(ansi.Buffer);
        RtlFreeAnsiString(&ansi);
    }
}

VOID WINAPI DebugBreak(void) {
    DbgBreakPoint();
}
