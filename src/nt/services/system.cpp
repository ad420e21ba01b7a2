// SPDX-License-Identifier: MIT
#include <array>

#include "host/utf16.hpp"
#include "nt/service_context.hpp"

namespace ringside::nt {
namespace {

/// KUSER_SHARED_DATA and the PCR, where KiSystemStartup left what CPUID told it.

/// SYSTEM_PROCESSOR_INFORMATION.
struct SYSTEM_PROCESSOR_INFORMATION {
    std::uint16_t ProcessorArchitecture{}, ProcessorLevel{}, ProcessorRevision{}, Reserved{};
    std::uint32_t ProcessorFeatureBits{};
};
static_assert(sizeof(SYSTEM_PROCESSOR_INFORMATION) == 0xC);

/// SYSTEM_TIMEOFDAY_INFORMATION as far as NT 4.0 had it; XP's longer form begins the same.
struct SYSTEM_TIMEOFDAY_INFORMATION {
    std::int64_t BootTime{}, CurrentTime{}, TimeZoneBias{};
    std::uint32_t TimeZoneId{}, Reserved{};
};
static_assert(sizeof(SYSTEM_TIMEOFDAY_INFORMATION) == 0x20);

SYSTEM_BASIC_INFORMATION basic_information(Kernel& kernel) {
    const std::uint32_t pages = kernel.mmu.memory().size() / page_size;
    return {.TimerResolution = kernel.profile.time_increment,
            .PageSize = page_size,
            .NumberOfPhysicalPages = pages,
            .LowestPhysicalPageNumber = 1,
            .HighestPhysicalPageNumber = pages - 1,
            .AllocationGranularity = allocation_granularity,
            .MinimumUserModeAddress = lowest_user_address.value,
            .MaximumUserModeAddress = highest_user_address.value,
            .ActiveProcessorsAffinityMask = 1,
            .NumberOfProcessors = 1};
}

SYSTEM_PROCESSOR_INFORMATION processor_information(Kernel& kernel) {
    KernelMemory& memory = kernel.structures;
    const LinearAddress prcb = memory.place(kernel.profile.pcr, "KPCR", "PrcbData");
    return {.ProcessorArchitecture = 0,
            .ProcessorLevel = static_cast<std::uint16_t>(memory.get(prcb, "KPRCB", "CpuType")),
            .ProcessorRevision = static_cast<std::uint16_t>(memory.get(prcb, "KPRCB", "CpuStep")),
            .ProcessorFeatureBits = memory.get(prcb, "KPRCB", "FeatureBits")};
}

NTSTATUS NtQuerySystemInformation(ServiceContext& context, InformationClass information_class,
                                  UserPointer<std::byte> buffer, Length length,
                                  UserPointer<ULONG> return_length) {
    enum SystemInformationClass : std::uint32_t {
        SystemBasicInformation = 0,
        SystemProcessorInformation = 1,
        SystemTimeOfDayInformation = 3,
        SystemKernelDebuggerInformation = 35,
    };
    Kernel& kernel = context.kernel;
    switch (information_class.value) {
        case SystemBasicInformation:
            return context.answer(buffer, length, basic_information(kernel), return_length);
        case SystemProcessorInformation:
            return context.answer(buffer, length, processor_information(kernel), return_length);
        case SystemTimeOfDayInformation:
            return context.answer(
                buffer, length,
                SYSTEM_TIMEOFDAY_INFORMATION{.BootTime = kernel.host.boot_date.ticks,
                                             .CurrentTime = kernel.system_time().ticks},
                return_length);
        case SystemKernelDebuggerInformation:
            // DebuggerEnabled, DebuggerNotPresent.
            return context.answer(buffer, length, std::array<std::uint8_t, 2>{0, 1}, return_length);
        default: return STATUS_INVALID_INFO_CLASS;
    }
}

/// The boot screen of NT; here it goes where DbgPrint goes.
NTSTATUS NtDisplayString(ServiceContext& context, UserPointer<UNICODE_STRING> from) {
    const auto text = context.read_string(from);
    if (!text) {
        return text.error();
    }
    context.kernel.config.debug_print(host::to_printable(*text));
    return STATUS_SUCCESS;
}

constexpr std::array table{
    service<NtDisplayString>("NtDisplayString", "String"),
    service<NtQuerySystemInformation>("NtQuerySystemInformation",
                                      "SystemInformationClass SystemInformation Length "
                                      "ReturnLength"),
};

}  // namespace

std::span<const ServiceRow> system_services() {
    return table;
}

}  // namespace ringside::nt
