// SPDX-License-Identifier: MIT
// Characters, strings and numbers in the width and precision that a conversion asks for.
#include "format.h"

void format_char(FORMAT_OUTPUT* out, char c) {
    if (out->length < out->size) {
        out->to[out->length] = c;
    }
    ++out->length;
}

static void pad(FORMAT_OUTPUT* out, char c, int count) {
    for (; count > 0; --count) {
        format_char(out, c);
    }
}

void format_text(FORMAT_OUTPUT* out, const FORMAT_CONVERSION* how, const char* text, int length) {
    const int padding = how->width - length;
    if (!how->left) {
        pad(out, how->zero ? '0' : ' ', padding);
    }
    for (int i = 0; i < length; ++i) {
        format_char(out, text[i]);
    }
    if (how->left) {
        pad(out, ' ', padding);
    }
}

void format_wide(FORMAT_OUTPUT* out, const FORMAT_CONVERSION* how, const WCHAR* text, int length) {
    const int padding = how->width - length;
    if (!how->left) {
        pad(out, ' ', padding);
    }
    for (int i = 0; i < length; ++i) {
        char c[2] = {'?', 0};
        ULONG used;
        RtlUnicodeToMultiByteN(c, 1, &used, text + i, sizeof(WCHAR));
        format_char(out, c[0]);
    }
    if (how->left) {
        pad(out, ' ', padding);
    }
}

void format_number(FORMAT_OUTPUT* out, const FORMAT_CONVERSION* how, ULONGLONG value, unsigned base,
                   BOOLEAN upper, BOOLEAN negative, BOOLEAN is_signed) {
    char digits[32];
    int count = 0;
    const char* const alphabet = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    const ULONGLONG whole = value;
    while (value != 0) {
        digits[count++] = alphabet[value % base];
        value /= base;
    }
    if (count == 0 && how->precision != 0) {
        digits[count++] = '0';
    }
    char prefix[3];
    int prefix_length = 0;
    if (negative) {
        prefix[prefix_length++] = '-';
    } else if (is_signed && how->plus) {
        prefix[prefix_length++] = '+';
    } else if (is_signed && how->blank) {
        prefix[prefix_length++] = ' ';
    }
    if (how->alternate && base == 16 && whole != 0) {
        prefix[prefix_length++] = '0';
        prefix[prefix_length++] = upper ? 'X' : 'x';
    }
    int zeros = how->precision > count ? how->precision - count : 0;
    if (how->alternate && base == 8 && zeros == 0) {
        zeros = 1;
    }
    int padding = how->width - prefix_length - zeros - count;
    if (how->zero && !how->left && how->precision < 0 && padding > 0) {
        zeros += padding;
        padding = 0;
    }
    if (!how->left) {
        pad(out, ' ', padding);
    }
    for (int i = 0; i < prefix_length; ++i) {
        format_char(out, prefix[i]);
    }
    pad(out, '0', zeros);
    while (count > 0) {
        format_char(out, digits[--count]);
    }
    if (how->left) {
        pad(out, ' ', padding);
    }
}
