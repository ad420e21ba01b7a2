// SPDX-License-Identifier: MIT
#include <array>

#include "nt/objects/mutant_object.hpp"
#include "nt/services/named_object.hpp"

namespace ringside::nt {
namespace {

NTSTATUS NtCreateMutant(ServiceContext& context, UserPointer<HANDLE> handle, ACCESS_MASK access,
                        UserPointer<OBJECT_ATTRIBUTES> attributes, BOOLEAN initial_owner) {
    return create_object(context, handle, mutant_mapping.map(access.value), attributes,
                         ObjectType::mutant, [&] {
                             auto mutant = std::make_shared<MutantObject>();
                             if (static_cast<bool>(initial_owner)) {
                                 mutant->acquire(*context.kernel.thread);
                             }
                             return mutant;
                         });
}

NTSTATUS NtOpenMutant(ServiceContext& context, UserPointer<HANDLE> handle, ACCESS_MASK access,
                      UserPointer<OBJECT_ATTRIBUTES> attributes) {
    return open_object(context, handle, mutant_mapping.map(access.value), attributes,
                       ObjectType::mutant);
}

/// Whoever owns it may release it, so no more than the right to look at it is asked for.
NTSTATUS NtReleaseMutant(ServiceContext& context, HANDLE handle, UserPointer<ULONG> previous) {
    const auto mutant = context.reference<MutantObject>(handle, MUTANT_QUERY_STATE);
    if (!mutant) {
        return mutant.error();
    }
    if (previous) {
        const NTSTATUS probed = context.probe_for_write(previous.address, sizeof(ULONG));
        if (!nt_success(probed)) {
            return probed;
        }
    }
    const auto count = static_cast<ULONG>((*mutant)->count());
    const NTSTATUS released = (*mutant)->release(context.kernel, *context.kernel.thread);
    return released == STATUS_SUCCESS && previous ? context.write(previous, count) : released;
}

NTSTATUS NtQueryMutant(ServiceContext& context, HANDLE handle, InformationClass information_class,
                       UserPointer<std::byte> buffer, Length length,
                       UserPointer<ULONG> return_length) {
    return query_object<MutantObject>(
        context, handle, MUTANT_QUERY_STATE, information_class, buffer, length, return_length,
        [&](const MutantObject& mutant) {
            const bool ours = mutant.is_owned_by(*context.kernel.thread);
            return MUTANT_BASIC_INFORMATION{
                .CurrentCount = mutant.count(),
                .OwnedByCaller = ours ? std::uint8_t{1} : std::uint8_t{0},
                .AbandonedState = mutant.is_abandoned() ? std::uint8_t{1} : std::uint8_t{0}};
        });
}

constexpr std::array table{
    service<NtCreateMutant>("NtCreateMutant",
                            "MutantHandle DesiredAccess ObjectAttributes InitialOwner"),
    service<NtOpenMutant>("NtOpenMutant", "MutantHandle DesiredAccess ObjectAttributes"),
    service<NtQueryMutant>("NtQueryMutant",
                           "MutantHandle MutantInformationClass MutantInformation Length "
                           "ReturnLength"),
    service<NtReleaseMutant>("NtReleaseMutant", "MutantHandle PreviousCount"),
};

}  // namespace

std::span<const ServiceRow> mutant_services() {
    return table;
}

}  // namespace ringside::nt
