// SPDX-License-Identifier: MIT
// PEB, TEB, process parameters and loader data at the offsets of XP SP3.
#pragma once

#include "nt/context.h"
#include "nt/types.h"

typedef struct {
    UNICODE_STRING DosPath;
    HANDLE Handle;
} CURDIR;

typedef struct {
    ULONG MaximumLength;
    ULONG Length;
    ULONG Flags;
    ULONG DebugFlags;
    HANDLE ConsoleHandle;
    ULONG ConsoleFlags;
    HANDLE StandardInput;
    HANDLE StandardOutput;
    HANDLE StandardError;
    CURDIR CurrentDirectory;
    UNICODE_STRING DllPath;
    UNICODE_STRING ImagePathName;
    UNICODE_STRING CommandLine;
    PWSTR Environment;
    ULONG StartingX, StartingY, CountX, CountY, CountCharsX, CountCharsY;
    ULONG FillAttribute, WindowFlags, ShowWindowFlags;
    UNICODE_STRING WindowTitle;
    UNICODE_STRING DesktopInfo;
    UNICODE_STRING ShellInfo;
    UNICODE_STRING RuntimeData;
} RTL_USER_PROCESS_PARAMETERS, *PRTL_USER_PROCESS_PARAMETERS;
#define RTL_USER_PROC_PARAMS_NORMALIZED 1
STATIC_OFFSET(RTL_USER_PROCESS_PARAMETERS, Environment, 0x48);
STATIC_OFFSET(RTL_USER_PROCESS_PARAMETERS, RuntimeData, 0x88);

typedef struct {
    ULONG Length;
    BOOLEAN Initialized;
    HANDLE SsHandle;
    LIST_ENTRY InLoadOrderModuleList;
    LIST_ENTRY InMemoryOrderModuleList;
    LIST_ENTRY InInitializationOrderModuleList;
    PVOID EntryInProgress;
} PEB_LDR_DATA, *PPEB_LDR_DATA;
STATIC_OFFSET(PEB_LDR_DATA, InInitializationOrderModuleList, 0x1C);

typedef BOOLEAN(NTAPI* PDLL_INIT_ROUTINE)(PVOID base, ULONG reason, PVOID context);

typedef struct {
    LIST_ENTRY InLoadOrderLinks;
    LIST_ENTRY InMemoryOrderLinks;
    LIST_ENTRY InInitializationOrderLinks;
    PVOID DllBase;
    PDLL_INIT_ROUTINE EntryPoint;
    ULONG SizeOfImage;
    UNICODE_STRING FullDllName;
    UNICODE_STRING BaseDllName;
    ULONG Flags;
    USHORT LoadCount;
    USHORT TlsIndex;
    LIST_ENTRY HashLinks;
    ULONG TimeDateStamp;
    PVOID EntryPointActivationContext;
    PVOID PatchInformation;
} LDR_DATA_TABLE_ENTRY, *PLDR_DATA_TABLE_ENTRY;
STATIC_OFFSET(LDR_DATA_TABLE_ENTRY, DllBase, 0x18);
STATIC_OFFSET(LDR_DATA_TABLE_ENTRY, Flags, 0x34);
_Static_assert(sizeof(LDR_DATA_TABLE_ENTRY) == 0x50, "LDR_DATA_TABLE_ENTRY");

#define LDRP_IMAGE_DLL 0x00000004
#define LDRP_LOAD_IN_PROGRESS 0x00001000
#define LDRP_ENTRY_PROCESSED 0x00004000
#define LDRP_DONT_CALL_FOR_THREADS 0x00040000
#define LDRP_PROCESS_ATTACH_CALLED 0x00080000
#define LDRP_IMAGE_NOT_AT_BASE 0x00200000

#define DLL_PROCESS_DETACH 0
#define DLL_PROCESS_ATTACH 1
#define DLL_THREAD_ATTACH 2
#define DLL_THREAD_DETACH 3

typedef struct {
    PVOID DebugInfo;
    LONG LockCount;
    LONG RecursionCount;
    HANDLE OwningThread;
    HANDLE LockSemaphore;
    ULONG SpinCount;
} RTL_CRITICAL_SECTION, *PRTL_CRITICAL_SECTION;

