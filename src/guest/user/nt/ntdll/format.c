// SPDX-License-Identifier: MIT
// _vsnprintf and its relatives: the conversions that NT's own DbgPrint knows, without floating
// point.
#include "format.h"

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

static const char* read_conversion(const char* format, FORMAT_CONVERSION* how, va_list* arguments) {
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

static void put_string(FORMAT_OUTPUT* out, const FORMAT_CONVERSION* how, const void* text,
                       BOOLEAN wide) {
    if (text == NULL) {
        format_text(out, how, "(null)", limited_length("(null)", how->precision));
    } else if (wide) {
        format_wide(out, how, text, limited_wide_length(text, how->precision));
    } else {
        format_text(out, how, text, limited_length(text, how->precision));
    }
}

static void put_counted(FORMAT_OUTPUT* out, const FORMAT_CONVERSION* how, const void* string,
                        BOOLEAN wide) {
    const UNICODE_STRING* const counted = string;
    if (counted == NULL || counted->Buffer == NULL) {
        format_text(out, how, "(null)", 6);
    } else if (wide) {
        format_wide(out, how, counted->Buffer, counted->Length / (int)sizeof(WCHAR));
    } else {
        format_text(out, how, ((const ANSI_STRING*)string)->Buffer, counted->Length);
    }
}

static void put_integer(FORMAT_OUTPUT* out, const FORMAT_CONVERSION* how, char letter,
                        va_list* arguments) {
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
    format_number(out, how, negative ? 0 - value : value, base, letter == 'X', negative, is_signed);
}

int _vsnprintf(char* to, size_t size, const char* format, va_list passed) {
    FORMAT_OUTPUT out = {to, size, 0};
    va_list arguments;
    va_copy(arguments, passed);
    for (; *format != 0; ++format) {
        if (*format != '%') {
            format_char(&out, *format);
            continue;
        }
        FORMAT_CONVERSION how;
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
                format_number(&out, &how, va_arg(arguments, ULONG), 16, TRUE, FALSE, FALSE);
                break;
            case 'c':
            case 'C': {
                const WCHAR c = (WCHAR)va_arg(arguments, int);
                const char narrow = (char)c;
                if ((*format == 'c') == (how.size == 'l')) {
                    format_wide(&out, &how, &c, 1);
                } else {
                    format_text(&out, &how, &narrow, 1);
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
            default: format_char(&out, *format); break;
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
