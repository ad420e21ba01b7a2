// SPDX-License-Identifier: MIT
// Calls the services of a table of its own, and those of the system as any program does.
#define IMPORT __declspec(dllimport) __attribute__((stdcall))

IMPORT long OwnOpen(unsigned long, unsigned long, unsigned long);
IMPORT long OwnSum(unsigned long, unsigned long, unsigned long, unsigned long, unsigned long);
IMPORT long OwnTick(void);
IMPORT long NtClose(void*);

IMPORT void* GetStdHandle(unsigned long);
IMPORT int WriteFile(void*, const void*, unsigned long, unsigned long*, void*);
IMPORT void ExitProcess(unsigned int);

void __attribute__((stdcall)) start(void) {
    static const char text[] = "The system's own services work too.\n";
    const long not_implemented = (long)0xC0000002;
    const long invalid_handle = (long)0xC0000008;
    unsigned long written = 0;
    unsigned int failed = 0;
    failed |= OwnOpen(0x11111111, 0x22222222, 0x33333333) != not_implemented;
    failed |= (OwnSum(1, 2, 3, 4, 5) != not_implemented) << 1;
    failed |= (OwnTick() != not_implemented) << 2;
    failed |= (NtClose((void*)0x1234) != invalid_handle) << 3;
    failed |= !WriteFile(GetStdHandle((unsigned long)-11), text, sizeof text - 1, &written, 0) << 4;
    ExitProcess(failed);
}
