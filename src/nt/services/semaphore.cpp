// SPDX-License-Identifier: MIT
#include <array>

#include "nt/objects/semaphore_object.hpp"
#include "nt/services/named_object.hpp"

namespace ringside::nt {
namespace {

NTSTATUS NtCreateSemaphore(ServiceContext& context, UserPointer<HANDLE> handle, ACCESS_MASK access,
                           UserPointer<OBJECT_ATTRIBUTES> attributes, ULONG initial_count,
                           ULONG maximum_count) {
    const auto initial = static_cast<std::int32_t>(initial_count);
    const auto maximum = static_cast<std::int32_t>(maximum_count);
    if (maximum <= 0 || initial < 0 || initial > maximum) {
        return STATUS_INVALID_PARAMETER;
    }
    return create_object(context, handle, semaphore_mapping.map(access.value), attributes,
                         ObjectType::semaphore,
                         [&] { return std::make_shared<SemaphoreObject>(initial, maximum); });
}

NTSTATUS NtOpenSemaphore(ServiceContext& context, UserPointer<HANDLE> handle, ACCESS_MASK access,
                         UserPointer<OBJECT_ATTRIBUTES> attributes) {
    return open_object(context, handle, semaphore_mapping.map(access.value), attributes,
                       ObjectType::semaphore);
}

NTSTATUS NtReleaseSemaphore(ServiceContext& context, HANDLE handle, ULONG release_count,
                            UserPointer<ULONG> previous) {
    const auto units = static_cast<std::int32_t>(release_count);
    if (units <= 0) {
        return STATUS_INVALID_PARAMETER;
    }
    const auto semaphore = context.reference<SemaphoreObject>(handle, SEMAPHORE_MODIFY_STATE);
    if (!semaphore) {
        return semaphore.error();
    }
    if (previous) {
        const NTSTATUS probed = context.probe_for_write(previous.address, sizeof(ULONG));
        if (!nt_success(probed)) {
            return probed;
        }
    }
    const auto before = static_cast<ULONG>((*semaphore)->count());
    if (!(*semaphore)->add(units)) {
        return STATUS_SEMAPHORE_LIMIT_EXCEEDED;
    }
    context.kernel.dispatcher.signal(**semaphore);
    return previous ? context.write(previous, before) : STATUS_SUCCESS;
}

NTSTATUS NtQuerySemaphore(ServiceContext& context, HANDLE handle,
                          InformationClass information_class, UserPointer<std::byte> buffer,
                          Length length, UserPointer<ULONG> return_length) {
    return query_object<SemaphoreObject>(
        context, handle, SEMAPHORE_QUERY_STATE, information_class, buffer, length, return_length,
        [](const SemaphoreObject& semaphore) {
            return SEMAPHORE_BASIC_INFORMATION{.CurrentCount = semaphore.count(),
                                               .MaximumCount = semaphore.limit};
        });
}

constexpr std::array table{
    service<NtCreateSemaphore>("NtCreateSemaphore",
                               "SemaphoreHandle DesiredAccess ObjectAttributes InitialCount "
                               "MaximumCount"),
    service<NtOpenSemaphore>("NtOpenSemaphore", "SemaphoreHandle DesiredAccess ObjectAttributes"),
    service<NtQuerySemaphore>("NtQuerySemaphore",
                              "SemaphoreHandle SemaphoreInformationClass SemaphoreInformation "
                              "Length ReturnLength"),
    service<NtReleaseSemaphore>("NtReleaseSemaphore", "SemaphoreHandle ReleaseCount PreviousCount"),
};

}  // namespace

std::span<const ServiceRow> semaphore_services() {
    return table;
}

}  // namespace ringside::nt
