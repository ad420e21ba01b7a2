// SPDX-License-Identifier: MIT
// Counted strings, and the conversion between UTF-16 and the ANSI code page (1252).
#include "internal.h"

/// Code page 1252 from 80h to 9Fh; elsewhere a byte is its own code point. Bytes without a
/// character map to the C1 control of the same number, as in Microsoft's table.
static const WCHAR cp1252[32] = {0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008D, 0x017D, 0x008F,
                                 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178};

static WCHAR to_wide(UCHAR c) {
    return c >= 0x80 && c < 0xA0 ? cp1252[c - 0x80] : c;
}

static char to_narrow(WCHAR c) {
    if (c < 0x80 || (c >= 0xA0 && c < 0x100)) {
        return (char)c;
    }
    for (unsigned i = 0; i < 32; ++i) {
        if (cp1252[i] == c) {
            return (char)(0x80 + i);
        }
    }
    return '?';
}

WCHAR NTAPI RtlAnsiCharToUnicodeChar(PUCHAR* source) {
    return to_wide(*(*source)++);
}

WCHAR NTAPI RtlUpcaseUnicodeChar(WCHAR c) {
    const BOOLEAN latin1 = c >= 0xE0 && c <= 0xFE && c != 0xF7;
    const BOOLEAN greek = c >= 0x3B1 && c <= 0x3C9 && c != 0x3C2;
    const BOOLEAN cyrillic = c >= 0x430 && c <= 0x44F;
    if ((c >= 'a' && c <= 'z') || latin1 || greek || cyrillic) {
        return c - 32;
    }
    return c == 0xFF ? 0x178 : c;
}

WCHAR NTAPI RtlDowncaseUnicodeChar(WCHAR c) {
    const BOOLEAN latin1 = c >= 0xC0 && c <= 0xDE && c != 0xD7;
    const BOOLEAN greek = c >= 0x391 && c <= 0x3A9 && c != 0x3A2;
    const BOOLEAN cyrillic = c >= 0x410 && c <= 0x42F;
    if ((c >= 'A' && c <= 'Z') || latin1 || greek || cyrillic) {
        return c + 32;
    }
    return c == 0x178 ? 0xFF : c;
}

VOID NTAPI RtlInitAnsiString(PANSI_STRING to, PCSTR from) {
    const size_t length = from == NULL ? 0 : strlen(from);
    to->Length = (USHORT)(length > 0xFFFE ? 0xFFFE : length);
    to->MaximumLength = from == NULL ? 0 : (USHORT)(to->Length + 1);
    to->Buffer = (PCHAR)(ULONG_PTR)from;
}

VOID NTAPI RtlInitUnicodeString(PUNICODE_STRING to, PCWSTR from) {
    const size_t bytes = from == NULL ? 0 : wcslen(from) * sizeof(WCHAR);
    to->Length = (USHORT)(bytes > 0xFFFC ? 0xFFFC : bytes);
    to->MaximumLength = from == NULL ? 0 : (USHORT)(to->Length + sizeof(WCHAR));
    to->Buffer = (PWSTR)(ULONG_PTR)from;
}

