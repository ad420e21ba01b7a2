// SPDX-License-Identifier: MIT
// What the files of ntdll share and do not export.
#pragma once

#include "nt/pe.h"
#include "nt/process.h"
#include "nt/rtl.h"
#include "nt/services.h"
#include "nt/status.h"

// unwind.S
EXCEPTION_DISPOSITION NTAPI RtlpExecuteHandlerForException(PEXCEPTION_RECORD record,
                                                           PEXCEPTION_REGISTRATION_RECORD frame,
                                                           PCONTEXT context, PVOID dispatcher,
                                                           PEXCEPTION_ROUTINE handler);
EXCEPTION_DISPOSITION NTAPI RtlpExecuteHandlerForUnwind(PEXCEPTION_RECORD record,
                                                        PEXCEPTION_REGISTRATION_RECORD frame,
                                                        PCONTEXT context, PVOID dispatcher,
                                                        PEXCEPTION_ROUTINE handler);
VOID NTAPI RtlpUnwind(PEXCEPTION_REGISTRATION_RECORD target, PEXCEPTION_RECORD record,
                      PCONTEXT context);

// dispatch.S
NTSTATUS NTAPI RtlpDebugService(ULONG service, ULONG_PTR ecx, ULONG_PTR edx, ULONG_PTR ebx,
                                ULONG_PTR edi);

// Loader.
extern PEB_LDR_DATA LdrpData;
extern RTL_CRITICAL_SECTION LdrpLoaderLock;
extern PLDR_DATA_TABLE_ENTRY LdrpProgram;
extern HANDLE LdrpShutdownThread;  // the one that ends the process; NULL before

// What a failing import wanted, for the hard error at process start.
typedef struct {
    UNICODE_STRING module;
    ANSI_STRING function;
    ULONG ordinal;
} LDRP_FAILURE;
extern LDRP_FAILURE LdrpFailure;

VOID NTAPI LdrpInitialize(PCONTEXT context, PVOID ntdll, PVOID unused);

// ldr_modules.c: the lists of PEB.Ldr.
PLDR_DATA_TABLE_ENTRY LdrpInsertModule(PVOID base, PCUNICODE_STRING full_name);
VOID LdrpRemoveModule(PLDR_DATA_TABLE_ENTRY module);
PLDR_DATA_TABLE_ENTRY LdrpFindByBase(PVOID base);
PLDR_DATA_TABLE_ENTRY LdrpFindByName(PCUNICODE_STRING name);
VOID LdrpAppend(PLIST_ENTRY list, PLIST_ENTRY entry);

// ldr_map.c: from a name to a view of its file.
NTSTATUS LdrpMapDll(PCUNICODE_STRING name, PLDR_DATA_TABLE_ENTRY* module);
NTSTATUS LdrpRelocate(PVOID base);

// ldr_import.c
NTSTATUS LdrpLoadModule(PCUNICODE_STRING name, PLDR_DATA_TABLE_ENTRY* module);
NTSTATUS LdrpResolveImports(PLDR_DATA_TABLE_ENTRY module);
VOID LdrpReleaseImports(PLDR_DATA_TABLE_ENTRY module);

// ldr_export.c
NTSTATUS LdrpFindExport(PLDR_DATA_TABLE_ENTRY module, PCSTR name, ULONG ordinal, ULONG hint,
                        PVOID* address);

// ldr_tls.c, ldr_attach.c
NTSTATUS LdrpInitializeTls(void);
NTSTATUS LdrpAllocateThreadTls(void);
VOID LdrpFreeThreadTls(void);
VOID LdrpCallTlsCallbacks(PLDR_DATA_TABLE_ENTRY module, ULONG reason);
NTSTATUS LdrpAttachModules(PVOID context);
VOID LdrpDetachModule(PLDR_DATA_TABLE_ENTRY module, PVOID context);
