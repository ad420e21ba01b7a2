// SPDX-License-Identifier: MIT
// Directories of the object namespace.
#include <array>

#include "nt/services/named_object.hpp"

namespace ringside::nt {
namespace {

NTSTATUS NtCreateDirectoryObject(ServiceContext& context, UserPointer<HANDLE> handle,
                                 ACCESS_MASK access, UserPointer<OBJECT_ATTRIBUTES> attributes) {
    return create_object(context, handle, directory_mapping.map(access.value), attributes,
                         ObjectType::directory, [] { return std::make_shared<DirectoryObject>(); });
}

NTSTATUS NtOpenDirectoryObject(ServiceContext& context, UserPointer<HANDLE> handle,
                               ACCESS_MASK access, UserPointer<OBJECT_ATTRIBUTES> attributes) {
    return open_object(context, handle, directory_mapping.map(access.value), attributes,
                       ObjectType::directory);
}

constexpr std::array table{
    service<NtCreateDirectoryObject>("NtCreateDirectoryObject",
                                     "DirectoryHandle DesiredAccess ObjectAttributes"),
    service<NtOpenDirectoryObject>("NtOpenDirectoryObject",
                                   "DirectoryHandle DesiredAccess ObjectAttributes"),
};

}  // namespace

std::span<const ServiceRow> object_directory_services() {
    return table;
}

}  // namespace ringside::nt
