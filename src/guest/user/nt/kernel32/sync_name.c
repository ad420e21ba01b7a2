// SPDX-License-Identifier: MIT
// Names of Win32 objects stand in \BaseNamedObjects.
#include "sync_name.h"

/// Opened by the first name, and kept. Two threads may both be first: one handle is closed again.
static HANDLE named_objects(void) {
    static HANDLE directory;
    if (directory == NULL) {
        UNICODE_STRING name;
        HANDLE opened;
        RtlInitUnicodeString(&name, L"\\BaseNamedObjects");
        OBJECT_ATTRIBUTES attributes = object_attributes(&name, OBJ_CASE_INSENSITIVE);
        const NTSTATUS status = NtOpenDirectoryObject(
            &opened, DIRECTORY_TRAVERSE | DIRECTORY_CREATE_OBJECT, &attributes);
        if (!NT_SUCCESS(status)) {
            return NULL;  // The name then fails as one without a root.
        }
        HANDLE before = NULL;
        __asm__ volatile(".arch i486; lock cmpxchgl %2, %1; .arch i386"
                         : "+a"(before), "+m"(directory)
                         : "r"(opened)
                         : "cc", "memory");
        if (before != NULL) {
            NtClose(opened);
        }
    }
    return directory;
}

static POBJECT_ATTRIBUTES format_name(BASE_OBJECT_NAME* storage, LPCWSTR name, ULONG flags) {
    RtlInitUnicodeString(&storage->name, name);
    storage->attributes = object_attributes(name != NULL ? &storage->name : NULL, flags);
    if (name != NULL) {
        storage->attributes.RootDirectory = named_objects();
    }
    return &storage->attributes;
}

POBJECT_ATTRIBUTES BaseFormatObjectAttributes(BASE_OBJECT_NAME* storage,
                                              const SECURITY_ATTRIBUTES* security, LPCWSTR name) {
    if (security == NULL && name == NULL) {
        return NULL;
    }
    ULONG flags = name != NULL ? OBJ_OPENIF : 0;
    if (security != NULL && security->bInheritHandle) {
        flags |= OBJ_INHERIT;
    }
    return format_name(storage, name, flags);
}

HANDLE BaseCreated(NTSTATUS status, const HANDLE* handle) {
    if (!NT_SUCCESS(status)) {
        BaseSetLastNTError(status);
        return NULL;
    }
    RtlSetLastWin32Error(status == STATUS_OBJECT_NAME_EXISTS ? ERROR_ALREADY_EXISTS
                                                             : ERROR_SUCCESS);
    return *handle;
}

HANDLE BaseOpenNamed(BASE_OPEN_SERVICE service, DWORD access, BOOL inherit, LPCWSTR name) {
    BASE_OBJECT_NAME storage;
    HANDLE handle;
    if (name == NULL) {
        RtlSetLastWin32Error(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    const NTSTATUS status =
        service(&handle, access, format_name(&storage, name, inherit ? OBJ_INHERIT : 0));
    if (!NT_SUCCESS(status)) {
        BaseSetLastNTError(status);
        return NULL;
    }
    return handle;
}

BOOL BaseNameToUnicode(PUNICODE_STRING to, LPCSTR name) {
    if (name == NULL) {
        RtlInitUnicodeString(to, NULL);
        return TRUE;
    }
    return BaseToUnicode(to, name);
}

HANDLE BaseOpenNamedA(BASE_OPEN_SERVICE service, DWORD access, BOOL inherit, LPCSTR name) {
    UNICODE_STRING wide;
    if (!BaseNameToUnicode(&wide, name)) {
        return NULL;
    }
    const HANDLE handle = BaseOpenNamed(service, access, inherit, wide.Buffer);
    RtlFreeUnicodeString(&wide);
    return handle;
}
