// SPDX-License-Identifier: MIT
// The C library's 16-bit string routines.
#include "internal.h"

size_t wcslen(const WCHAR* s) {
    const WCHAR* end = s;
    while (*end != 0) {
        ++end;
    }
    return (size_t)(end - s);
}

WCHAR* wcscpy(WCHAR* to, const WCHAR* from) {
    return memcpy(to, from, (wcslen(from) + 1) * sizeof(WCHAR));
}

WCHAR* wcscat(WCHAR* to, const WCHAR* from) {
    wcscpy(to + wcslen(to), from);
    return to;
}

WCHAR* wcsncpy(WCHAR* to, const WCHAR* from, size_t count) {
    size_t i = 0;
    for (; i < count && from[i] != 0; ++i) {
        to[i] = from[i];
    }
    memset(to + i, 0, (count - i) * sizeof(WCHAR));
    return to;
}

int wcsncmp(const WCHAR* a, const WCHAR* b, size_t count) {
    for (; count != 0; --count, ++a, ++b) {
        if (*a != *b || *a == 0) {
            return *a - *b;
        }
    }
    return 0;
}

int wcscmp(const WCHAR* a, const WCHAR* b) {
    return wcsncmp(a, b, (size_t)-1);
}

int _wcsnicmp(const WCHAR* a, const WCHAR* b, size_t count) {
    for (; count != 0; --count, ++a, ++b) {
        const WCHAR x = RtlDowncaseUnicodeChar(*a);
        const WCHAR y = RtlDowncaseUnicodeChar(*b);
        if (x != y || x == 0) {
            return x - y;
        }
    }
    return 0;
}

int _wcsicmp(const WCHAR* a, const WCHAR* b) {
    return _wcsnicmp(a, b, (size_t)-1);
}

WCHAR* wcschr(const WCHAR* s, WCHAR c) {
    for (;; ++s) {
        if (*s == c) {
            return (WCHAR*)(ULONG_PTR)s;
        }
        if (*s == 0) {
            return NULL;
        }
    }
}

WCHAR* wcsrchr(const WCHAR* s, WCHAR c) {
    const WCHAR* found = NULL;
    for (;; ++s) {
        if (*s == c) {
            found = s;
        }
        if (*s == 0) {
            return (WCHAR*)(ULONG_PTR)found;
        }
    }
}