typedef struct {
    BOOLEAN InheritedAddressSpace;
    BOOLEAN ReadImageFileExecOptions;
    BOOLEAN BeingDebugged;
    BOOLEAN SpareBool;
    HANDLE Mutant;
    PVOID ImageBaseAddress;
    PPEB_LDR_DATA Ldr;
    PRTL_USER_PROCESS_PARAMETERS ProcessParameters;
    PVOID SubSystemData;
    PVOID ProcessHeap;
    PRTL_CRITICAL_SECTION FastPebLock;
    PVOID FastPebLockRoutine;
    PVOID FastPebUnlockRoutine;
    ULONG EnvironmentUpdateCount;
    PVOID KernelCallbackTable;
    ULONG SystemReserved[2];
    PVOID FreeList;
    ULONG TlsExpansionCounter;
    PVOID TlsBitmap;
    ULONG TlsBitmapBits[2];
    PVOID ReadOnlySharedMemory[3];
    PVOID AnsiCodePageData;
    PVOID OemCodePageData;
    PVOID UnicodeCaseTableData;
    ULONG NumberOfProcessors;
    ULONG NtGlobalFlag;
    ULONG Spare6C;
    LARGE_INTEGER CriticalSectionTimeout;
    ULONG HeapSegmentReserve;
    ULONG HeapSegmentCommit;
    ULONG HeapDeCommitTotalFreeThreshold;
    ULONG HeapDeCommitFreeBlockThreshold;
    ULONG NumberOfHeaps;
    ULONG MaximumNumberOfHeaps;
    PVOID* ProcessHeaps;
    PVOID GdiSharedHandleTable;
    PVOID ProcessStarterHelper;
    ULONG GdiDCAttributeList;
    PRTL_CRITICAL_SECTION LoaderLock;
    ULONG OSMajorVersion;
    ULONG OSMinorVersion;
    USHORT OSBuildNumber;
    USHORT OSCSDVersion;
    ULONG OSPlatformId;
    ULONG ImageSubsystem;
} PEB, *PPEB;
STATIC_OFFSET(PEB, KernelCallbackTable, 0x2C);
STATIC_OFFSET(PEB, TlsBitmapBits, 0x44);
STATIC_OFFSET(PEB, CriticalSectionTimeout, 0x70);
STATIC_OFFSET(PEB, LoaderLock, 0xA0);
STATIC_OFFSET(PEB, ImageSubsystem, 0xB4);

#define TLS_MINIMUM_AVAILABLE 64

typedef struct {
    PEXCEPTION_REGISTRATION_RECORD ExceptionList;
    PVOID StackBase;
    PVOID StackLimit;
    PVOID SubSystemTib;
    PVOID FiberData;
    PVOID ArbitraryUserPointer;
    struct TEB* Self;
    PVOID EnvironmentPointer;
    HANDLE UniqueProcess;
    HANDLE UniqueThread;
    PVOID ActiveRpcHandle;
    PVOID* ThreadLocalStoragePointer;
    PPEB ProcessEnvironmentBlock;
    ULONG LastErrorValue;
    ULONG CountOfOwnedCriticalSections;
    UCHAR Reserved1[0x1A4 - 0x3C];
    NTSTATUS ExceptionCode;
    UCHAR Reserved2[0xBF4 - 0x1A8];
    NTSTATUS LastStatusValue;
    UNICODE_STRING StaticUnicodeString;
    WCHAR StaticUnicodeBuffer[261];
    PVOID DeallocationStack;
    PVOID TlsSlots[TLS_MINIMUM_AVAILABLE];
    UCHAR Reserved3[0xF75 - 0xF10];
    BOOLEAN FreeStackOnTermination;
} TEB, *PTEB;
STATIC_OFFSET(TEB, ProcessEnvironmentBlock, 0x30);
STATIC_OFFSET(TEB, StaticUnicodeString, 0xBF8);
STATIC_OFFSET(TEB, DeallocationStack, 0xE0C);
STATIC_OFFSET(TEB, TlsSlots, 0xE10);
STATIC_OFFSET(TEB, FreeStackOnTermination, 0xF75);

static inline PTEB NtCurrentTeb(void) {
    PTEB teb;
    __asm__ volatile("movl %%fs:0x18, %0" : "=r"(teb));
    return teb;
}
static inline PPEB NtCurrentPeb(void) {
    return NtCurrentTeb()->ProcessEnvironmentBlock;
}

typedef struct {
    ULONG LowPart;
    LONG High1Time;
    LONG High2Time;
} KSYSTEM_TIME;

typedef struct {
    ULONG TickCountLow;
    ULONG TickCountMultiplier;
    volatile KSYSTEM_TIME InterruptTime;
    volatile KSYSTEM_TIME SystemTime;
    volatile KSYSTEM_TIME TimeZoneBias;
    USHORT ImageNumberLow;
    USHORT ImageNumberHigh;
    WCHAR NtSystemRoot[260];
    UCHAR Reserved1[0x274 - 0x238];
    BOOLEAN ProcessorFeatures[64];
} KUSER_SHARED_DATA;
STATIC_OFFSET(KUSER_SHARED_DATA, NtSystemRoot, 0x30);
STATIC_OFFSET(KUSER_SHARED_DATA, ProcessorFeatures, 0x274);
#define SharedUserData ((const KUSER_SHARED_DATA*)0x7FFE0000)
