// SPDX-License-Identifier: MIT
// DbgPrint: text for the kernel's debugger by INT 2Dh.
#include "internal.h"

#define DEBUG_SERVICE_PRINT 1
#define COMPONENT_DEFAULT 0x65
#define LEVEL_INFO 3

ULONG DbgPrint(const char* format, ...) {
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    int length = _vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (length < 0) {
        length = sizeof text;
    }
    return (ULONG)RtlpDebugService(DEBUG_SERVICE_PRINT, (ULONG_PTR)text, (ULONG_PTR)length,
                                   COMPONENT_DEFAULT, LEVEL_INFO);
}
