// SPDX-License-Identifier: MIT
// Named objects: how events, mutexes, semaphores and waitable timers are created and opened.
#pragma once

#include "nt/synchronise.h"
#include "nt/win32.h"

typedef struct {
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING name;
} BASE_OBJECT_NAME;

/// The attributes for a create service, within `storage`; NULL when there is nothing to say.
POBJECT_ATTRIBUTES BaseFormatObjectAttributes(BASE_OBJECT_NAME* storage,
                                              const SECURITY_ATTRIBUTES* security, LPCWSTR name);
/// What a create function answers: NULL with the error set, or the handle. ERROR_ALREADY_EXISTS
/// tells that the object was there.
HANDLE BaseCreated(NTSTATUS status, const HANDLE* handle);

typedef NTSTATUS(NTAPI* BASE_OPEN_SERVICE)(HANDLE*, ULONG, POBJECT_ATTRIBUTES);
/// An open function on that service; NULL with the error set when it fails.
HANDLE BaseOpenNamed(BASE_OPEN_SERVICE service, DWORD access, BOOL inherit, LPCWSTR name);
HANDLE BaseOpenNamedA(BASE_OPEN_SERVICE service, DWORD access, BOOL inherit, LPCSTR name);

/// A name that may be missing, as UTF-16; FALSE with the error set.
BOOL BaseNameToUnicode(PUNICODE_STRING to, LPCSTR name);