NTSTATUS NTAPI RtlMultiByteToUnicodeN(PWSTR to, ULONG to_bytes, PULONG used, PCSTR from,
                                      ULONG from_bytes) {
    ULONG count = to_bytes / sizeof(WCHAR);
    count = count < from_bytes ? count : from_bytes;
    for (ULONG i = 0; i < count; ++i) {
        to[i] = to_wide((UCHAR)from[i]);
    }
    if (used != NULL) {
        *used = count * sizeof(WCHAR);
    }
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlUnicodeToMultiByteN(PCHAR to, ULONG to_bytes, PULONG used, PCWSTR from,
                                      ULONG from_bytes) {
    ULONG count = from_bytes / sizeof(WCHAR);
    count = count < to_bytes ? count : to_bytes;
    for (ULONG i = 0; i < count; ++i) {
        to[i] = to_narrow(from[i]);
    }
    if (used != NULL) {
        *used = count;
    }
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlAnsiStringToUnicodeString(PUNICODE_STRING to, PCANSI_STRING from,
                                            BOOLEAN allocate) {
    const ULONG bytes = (from->Length + 1u) * sizeof(WCHAR);
    if (bytes > 0xFFFF) {
        return STATUS_INVALID_PARAMETER;
    }
    if (allocate) {
        to->Buffer = RtlAllocateHeap(NtCurrentPeb()->ProcessHeap, 0, bytes);
        if (to->Buffer == NULL) {
            return STATUS_NO_MEMORY;
        }
        to->MaximumLength = (USHORT)bytes;
    } else if (bytes > to->MaximumLength) {
        return STATUS_BUFFER_OVERFLOW;
    }
    to->Length = (USHORT)(bytes - sizeof(WCHAR));
    RtlMultiByteToUnicodeN(to->Buffer, to->Length, NULL, from->Buffer, from->Length);
    to->Buffer[from->Length] = 0;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlUnicodeStringToAnsiString(PANSI_STRING to, PCUNICODE_STRING from,
                                            BOOLEAN allocate) {
    const ULONG length = from->Length / sizeof(WCHAR);
    if (allocate) {
        to->Buffer = RtlAllocateHeap(NtCurrentPeb()->ProcessHeap, 0, length + 1);
        if (to->Buffer == NULL) {
            return STATUS_NO_MEMORY;
        }
        to->MaximumLength = (USHORT)(length + 1);
    } else if (length + 1 > to->MaximumLength) {
        return STATUS_BUFFER_OVERFLOW;
    }
    to->Length = (USHORT)length;
    RtlUnicodeToMultiByteN(to->Buffer, length, NULL, from->Buffer, from->Length);
    to->Buffer[length] = 0;
    return STATUS_SUCCESS;
}

VOID NTAPI RtlFreeUnicodeString(PUNICODE_STRING string) {
    if (string->Buffer != NULL) {
        RtlFreeHeap(NtCurrentPeb()->ProcessHeap, 0, string->Buffer);
    }
    memset(string, 0, sizeof *string);
}

VOID NTAPI RtlFreeAnsiString(PANSI_STRING string) {
    RtlFreeUnicodeString((PUNICODE_STRING)string);
}

BOOLEAN NTAPI RtlCreateUnicodeStringFromAsciiz(PUNICODE_STRING to, PCSTR from) {
    ANSI_STRING ansi;
    RtlInitAnsiString(&ansi, from);
    return NT_SUCCESS(RtlAnsiStringToUnicodeString(to, &ansi, TRUE));
}

LONG NTAPI RtlCompareUnicodeString(PCUNICODE_STRING a, PCUNICODE_STRING b, BOOLEAN ignore_case) {
    const ULONG length = (a->Length < b->Length ? a->Length : b->Length) / sizeof(WCHAR);
    for (ULONG i = 0; i < length; ++i) {
        const WCHAR x = ignore_case ? RtlUpcaseUnicodeChar(a->Buffer[i]) : a->Buffer[i];
        const WCHAR y = ignore_case ? RtlUpcaseUnicodeChar(b->Buffer[i]) : b->Buffer[i];
        if (x != y) {
            return x - y;
        }
    }
    return a->Length - b->Length;
}

BOOLEAN NTAPI RtlEqualUnicodeString(PCUNICODE_STRING a, PCUNICODE_STRING b, BOOLEAN ignore_case) {
    return a->Length == b->Length && RtlCompareUnicodeString(a, b, ignore_case) == 0;
}

VOID NTAPI RtlCopyUnicodeString(PUNICODE_STRING to, PCUNICODE_STRING from) {
    to->Length = 0;
    if (from != NULL) {
        to->Length = from->Length < to->MaximumLength ? from->Length : to->MaximumLength;
        memmove(to->Buffer, from->Buffer, to->Length);
        if (to->Length + sizeof(WCHAR) <= to->MaximumLength) {
            to->Buffer[to->Length / sizeof(WCHAR)] = 0;
        }
    }
}

NTSTATUS NTAPI RtlAppendUnicodeStringToString(PUNICODE_STRING to, PCUNICODE_STRING from) {
    if (from->Length > to->MaximumLength - to->Length) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    PWSTR end = to->Buffer + to->Length / sizeof(WCHAR);
    memmove(end, from->Buffer, from->Length);
    to->Length = (USHORT)(to->Length + from->Length);
    if (to->Length + sizeof(WCHAR) <= to->MaximumLength) {
        to->Buffer[to->Length / sizeof(WCHAR)] = 0;
    }
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlAppendUnicodeToString(PUNICODE_STRING to, PCWSTR from) {
    UNICODE_STRING tail;
    RtlInitUnicodeString(&tail, from);
    return RtlAppendUnicodeStringToString(to, &tail);
}
