// SPDX-License-Identifier: MIT
// One conversion of a format, and where its characters go.
#pragma once

#include "internal.h"

typedef struct {
    char* to;
    size_t size;
    size_t length;
} FORMAT_OUTPUT;

typedef struct {
    BOOLEAN left, zero, plus, blank, alternate;
    int width;
    int precision;  // -1: not given
    char size;      // 'h', 'l' (also for w), 'L' for I64 and ll, 0
} FORMAT_CONVERSION;

void format_char(FORMAT_OUTPUT* out, char c);
void format_text(FORMAT_OUTPUT* out, const FORMAT_CONVERSION* how, const char* text, int length);
void format_wide(FORMAT_OUTPUT* out, const FORMAT_CONVERSION* how, const WCHAR* text, int length);
void format_number(FORMAT_OUTPUT* out, const FORMAT_CONVERSION* how, ULONGLONG value, unsigned base,
                   BOOLEAN upper, BOOLEAN negative, BOOLEAN is_signed);
