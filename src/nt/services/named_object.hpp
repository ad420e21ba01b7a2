// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "nt/service_context.hpp"

namespace ringside::nt {

/// What an OBJECT_ATTRIBUTES asks for, captured.
struct ObjectRequest {
    std::shared_ptr<DirectoryObject> root;  ///< Null: the name begins at the top.
    std::u16string name;                    ///< Empty: no name.
    bool case_insensitive = false;
    bool open_if = false;
};

/// Captures the attributes of an object that is no file; null attributes ask for nothing.
[[nodiscard]] Expected<ObjectRequest, NTSTATUS> capture_object_request(
    ServiceContext& context, UserPointer<OBJECT_ATTRIBUTES> attributes);

using MakeObject = std::function<std::shared_ptr<Object>()>;

/// A create service behind its own checks: makes the object under its name, if it has one, or opens
/// the one that is there (OBJ_OPENIF, STATUS_OBJECT_NAME_EXISTS). `access` is mapped already.
[[nodiscard]] NTSTATUS create_object(ServiceContext& context, UserPointer<HANDLE> handle,
                                     std::uint32_t access,
                                     UserPointer<OBJECT_ATTRIBUTES> attributes, ObjectType type,
                                     const MakeObject& make);

/// An open service.
[[nodiscard]] NTSTATUS open_object(ServiceContext& context, UserPointer<HANDLE> handle,
                                   std::uint32_t access, UserPointer<OBJECT_ATTRIBUTES> attributes,
                                   ObjectType type);

/// A query service with one structure: class 0, its exact length, the right to ask. `describe` gets
/// the object.
template <typename T, typename Describe>
[[nodiscard]] NTSTATUS query_object(ServiceContext& context, HANDLE handle, std::uint32_t access,
                                    InformationClass information_class,
                                    UserPointer<std::byte> buffer, Length length,
                                    UserPointer<ULONG> return_length, const Describe& describe) {
    using Answer = std::invoke_result_t<Describe, T&>;
    if (information_class.value != 0) {
        return STATUS_INVALID_INFO_CLASS;
    }
    if (length.value != sizeof(Answer)) {
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    const auto object = context.reference<T>(handle, access);
    if (!object) {
        return object.error();
    }
    return context.answer(buffer, length, describe(**object), return_length);
}

}  // namespace ringside::nt
