// SPDX-License-Identifier: MIT
// DOS paths: made full against the current directory, and turned into names of the object manager.
#include "internal.h"

#define LONGEST_PATH 520  // characters; CreateFile's 260 and room for \\?\ prefixes
#define is_separator(c) ((c) == '\\' || (c) == '/')

typedef enum {
    PathUnc,            // \\server\share
    PathDriveAbsolute,  // C:\x
    PathDriveRelative,  // C:x
    PathRooted,         // \x
    PathRelative,       // x
    PathLocalDevice,    // \\.\x
    PathVerbatim        // \\?\x
} PATH_KIND;

static PATH_KIND kind_of(PCWSTR p) {
    if (is_separator(p[0])) {
        if (!is_separator(p[1])) {
            return PathRooted;
        }
        if ((p[2] == '.' || p[2] == '?') && is_separator(p[3])) {
            return p[2] == '.' ? PathLocalDevice : PathVerbatim;
        }
        return PathUnc;
    }
    if (p[0] != 0 && p[1] == ':') {
        return is_separator(p[2]) ? PathDriveAbsolute : PathDriveRelative;
    }
    return PathRelative;
}

/// CON, NUL and their like name devices in every directory.
static BOOLEAN is_device(PCWSTR name) {
    static const PCWSTR devices[] = {L"CON", L"NUL", L"PRN", L"AUX", L"CONIN$", L"CONOUT$"};
    for (unsigned i = 0; i < sizeof devices / sizeof devices[0]; ++i) {
        if (_wcsicmp(name, devices[i]) == 0) {
            return TRUE;
        }
    }
    return FALSE;
}

typedef struct {
    WCHAR text[LONGEST_PATH];
    ULONG length;
    ULONG root;  // nothing above the first `root` characters is cut off by ".."
    BOOLEAN overflow;
} builder;

static VOID append(builder* path, WCHAR c) {
    if (path->length + 1 < LONGEST_PATH) {
        path->text[path->length++] = c;
    } else {
        path->overflow = TRUE;
    }
}

static VOID append_text(builder* path, PCWSTR text) {
    while (*text != 0) {
        append(path, *text++);
    }
}

/// Adds the components of `from`; "." and ".." vanish, runs of separators count as one.
static VOID append_components(builder* path, PCWSTR from) {
    while (*from != 0) {
        while (is_separator(*from)) {
            ++from;
        }
        PCWSTR end = from;
        while (*end != 0 && !is_separator(*end)) {
            ++end;
        }
        const ULONG length = (ULONG)(end - from);
        if (length == 2 && from[0] == '.' && from[1] == '.') {
            while (path->length > path->root && path->text[path->length - 1] != '\\') {
                --path->length;
            }
            if (path->length > path->root) {
                --path->length;
            }
        } else if (length != 0 && !(length == 1 && from[0] == '.')) {
            if (path->length > 0 && path->text[path->length - 1] != '\\') {
                append(path, '\\');
            }
            for (; from != end; ++from) {
                append(path, *from);
            }
        }
        // A separator at the very end stays: it asks for a directory.
        if (end[0] != 0 && end[1] == 0 && path->length > 0 &&
            path->text[path->length - 1] != '\\') {
            append(path, '\\');
        }
        from = end;
    }
}

static VOID trim_tail(builder* path) {
    while (path->length > path->root &&
           (path->text[path->length - 1] == ' ' || path->text[path->length - 1] == '.')) {
        --path->length;
    }
}

static VOID append_current(builder* path) {
    const UNICODE_STRING* const current =
        &NtCurrentPeb()->ProcessParameters->CurrentDirectory.DosPath;
    for (ULONG i = 0; i < current->Length / sizeof(WCHAR); ++i) {
        append(path, current->Buffer[i]);
    }
}

