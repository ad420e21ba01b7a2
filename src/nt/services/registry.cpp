// SPDX-License-Identifier: MIT
#include <array>

#include "nt/services/object_name.hpp"

namespace ringside::nt {
namespace {

/// The registry is empty, so every well-formed name leads nowhere.
NTSTATUS NtOpenKey(ServiceContext& context, UserPointer<HANDLE> handle, ACCESS_MASK,
                   UserPointer<OBJECT_ATTRIBUTES> attributes) {
    const NTSTATUS probed = context.probe_for_write(handle.address, sizeof(HANDLE));
    if (!nt_success(probed)) {
        return probed;
    }
    const auto name = capture_object_name(context, attributes);
    return name ? STATUS_OBJECT_NAME_NOT_FOUND : name.error();
}

constexpr std::array table{
    service<NtOpenKey>("NtOpenKey", "KeyHandle DesiredAccess ObjectAttributes"),
};

}  // namespace

std::span<const ServiceRow> registry_services() {
    return table;
}

}  // namespace ringside::nt
