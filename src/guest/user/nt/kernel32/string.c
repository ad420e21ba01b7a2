// SPDX-License-Identifier: MIT
// Character sets: the ANSI code page (1252, by ntdll) and UTF-8; and the lstr functions.
#include "nt/win32.h"

#define CP_ACP 0
#define CP_OEMCP 1
#define CP_THREAD_ACP 3
#define CP_UTF8 65001
#define MB_ERR_INVALID_CHARS 8

static BOOL is_ansi(UINT page) {
    return page == CP_ACP || page == CP_OEMCP || page == CP_THREAD_ACP || page == 1252;
}

/// One code point of UTF-8; a malformed one is U+FFFD and one byte long.
static ULONG decode_utf8(const UCHAR* s, int left, int* length, BOOL* valid) {
    const UCHAR first = *s;
    *length = 1;
    if (first < 0x80) {
        return first;
    }
    const int more = first >= 0xF0 && first < 0xF5   ? 3
                     : first >= 0xE0 && first < 0xF0 ? 2
                     : first >= 0xC2 && first < 0xE0 ? 1
                                                     : 0;
    static const ULONG smallest[4] = {0, 0x80, 0x800, 0x10000};
    ULONG code = first & (0x3Fu >> more);
    for (int i = 1; i <= more && i < left && (s[i] & 0xC0) == 0x80; ++i) {
        code = code << 6 | (s[i] & 0x3F);
        *length = i + 1;
    }
    if (more == 0 || *length != more + 1 || code < smallest[more] || code > 0x10FFFF ||
        (code >= 0xD800 && code < 0xE000)) {
        *length = 1;
        *valid = FALSE;
        return 0xFFFD;
    }
    return code;
}

static int store(WCHAR* to, int size, int at, WCHAR c) {
    if (size != 0) {
        if (at >= size) {
            return -1;
        }
        to[at] = c;
    }
    return at + 1;
}

static int from_utf8(const UCHAR* from, int count, WCHAR* to, int size, BOOL* valid) {
    int used = 0;
    for (int i = 0; i < count && used >= 0;) {
        int length;
        const ULONG code = decode_utf8(from + i, count - i, &length, valid);
        i += length;
        if (code >= 0x10000) {
            used = store(to, size, used, (WCHAR)(0xD7C0 + (code >> 10)));
            used = used < 0 ? used : store(to, size, used, (WCHAR)(0xDC00 + (code & 0x3FF)));
        } else {
            used = store(to, size, used, (WCHAR)code);
        }
    }
    return used;
}

static int from_ansi(const UCHAR* from, int count, WCHAR* to, int size) {
    int used = 0;
    for (int i = 0; i < count && used >= 0; ++i) {
        PUCHAR c = (PUCHAR)(ULONG_PTR)(from + i);
        used = store(to, size, used, RtlAnsiCharToUnicodeChar(&c));
    }
    return used;
}

int WINAPI MultiByteToWideChar(UINT page, DWORD flags, LPCSTR from, int count, LPWSTR to, int size);
int WINAPI MultiByteToWideChar(UINT page, DWORD flags, LPCSTR from, int count, LPWSTR to,
                               int size) {
    BOOL valid = TRUE;
    if (from == NULL || count == 0 || count < -1 || size < 0 || (to == NULL && size != 0) ||
        (!is_ansi(page) && page != CP_UTF8)) {
        RtlSetLastWin32Error(ERROR_INVALID_PARAMETER);
        return 0;
    }
    if (count == -1) {
        count = (int)strlen(from) + 1;
    }
    const int used = page == CP_UTF8 ? from_utf8((const UCHAR*)from, count, to, size, &valid)
                                     : from_ansi((const UCHAR*)from, count, to, size);
    if (used < 0) {
        RtlSetLastWin32Error(ERROR_INSUFFICIENT_BUFFER);
        return 0;
    }
    if (!valid && (flags & MB_ERR_INVALID_CHARS)) {
        RtlSetLastWin32Error(ERROR_NO_UNICODE_TRANSLATION);
        return 0;
    }
    return used;
}

typedef struct {
    char* to;
    int size;
    int used;
    BOOL overflow;
} narrow_output;

