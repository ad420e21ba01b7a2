// SPDX-License-Identifier: MIT
#include <array>

#include "nt/objects/kernel_objects.hpp"
#include "nt/service_context.hpp"

namespace ringside::nt {
namespace {

constexpr std::uint32_t PROCESS_VM_OPERATION = 0x0008;
constexpr std::uint32_t PROCESS_QUERY_INFORMATION = 0x0400;

/// Base and size as they come in: both captured once, the range checked to lie in user space.
struct Region {
    LinearAddress base;
    std::uint32_t size{};
};

Expected<Region, NTSTATUS> capture_region(ServiceContext& context, UserPointer<ULONG> base,
                                          UserPointer<ULONG> size) {
    for (const auto pointer : {base, size}) {
        const NTSTATUS probed = context.probe_for_write(pointer.address, sizeof(ULONG));
        if (!nt_success(probed)) {
            return Unexpected{probed};
        }
    }
    const auto at = context.read(base);
    const auto length = context.read(size);
    if (!at || !length) {
        return Unexpected{!at ? at.error() : length.error()};
    }
    if (*at > highest_user_address.value) {
        return Unexpected{STATUS_INVALID_PARAMETER_2};
    }
    if (*length > highest_user_address.value + 1 - *at) {
        return Unexpected{STATUS_INVALID_PARAMETER_4};
    }
    return Region{.base = {*at}, .size = *length};
}

NTSTATUS return_region(ServiceContext& context, UserPointer<ULONG> base, UserPointer<ULONG> size,
                       const Region& region) {
    const NTSTATUS written = context.write(base, region.base.value);
    return nt_success(written) ? context.write(size, region.size) : written;
}

NTSTATUS NtAllocateVirtualMemory(ServiceContext& context, HANDLE process, UserPointer<ULONG> base,
                                 ULONG zero_bits, UserPointer<ULONG> size, Flags type,
                                 Flags protection) {
    constexpr ULONG most_zero_bits = 20;
    constexpr std::uint32_t kinds = MEM_COMMIT | MEM_RESERVE | MEM_RESET;
    if (zero_bits > most_zero_bits) {
        return STATUS_INVALID_PARAMETER_3;
    }
    const bool reset = (type.value & MEM_RESET) != 0;
    if ((type.value & kinds) == 0 || (type.value & ~(kinds | MEM_TOP_DOWN)) != 0 ||
        (reset && type.value != MEM_RESET)) {
        return STATUS_INVALID_PARAMETER_5;
    }
    if (!is_valid_protection(protection.value) || is_copy_on_write(protection.value)) {
        return STATUS_INVALID_PAGE_PROTECTION;
    }
    const auto owner = context.reference<ProcessObject>(process, PROCESS_VM_OPERATION);
    if (!owner) {
        return owner.error();
    }
    auto region = capture_region(context, base, size);
    if (!region) {
        return region.error();
    }
    if (region->size == 0) {
        return STATUS_INVALID_PARAMETER_4;
    }
    // ZeroBits high bits of the 31 of a user address are to be zero.
    const std::uint32_t limit =
        zero_bits == 0 ? mm_user_probe_address.value : 0x80000000U >> (zero_bits - 1);
    const NTSTATUS status = context.kernel.memory.allocate(region->base, region->size, type.value,
                                                           protection.value, {limit});
    return nt_success(status) ? return_region(context, base, size, *region) : status;
}

NTSTATUS NtFreeVirtualMemory(ServiceContext& context, HANDLE process, UserPointer<ULONG> base,
                             UserPointer<ULONG> size, Flags type) {
    if (type.value != MEM_DECOMMIT && type.value != MEM_RELEASE) {
        return STATUS_INVALID_PARAMETER_4;
    }
    const auto owner = context.reference<ProcessObject>(process, PROCESS_VM_OPERATION);
    if (!owner) {
        return owner.error();
    }
    auto region = capture_region(context, base, size);
    if (!region) {
        return region.error() == STATUS_INVALID_PARAMETER_4 ? STATUS_INVALID_PARAMETER_3
                                                            : region.error();
    }
    const NTSTATUS status = context.kernel.memory.free(region->base, region->size, type.value);
    return nt_success(status) ? return_region(context, base, size, *region) : status;
}

NTSTATUS NtProtectVirtualMemory(ServiceContext& context, HANDLE process, UserPointer<ULONG> base,
                                UserPointer<ULONG> size, Flags protection,
                                UserPointer<ULONG> old_protection) {
    if (!is_valid_protection(protection.value)) {
        return STATUS_INVALID_PAGE_PROTECTION;
    }
    const auto owner = context.reference<ProcessObject>(process, PROCESS_VM_OPERATION);
    if (!owner) {
        return owner.error();
    }
    const NTSTATUS probed = context.probe_for_write(old_protection.address, sizeof(ULONG));
    if (!nt_success(probed)) {
        return probed;
    }
    auto region = capture_region(context, base, size);
    if (!region) {
        return region.error();
    }
    if (region->size == 0) {
        return STATUS_INVALID_PARAMETER_3;
    }
    std::uint32_t old = 0;
    const NTSTATUS status =
        context.kernel.memory.protect(region->base, region->size, protection.value, old);
    if (!nt_success(status)) {
        return status;
    }
    const NTSTATUS written = return_region(context, base, size, *region);
    return nt_success(written) ? context.write(old_protection, old) : written;
}

NTSTATUS NtQueryVirtualMemory(ServiceContext& context, HANDLE process, ULONG address,
                              InformationClass information_class, UserPointer<std::byte> buffer,
                              Length length, UserPointer<ULONG> return_length) {
    constexpr std::uint32_t MemoryBasicInformation = 0;
    if (information_class.value != MemoryBasicInformation) {
        return STATUS_INVALID_INFO_CLASS;
    }
    if (length.value < sizeof(MEMORY_BASIC_INFORMATION)) {
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    const auto owner = context.reference<ProcessObject>(process, PROCESS_QUERY_INFORMATION);
    if (!owner) {
        return owner.error();
    }
    const auto found = context.kernel.memory.query({address});
    if (!found) {
        return STATUS_INVALID_PARAMETER;
    }
    const MEMORY_BASIC_INFORMATION information{.BaseAddress = found->base.value,
                                               .AllocationBase = found->allocation_base.value,
                                               .AllocationProtect = found->allocation_protection,
                                               .RegionSize = found->size,
                                               .State = found->state,
                                               .Protect = found->protection,
                                               .Type = found->type};
    return context.answer(buffer, {sizeof information}, information, return_length);
}

/// Every write to code is noticed when it happens, so nothing is left to flush.
NTSTATUS NtFlushInstructionCache(ServiceContext& context, HANDLE process, ULONG, Length) {
    const auto owner = context.reference<ProcessObject>(process, 0);
    return owner ? STATUS_SUCCESS : owner.error();
}

constexpr std::array table{
    service<NtAllocateVirtualMemory>(
        "NtAllocateVirtualMemory",
        "ProcessHandle BaseAddress ZeroBits RegionSize AllocationType Protect"),
    service<NtFlushInstructionCache>("NtFlushInstructionCache", "ProcessHandle BaseAddress Length"),
    service<NtFreeVirtualMemory>("NtFreeVirtualMemory",
                                 "ProcessHandle BaseAddress RegionSize FreeType"),
    service<NtProtectVirtualMemory>("NtProtectVirtualMemory",
                                    "ProcessHandle BaseAddress RegionSize NewProtect OldProtect"),
    service<NtQueryVirtualMemory>("NtQueryVirtualMemory",
                                  "ProcessHandle BaseAddress MemoryInformationClass "
                                  "MemoryInformation Length ReturnLength"),
};

}  // namespace

std::span<const ServiceRow> memory_services() {
    return table;
}

}  // namespace ringside::nt
