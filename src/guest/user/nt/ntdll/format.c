// SPDX-License-Identifier: MIT
// _vsnprintf and its relatives: the conversions that NT's own DbgPrint knows, without floating
// point.
#include "internal.h"

typedef struct {
    char* to;
    size_t size;
    size_t length;
} output;

typedef struct {
    BOOLEAN left, zero, plus, blank, alternate;
    int width;
    int precision;  // -1: not given
    char size;      // 'h', 'l' (also for w), 'L' for I64 and ll, 0
} conversion;

static void put(output* out, char c) {
    if (out->length < out->size) {
        out->to[out->length] = c;
    }
    ++out->length;
}

static void pad(output* out, char c, int count) {
    for (; count > 0; --count) {
        put(out, c);
    }
}

static void put_text(output* out, const conversion* how, const char* text, int length) {
    const int padding = how->width - length;
    if (!how->left) {
        pad(out, how->zero ? '0' : ' ', padding);
    }
    for (int i = 0; i < length; ++i) {
        put(out, text[i]);
    }
    if (how->left) {
        pad(out, ' ', padding);
    }
}

static void put_wide(output* out, const conversion* how, const WCHAR* text, int length) {
    const int padding = how->width - length;
    if (!how->left) {
        pad(out, ' ', padding);
    }
    for (int i = 0; i < length; ++i) {
        char c[2] = {'?', 0};
        ULONG used;
        RtlUnicodeToMultiByteN(c, 1, &used, text + i, sizeof(WCHAR));
        put(out, c[0]);
    }
    if (how->left) {
        pad(out, ' ', padding);
    }
}

static void put_number(output* out, const conversion* how, ULONGLONG value, unsigned base,
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
        put(out, prefix[i]);
    }
    pad(out, '0', zeros);
    while (count > 0) {
        put(out, digits[--count]);
    }
    if (how->left) {
        pad(out, ' ', padding);
    }
}

static const char* read_number(const char* format, int* number, va_list* arguments) {
    *number = 0;
    if (*format == '*') {
        *number = va_arg(*arguments, int);
        return format + 1;
    }
    for (; *format >= '0' && *format <= '9'; ++format) {
        *number = *number < 100000 ? *number * 10 + (*format - '0') : *number;
    }
    return format;
}

static const char* read_conversion(const char* format, conversion* how, va_list* arguments) {
    memset(how, 0, sizeof *how);
    how->precision = -1;
    for (;; ++format) {
        switch (*format) {
            case '-': how->left = TRUE; continue;
            case '0': how->zero = TRUE; continue;
            case '+': how->plus = TRUE; continue;
            case ' ': how->blank = TRUE; continue;
            case '#': how->alternate = TRUE; continue;
            default: break;
        }
        break;
    }
    format = read_number(format, &how->width, arguments);
    if (how->width < 0) {
        how->left = TRUE;
        how->width = -how->width;
    }
    if (*format == '.') {
        format = read_number(format + 1, &how->precision, arguments);
    }
    if (format[0] == 'I' && format[1] == '6' && format[2] == '4') {
        how->size = 'L';
        return format + 3;
    }
    if (format[0] == 'l' && format[1] == 'l') {
        how->size = 'L';
        return format + 2;
    }
    if (*format == 'l' || *format == 'w' || *format == 'h') {
        how->size = *format == 'h' ? 'h' : 'l';
        return format + 1;
    }
    return format;
}

static int limited_length(const char* s, int limit) {
    int length = 0;
    while (length != limit && s[length] != 0) {
        ++length;
    }
    return length;
}

static int limited_wide_length(const WCHAR* s, int limit) {
    int length = 0;
    while (length != limit && s[length] != 0) {
        ++length;
    }
    return length;
}

static void put_string(output* out, const conversion* how, const void* text, BOOLEAN wide) {
    if (text == NULL) {
        put_text(out, how, "(null)", limited_length("(null)", how->precision));
    } else if (wide) {
        put_wide(out, how, text, limited_wide_length(text, how->precision));
    } else {
        put_text(out, how, text, limited_length(text, how->precision));
    }
}

static void put_counted(output* out, const conversion* how, const void* string, BOOLEAN wide) {
    const UNICODE_STRING* const counted = string;
    if (counted == NULL || counted->Buffer == NULL) {
        put_text(out, how, "(null)", 6);
    } else if (wide) {
        put_wide(out, how, counted->Buffer, counted->Length / (int)sizeof(WCHAR));
    } else {
        put_text(out, how, ((const ANSI_STRING*)string)->Buffer, counted->Length);
    }
}

static void put_integer(output* out, const conversion* how, char letter, va_list* arguments) {
    const BOOLEAN is_signed = letter == 'd' || letter == 'i';
    ULONGLONG value;
    if (how->size == 'L') {
        value = va_arg(*arguments, ULONGLONG);
    } else {
        const ULONG narrow = va_arg(*arguments, ULONG);
        value = is_signed ? (ULONGLONG)(LONGLONG)(LONG)narrow : narrow;
        if (how->size == 'h') {
            value = is_signed ? (ULONGLONG)(LONGLONG)(int16_t)narrow : (USHORT)narrow;
        }
    }
    const BOOLEAN negative = is_signed && (LONGLONG)value < 0;
    const unsigned base = letter == 'o' ? 8 : letter == 'x' || letter == 'X' ? 16 : 10;
    put_number(out, how, negative ? 0 - value : value, base, letter == 'X', negative, is_signed);
}

int _vsnprintf(char* to, size_t size, const char* format, va_list passed) {
    output out = {to, size, 0};
    va_list arguments;
    va_copy(arguments, passed);
    for (; *format != 0; ++format) {
        if (*format != '%') {
            put(&out, *format);
            continue;
        }
        conversion how;
        format = read_conversion(format + 1, &how, &arguments);
        switch (*format) {
            case 'd':
            case 'i':
            case 'u':
            case 'x':
            case 'X':
            case 'o': put_integer(&out, &how, *format, &arguments); break;
            case 'p':
                how.precision = 8;
                put_number(&out, &how, va_arg(arguments, ULONG), 16, TRUE, FALSE, FALSE);
                break;
            case 'c':
            case 'C': {
                const WCHAR c = (WCHAR)va_arg(arguments, int);
                const char narrow = (char)c;
                if ((*format == 'c') == (how.size == 'l')) {
                    put_wide(&out, &how, &c, 1);
                } else {
                    put_text(&out, &how, &narrow, 1);
                }
                break;
            }
            case 's':
            case 'S':
                put_string(&out, &how, va_arg(arguments, const void*),
                           (*format == 's') == (how.size == 'l'));
                break;
            case 'Z':
                put_counted(&out, &how, va_arg(arguments, const void*), how.size == 'l');
                break;
            case 0: --format; break;
            default: put(&out, *format); break;
        }
    }
    va_end(arguments);
    if (out.length < size) {
        to[out.length] = 0;
        return (int)out.length;
    }
    // As in Microsoft's library: a full buffer has no terminator, an overfull one reports -1.
    return out.length == size ? (int)out.length : -1;
}

int _snprintf(char* to, size_t size, const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const int length = _vsnprintf(to, size, format, arguments);
    va_end(arguments);
    return length;
}

int sprintf(char* to, const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const int length = _vsnprintf(to, 0x7FFFFFFF, format, arguments);
    va_end(arguments);
    return length;
}
