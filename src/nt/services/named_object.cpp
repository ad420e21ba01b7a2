// SPDX-License-Identifier: MIT
#include "nt/services/named_object.hpp"

#include <utility>

namespace ringside::nt {
namespace {

constexpr std::uint32_t OBJ_PERMANENT = 0x10;
constexpr std::uint32_t OBJ_CASE_INSENSITIVE = 0x40;
constexpr std::uint32_t OBJ_OPENIF = 0x80;
constexpr std::uint32_t valid_attributes = 0x7F2;

Expected<FoundName, NTSTATUS> follow(ServiceContext& context, const ObjectRequest& request) {
    return context.kernel.names.follow(request.root, request.name, request.case_insensitive);
}

}  // namespace

Expected<ObjectRequest, NTSTATUS> capture_object_request(ServiceContext& context,
                                                         UserPointer<OBJECT_ATTRIBUTES> from) {
    ObjectRequest request;
    if (!from) {
        return request;
    }
    const auto attributes = context.read(from);
    if (!attributes) {
        return Unexpected{attributes.error()};
    }
    if (attributes->Length != sizeof(OBJECT_ATTRIBUTES) ||
        (attributes->Attributes & ~valid_attributes) != 0) {
        return Unexpected{STATUS_INVALID_PARAMETER};
    }
    request.case_insensitive = (attributes->Attributes & OBJ_CASE_INSENSITIVE) != 0;
    request.open_if = (attributes->Attributes & OBJ_OPENIF) != 0;
    if (attributes->ObjectName != 0) {
        auto name = context.read_string({LinearAddress{attributes->ObjectName}});
        if (!name) {
            return Unexpected{name.error()};
        }
        request.name = std::move(name).value();
    }
    if ((attributes->Attributes & OBJ_PERMANENT) != 0) {
        return Unexpected{STATUS_PRIVILEGE_NOT_HELD};
    }
    if (attributes->RootDirectory != 0) {
        auto root = context.reference<DirectoryObject>(HANDLE{attributes->RootDirectory}, 0);
        if (!root) {
            return Unexpected{root.error()};
        }
        request.root = std::move(root).value();
    }
    return request;
}

NTSTATUS create_object(ServiceContext& context, UserPointer<HANDLE> handle, std::uint32_t access,
                       UserPointer<OBJECT_ATTRIBUTES> attributes, ObjectType type,
                       const MakeObject& make) {
    const auto request = capture_object_request(context, attributes);
    if (!request) {
        return request.error();
    }
    FoundName place;
    if (!request->name.empty()) {
        auto found = follow(context, *request);
        if (!found) {
            return found.error();
        }
        place = std::move(found).value();
    }
    if (place.object) {
        if (!request->open_if) {
            return STATUS_OBJECT_NAME_COLLISION;
        }
        if (place.object->type() != type) {
            return STATUS_OBJECT_TYPE_MISMATCH;
        }
        const NTSTATUS opened = context.return_handle(handle, place.object, access);
        return nt_success(opened) ? STATUS_OBJECT_NAME_EXISTS : opened;
    }
    std::shared_ptr<Object> object = make();
    if (place.directory) {
        object->set_object_name(place.last);
        place.directory->insert(std::move(place.last), object);
    }
    return context.return_handle(handle, std::move(object), access);
}

NTSTATUS open_object(ServiceContext& context, UserPointer<HANDLE> handle, std::uint32_t access,
                     UserPointer<OBJECT_ATTRIBUTES> attributes, ObjectType type) {
    const NTSTATUS probed = context.probe_for_write(handle.address, sizeof(HANDLE));
    if (!nt_success(probed)) {
        return probed;
    }
    if (!attributes) {
        return STATUS_INVALID_PARAMETER;
    }
    const auto request = capture_object_request(context, attributes);
    if (!request) {
        return request.error();
    }
    std::shared_ptr<Object> object = request->root;
    if (!object || !request->name.empty()) {
        auto found = follow(context, *request);
        if (!found) {
            return found.error();
        }
        object = std::move(found->object);
    }
    if (!object) {
        return STATUS_OBJECT_NAME_NOT_FOUND;
    }
    if (object->type() != type) {
        return STATUS_OBJECT_TYPE_MISMATCH;
    }
    return context.return_handle(handle, std::move(object), access);
}

}  // namespace ringside::nt