static VOID full_path(PCWSTR name, builder* path) {
    path->length = 0;
    path->overflow = FALSE;
    path->root = 3;
    const UNICODE_STRING* const current =
        &NtCurrentPeb()->ProcessParameters->CurrentDirectory.DosPath;
    switch (kind_of(name)) {
        case PathVerbatim: append_text(path, name); return;
        case PathLocalDevice:
            append_text(path, L"\\\\.\\");
            path->root = 4;
            append_components(path, name + 4);
            return;
        case PathUnc:
            append_text(path, L"\\\\");
            path->root = 2;
            append_components(path, name + 2);
            break;
        case PathDriveAbsolute:
            append(path, RtlUpcaseUnicodeChar(name[0]));
            append_text(path, L":\\");
            append_components(path, name + 3);
            break;
        case PathDriveRelative:
            if (current->Length != 0 &&
                RtlUpcaseUnicodeChar(name[0]) == RtlUpcaseUnicodeChar(current->Buffer[0])) {
                append_current(path);
            } else {
                append(path, RtlUpcaseUnicodeChar(name[0]));
                append_text(path, L":\\");
            }
            append_components(path, name + 2);
            break;
        case PathRooted:
            append(path, current->Length != 0 ? current->Buffer[0] : 'C');
            append_text(path, L":\\");
            append_components(path, name + 1);
            break;
        case PathRelative:
            if (is_device(name)) {
                append_text(path, L"\\\\.\\");
                append_text(path, name);
                return;
            }
            append_current(path);
            append_components(path, name);
            break;
    }
    trim_tail(path);
}

static PCWSTR file_part_of(PCWSTR path) {
    PCWSTR last = wcsrchr(path, '\\');
    return last == NULL || last[1] == 0 ? NULL : last + 1;
}

ULONG NTAPI RtlGetFullPathName_U(PCWSTR name, ULONG bytes, PWSTR buffer, PWSTR* file_part) {
    builder path;
    if (file_part != NULL) {
        *file_part = NULL;
    }
    if (name == NULL || name[0] == 0) {
        return 0;
    }
    full_path(name, &path);
    if (path.overflow) {
        return 0;
    }
    const ULONG size = path.length * sizeof(WCHAR);
    if (size + sizeof(WCHAR) > bytes) {
        return size + sizeof(WCHAR);
    }
    path.text[path.length] = 0;
    memcpy(buffer, path.text, size + sizeof(WCHAR));
    if (file_part != NULL) {
        *file_part = (PWSTR)(ULONG_PTR)file_part_of(buffer);
    }
    return size;
}

BOOLEAN NTAPI RtlDosPathNameToNtPathName_U(PCWSTR dos, PUNICODE_STRING nt, PCWSTR* file_part,
                                           PVOID reserved) {
    builder path;
    (void)reserved;
    if (dos == NULL || dos[0] == 0) {
        return FALSE;
    }
    full_path(dos, &path);
    if (path.overflow) {
        return FALSE;
    }
    path.text[path.length] = 0;
    PCWSTR tail = path.text;
    PCWSTR prefix = L"\\??\\";
    const PATH_KIND kind = kind_of(path.text);
    if (kind == PathVerbatim || kind == PathLocalDevice) {
        tail += 4;
    } else if (kind == PathUnc) {
        prefix = L"\\??\\UNC\\";
        tail += 2;
    }
    const ULONG bytes = (wcslen(prefix) + wcslen(tail) + 1) * sizeof(WCHAR);
    nt->Buffer = RtlAllocateHeap(NtCurrentPeb()->ProcessHeap, 0, bytes);
    if (nt->Buffer == NULL) {
        return FALSE;
    }
    wcscpy(nt->Buffer, prefix);
    wcscat(nt->Buffer, tail);
    nt->Length = (USHORT)(bytes - sizeof(WCHAR));
    nt->MaximumLength = (USHORT)bytes;
    if (file_part != NULL) {
        *file_part = file_part_of(nt->Buffer);
    }
    return TRUE;
}

ULONG NTAPI RtlGetCurrentDirectory_U(ULONG bytes, PWSTR buffer) {
    const UNICODE_STRING* const current =
        &NtCurrentPeb()->ProcessParameters->CurrentDirectory.DosPath;
    ULONG length = current->Length / sizeof(WCHAR);
    // Only a root keeps its backslash.
    if (length > 3 && current->Buffer[length - 1] == '\\') {
        --length;
    }
    if ((length + 1) * sizeof(WCHAR) > bytes) {
        return (length + 1) * sizeof(WCHAR);
    }
    memcpy(buffer, current->Buffer, length * sizeof(WCHAR));
    buffer[length] = 0;
    return length * sizeof(WCHAR);
}
