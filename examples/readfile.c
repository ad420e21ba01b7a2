// SPDX-License-Identifier: MIT
// kernel32!ReadFile, ntdll!NtReadFile, the gate, KiSystemService, the service, and back: reads
// readfile.txt from the program's folder and writes it to standard output.
#include <windows.h>

void __stdcall start(void) {
    static char buffer[4096];
    DWORD size;
    DWORD written;
    HANDLE file = CreateFileA("readfile.txt", GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING,
                              FILE_ATTRIBUTE_NORMAL, NULL);
    if (file == INVALID_HANDLE_VALUE) {
        ExitProcess(GetLastError());
    }
    HANDLE output = GetStdHandle(STD_OUTPUT_HANDLE);
    while (ReadFile(file, buffer, sizeof buffer, &size, NULL) && size != 0) {
        WriteFile(output, buffer, size, &written, NULL);
    }
    CloseHandle(file);
    ExitProcess(0);
}