static VOID put(narrow_output* out, ULONG byte) {
    if (out->size != 0) {
        if (out->used >= out->size) {
            out->overflow = TRUE;
            return;
        }
        out->to[out->used] = (char)byte;
    }
    ++out->used;
}

static VOID put_utf8(narrow_output* out, ULONG code) {
    if (code < 0x80) {
        put(out, code);
        return;
    }
    if (code < 0x800) {
        put(out, 0xC0 | code >> 6);
    } else {
        if (code < 0x10000) {
            put(out, 0xE0 | code >> 12);
        } else {
            put(out, 0xF0 | code >> 18);
            put(out, 0x80 | (code >> 12 & 0x3F));
        }
        put(out, 0x80 | (code >> 6 & 0x3F));
    }
    put(out, 0x80 | (code & 0x3F));
}

static VOID to_utf8(LPCWSTR from, int count, narrow_output* out) {
    for (int i = 0; i < count; ++i) {
        ULONG code = from[i];
        const BOOL high = code >= 0xD800 && code < 0xDC00;
        if (high && i + 1 < count && from[i + 1] >= 0xDC00 && from[i + 1] < 0xE000) {
            code = ((code - 0xD7C0) << 10) + (from[++i] - 0xDC00u);
        }
        put_utf8(out, code);
    }
}

static VOID to_ansi(LPCWSTR from, int count, narrow_output* out, LPCSTR missing, BOOL* used) {
    for (int i = 0; i < count; ++i) {
        char c = 0;
        RtlUnicodeToMultiByteN(&c, 1, NULL, from + i, sizeof(WCHAR));
        if (c == '?' && from[i] != '?') {
            c = missing != NULL ? *missing : '?';
            if (used != NULL) {
                *used = TRUE;
            }
        }
        put(out, (UCHAR)c);
    }
}

int WINAPI WideCharToMultiByte(UINT page, DWORD flags, LPCWSTR from, int count, LPSTR to, int size,
                               LPCSTR missing, BOOL* used);
int WINAPI WideCharToMultiByte(UINT page, DWORD flags, LPCWSTR from, int count, LPSTR to, int size,
                               LPCSTR missing, BOOL* used) {
    (void)flags;
    const BOOL utf8 = page == CP_UTF8;
    if (from == NULL || count == 0 || count < -1 || size < 0 || (to == NULL && size != 0) ||
        (!is_ansi(page) && !utf8) || (utf8 && (missing != NULL || used != NULL))) {
        RtlSetLastWin32Error(ERROR_INVALID_PARAMETER);
        return 0;
    }
    if (count == -1) {
        count = (int)wcslen(from) + 1;
    }
    if (used != NULL) {
        *used = FALSE;
    }
    narrow_output out = {to, size, 0, FALSE};
    if (utf8) {
        to_utf8(from, count, &out);
    } else {
        to_ansi(from, count, &out, missing, used);
    }
    if (out.overflow) {
        RtlSetLastWin32Error(ERROR_INSUFFICIENT_BUFFER);
        return 0;
    }
    return out.used;
}

int WINAPI lstrlenA(LPCSTR s);
int WINAPI lstrlenA(LPCSTR s) {
    return s == NULL ? 0 : (int)strlen(s);
}

int WINAPI lstrlenW(LPCWSTR s);
int WINAPI lstrlenW(LPCWSTR s) {
    return s == NULL ? 0 : (int)wcslen(s);
}

LPSTR WINAPI lstrcpyA(LPSTR to, LPCSTR from) {
    return strcpy(to, from);
}

LPSTR WINAPI lstrcatA(LPSTR to, LPCSTR from) {
    return strcat(to, from);
}

int WINAPI lstrcmpA(LPCSTR a, LPCSTR b);
int WINAPI lstrcmpA(LPCSTR a, LPCSTR b) {
    return strcmp(a, b);
}

int WINAPI lstrcmpiA(LPCSTR a, LPCSTR b);
int WINAPI lstrcmpiA(LPCSTR a, LPCSTR b) {
    return _stricmp(a, b);
}

UINT WINAPI GetACP(void) {
    return 1252;
}
