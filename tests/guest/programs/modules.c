// SPDX-License-Identifier: MIT
// The loader, tested where it runs: static and dynamic DLLs, relocation, ordinals, forwarders,
// DllMain, implicit thread-local storage and its callbacks.
#include "expect.h"

#include "nt/pe.h"

__attribute__((dllimport)) LONG WINAPI parts_value(ULONG index);
__attribute__((dllimport)) LONG WINAPI parts_by_ordinal(void);
__attribute__((dllimport)) DWORD WINAPI parts_tick(void);
HMODULE WINAPI GetModuleHandleA(LPCSTR name);
HMODULE WINAPI LoadLibraryA(LPCSTR name);
BOOL WINAPI FreeLibrary(HMODULE module);
PVOID WINAPI GetProcAddress(HMODULE module, LPCSTR name);
DWORD WINAPI GetModuleFileNameA(HMODULE module, LPSTR buffer, DWORD size);
DWORD WINAPI GetLastError(void);

static ULONG tls_index = 0xFFFFFFFF;
static LONG tls_data[2] = {1234, 5678};
static LONG tls_attached;

static VOID WINAPI tls_callback(PVOID base, ULONG reason, PVOID reserved) {
    (void)base;
    (void)reserved;
    tls_attached += reason == DLL_PROCESS_ATTACH;
}

static const PIMAGE_TLS_CALLBACK callbacks[] = {tls_callback, NULL};

// The linker finds the directory under this name.
const IMAGE_TLS_DIRECTORY _tls_used = {(UCHAR*)tls_data,
                                       (UCHAR*)(tls_data + 2),
                                       &tls_index,
                                       (PIMAGE_TLS_CALLBACK*)(ULONG_PTR)callbacks,
                                       8,
                                       0};

static void thread_local_storage(void) {
    EXPECT(tls_index == 0);
    EXPECT(tls_attached == 1);
    const LONG* const block = NtCurrentTeb()->ThreadLocalStoragePointer[tls_index];
    EXPECT(block != tls_data && block[0] == 1234 && block[1] == 5678);
    EXPECT(block[2] == 0 && block[3] == 0);
}

static void static_imports(void) {
    const HMODULE parts = GetModuleHandleA("parts.dll");
    EXPECT(parts != NULL && parts != (HMODULE)0x400000);
    EXPECT(parts_value(0) == 17);
    EXPECT(parts_value(1) == 1);
    EXPECT(parts_by_ordinal() == 42);
    EXPECT(parts_tick() < 60000);
    EXPECT(GetProcAddress(parts, (LPCSTR)77) == (PVOID)parts_by_ordinal);
    EXPECT(GetProcAddress(parts, "parts_by_ordinal") == NULL);
    EXPECT(GetLastError() == 127);
    EXPECT(GetProcAddress(parts, "parts_tick") ==
           GetProcAddress(GetModuleHandleA("KERNEL32"), "GetTickCount"));
    char path[64];
    EXPECT(GetModuleFileNameA(parts, path, sizeof path) == 16);
    EXPECT(_stricmp(path, "C:\\app\\parts.dll") == 0);
    // A static import stays, however often it is freed.
    EXPECT(FreeLibrary(parts) && FreeLibrary(parts) && parts_value(0) == 17);
}

static void dynamic_loads(void) {
    EXPECT(GetModuleHandleA("extra.dll") == NULL);
    const HMODULE extra = LoadLibraryA("extra");
    EXPECT(extra != NULL && LoadLibraryA("C:\\app\\extra.dll") == extra);
    const LONG* const attached = GetProcAddress(extra, "parts_attached");
    EXPECT(attached != NULL && *attached == 1);
    EXPECT(FreeLibrary(extra) && GetModuleHandleA("extra.dll") == extra);
    EXPECT(FreeLibrary(extra) && GetModuleHandleA("extra.dll") == NULL);
    EXPECT(!FreeLibrary(extra));

    EXPECT(LoadLibraryA("absent.dll") == NULL && GetLastError() == 126);
    EXPECT(LoadLibraryA("stubborn.dll") == NULL && GetLastError() == 1114);
    EXPECT(GetModuleHandleA("stubborn.dll") == NULL);
}

static void lists(void) {
    const PPEB_LDR_DATA data = NtCurrentPeb()->Ldr;
    const PLDR_DATA_TABLE_ENTRY program = CONTAINING_RECORD(data->InLoadOrderModuleList.Flink,
                                                            LDR_DATA_TABLE_ENTRY, InLoadOrderLinks);
    EXPECT(program->DllBase == NtCurrentPeb()->ImageBaseAddress);
    const PLDR_DATA_TABLE_ENTRY first =
        CONTAINING_RECORD(data->InInitializationOrderModuleList.Flink, LDR_DATA_TABLE_ENTRY,
                          InInitializationOrderLinks);
    EXPECT(_wcsicmp(first->BaseDllName.Buffer, L"ntdll.dll") == 0);
    const PLDR_DATA_TABLE_ENTRY second = CONTAINING_RECORD(
        first->InInitializationOrderLinks.Flink, LDR_DATA_TABLE_ENTRY, InInitializationOrderLinks);
    EXPECT(_wcsicmp(second->BaseDllName.Buffer, L"kernel32.dll") == 0);
}

void WINAPI start(void) {
    thread_local_storage();
    static_imports();
    dynamic_loads();
    lists();
    FINISH();
}
