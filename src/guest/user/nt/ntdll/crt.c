// SPDX-License-Identifier: MIT
// The C library's memory and byte-string routines. Memory moves by string instructions: one
// instruction for the reader of a trace, and nothing that the compiler could turn into a call of
// the very routine.
#include "internal.h"

void* memcpy(void* to, const void* from, size_t size) {
    void* d = to;
    size_t dwords = size >> 2;
    __asm__ volatile("cld; rep movsl; movl %3, %%ecx; rep movsb"
                     : "+D"(d), "+S"(from), "+c"(dwords)
                     : "r"(size & 3)
                     : "memory", "cc");
    return to;
}

void* memmove(void* to, const void* from, size_t size) {
    if ((ULONG_PTR)to - (ULONG_PTR)from >= size) {
        return memcpy(to, from, size);
    }
    char* d = (char*)to + size - 1;
    const char* s = (const char*)from + size - 1;
    __asm__ volatile("std; rep movsb; cld" : "+D"(d), "+S"(s), "+c"(size) : : "memory", "cc");
    return to;
}

void* memset(void* to, int value, size_t size) {
    void* d = to;
    const ULONG pattern = (UCHAR)value * 0x01010101u;
    size_t dwords = size >> 2;
    __asm__ volatile("cld; rep stosl; movl %2, %%ecx; rep stosb"
                     : "+D"(d), "+c"(dwords)
                     : "r"(size & 3), "a"(pattern)
                     : "memory", "cc");
    return to;
}

int memcmp(const void* a, const void* b, size_t size) {
    const UCHAR* x = a;
    const UCHAR* y = b;
    for (; size != 0; --size, ++x, ++y) {
        if (*x != *y) {
            return *x - *y;
        }
    }
    return 0;
}

void* memchr(const void* in, int value, size_t size) {
    const UCHAR* s = in;
    for (; size != 0; --size, ++s) {
        if (*s == (UCHAR)value) {
            return (void*)(ULONG_PTR)s;
        }
    }
    return NULL;
}

size_t strlen(const char* s) {
    const char* end = s;
    while (*end != 0) {
        ++end;
    }
    return (size_t)(end - s);
}

char* strcpy(char* to, const char* from) {
    return memcpy(to, from, strlen(from) + 1);
}

char* strcat(char* to, const char* from) {
    strcpy(to + strlen(to), from);
    return to;
}

char* strncpy(char* to, const char* from, size_t count) {
    size_t i = 0;
    for (; i < count && from[i] != 0; ++i) {
        to[i] = from[i];
    }
    memset(to + i, 0, count - i);
    return to;
}

int strncmp(const char* a, const char* b, size_t count) {
    for (; count != 0; --count, ++a, ++b) {
        if (*a != *b || *a == 0) {
            return (UCHAR)*a - (UCHAR)*b;
        }
    }
    return 0;
}

int strcmp(const char* a, const char* b) {
    return strncmp(a, b, (size_t)-1);
}

int tolower(int c) {
    return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

int toupper(int c) {
    return c >= 'a' && c <= 'z' ? c - 32 : c;
}

int _strnicmp(const char* a, const char* b, size_t count) {
    for (; count != 0; --count, ++a, ++b) {
        const int x = tolower((UCHAR)*a);
        const int y = tolower((UCHAR)*b);
        if (x != y || x == 0) {
            return x - y;
        }
    }
    return 0;
}

int _stricmp(const char* a, const char* b) {
    return _strnicmp(a, b, (size_t)-1);
}

char* strchr(const char* s, int c) {
    for (;; ++s) {
        if (*s == (char)c) {
            return (char*)(ULONG_PTR)s;
        }
        if (*s == 0) {
            return NULL;
        }
    }
}

char* strrchr(const char* s, int c) {
    const char* found = NULL;
    for (;; ++s) {
        if (*s == (char)c) {
            found = s;
        }
        if (*s == 0) {
            return (char*)(ULONG_PTR)found;
        }
    }
}

char* strstr(const char* s, const char* part) {
    const size_t length = strlen(part);
    for (;; ++s) {
        if (strncmp(s, part, length) == 0) {
            return (char*)(ULONG_PTR)s;
        }
        if (*s == 0) {
            return NULL;
        }
    }
}

int atoi(const char* s) {
    while (*s == ' ' || (*s >= '\t' && *s <= '\r')) {
        ++s;
    }
    const BOOLEAN negative = *s == '-';
    if (*s == '-' || *s == '+') {
        ++s;
    }
    ULONG value = 0;
    for (; *s >= '0' && *s <= '9'; ++s) {
        value = value * 10 + (ULONG)(*s - '0');
    }
    return (int)(negative ? 0 - value : value);
}

SIZE_T NTAPI RtlCompareMemory(const void* a, const void* b, SIZE_T size) {
    const UCHAR* x = a;
    const UCHAR* y = b;
    SIZE_T same = 0;
    while (same < size && x[same] == y[same]) {
        ++same;
    }
    return same;
}

VOID NTAPI RtlMoveMemory(PVOID to, const void* from, SIZE_T size) {
    memmove(to, from, size);
}

VOID NTAPI RtlFillMemory(PVOID to, SIZE_T size, UCHAR value) {
    memset(to, value, size);
}

VOID NTAPI RtlZeroMemory(PVOID to, SIZE_T size) {
    memset(to, 0, size);
}
