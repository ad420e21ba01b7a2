// SPDX-License-Identifier: MIT
// The environment block: NAME=VALUE strings, ended by an empty one.
#include "internal.h"

#define STATUS_VARIABLE_NOT_FOUND ((NTSTATUS)0xC0000100)

NTSTATUS NTAPI RtlQueryEnvironmentVariable_U(PWSTR environment, PCUNICODE_STRING name,
                                             PUNICODE_STRING value) {
    PCWSTR at = environment != NULL ? environment : NtCurrentPeb()->ProcessParameters->Environment;
    value->Length = 0;
    while (at != NULL && *at != 0) {
        UNICODE_STRING key;
        const size_t length = wcslen(at);
        // A name may begin with '=': the per-drive directories do.
        PCWSTR equals = wcschr(at + 1, '=');
        if (equals != NULL) {
            key.Buffer = (PWSTR)(ULONG_PTR)at;
            key.Length = (USHORT)((equals - at) * (int)sizeof(WCHAR));
            if (RtlEqualUnicodeString(&key, name, TRUE)) {
                const size_t bytes = (length - (size_t)(equals + 1 - at)) * sizeof(WCHAR);
                value->Length = (USHORT)bytes;
                if (bytes > value->MaximumLength) {
                    return STATUS_BUFFER_TOO_SMALL;
                }
                memcpy(value->Buffer, equals + 1, bytes);
                if (bytes + sizeof(WCHAR) <= value->MaximumLength) {
                    value->Buffer[bytes / sizeof(WCHAR)] = 0;
                }
                return STATUS_SUCCESS;
            }
        }
        at += length + 1;
    }
    return STATUS_VARIABLE_NOT_FOUND;
}
