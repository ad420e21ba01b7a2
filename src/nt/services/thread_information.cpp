// SPDX-License-Identifier: MIT
// NtQueryInformationThread and NtSetInformationThread.
#include <algorithm>
#include <array>

#include "nt/ktrap_frame.hpp"
#include "nt/objects/kernel_objects.hpp"
#include "nt/service_context.hpp"
#include "nt/services/process.hpp"

namespace ringside::nt {
namespace {

constexpr std::uint32_t THREAD_SET_INFORMATION = 0x0020;
constexpr std::uint32_t THREAD_QUERY_INFORMATION = 0x0040;

enum ThreadInformationClass : std::uint32_t {
    ThreadBasicInformation = 0,
    ThreadTimes = 1,
    ThreadPriority = 2,
    ThreadBasePriority = 3,
    ThreadAffinityMask = 4,
    ThreadDescriptorTableEntry = 6,
    ThreadQuerySetWin32StartAddress = 9,
    ThreadZeroTlsCell = 10,
    ThreadPerformanceCount = 11,
    ThreadAmILastThread = 12,
    ThreadIdealProcessor = 13,
    ThreadPriorityBoost = 14,
    ThreadIsIoPending = 16,
    ThreadHideFromDebugger = 17,
};

constexpr std::int32_t lowest_priority = 1;
constexpr std::int32_t highest_variable_priority = 15;
constexpr std::int32_t highest_priority = 31;
/// Increments of the base priority: a step or two, or to the end of the scale.
constexpr std::int32_t largest_increment = 2;
constexpr std::int32_t saturating_increment = 16;

/// A field of a KTHREAD or KPROCESS that is a CHAR.
std::int32_t signed_field(Kernel& kernel, LinearAddress object, std::string_view structure,
                          std::string_view field) {
    return static_cast<std::int8_t>(kernel.structures.get(object, structure, field));
}

/// KeQueryBasePriorityThread: how far from the process's base priority.
std::int32_t base_increment(Kernel& kernel, LinearAddress kthread) {
    const std::int32_t saturation = signed_field(kernel, kthread, "KTHREAD", "Saturation");
    if (saturation != 0) {
        return saturation * saturating_increment;
    }
    return signed_field(kernel, kthread, "KTHREAD", "BasePriority") -
           signed_field(kernel, kernel.process->kprocess, "KPROCESS", "BasePriority");
}

/// KeSetBasePriorityThread, for a process of the variable classes.
NTSTATUS set_base_increment(Kernel& kernel, ThreadObject& thread, std::int32_t increment) {
    const bool saturates = increment == saturating_increment || increment == -saturating_increment;
    if (!saturates && (increment < -largest_increment || increment > largest_increment)) {
        return STATUS_INVALID_PARAMETER;
    }
    const std::int32_t base =
        signed_field(kernel, kernel.process->kprocess, "KPROCESS", "BasePriority") + increment;
    const auto priority =
        static_cast<std::uint32_t>(std::clamp(base, lowest_priority, highest_variable_priority));
    const std::int32_t saturation = !saturates ? 0 : increment > 0 ? 1 : -1;
    kernel.structures.set(thread.kthread, "KTHREAD", "Saturation",
                          static_cast<std::uint32_t>(saturation));
    kernel.structures.set(thread.kthread, "KTHREAD", "BasePriority", priority);
    kernel.dispatcher.set_priority(thread, priority);
    return STATUS_SUCCESS;
}

NTSTATUS set_priority(Kernel& kernel, ThreadObject& thread, std::int32_t priority) {
    if (priority < lowest_priority || priority > highest_priority) {
        return STATUS_INVALID_PARAMETER;
    }
    kernel.dispatcher.set_priority(thread, static_cast<std::uint32_t>(priority));
    return STATUS_SUCCESS;
}

NTSTATUS set_affinity(Kernel& kernel, ThreadObject& thread, std::uint32_t mask) {
    if (mask != 1) {
        return STATUS_INVALID_PARAMETER;  // There is one processor.
    }
    kernel.structures.set(thread.kthread, "KTHREAD", "Affinity", mask);
    return STATUS_SUCCESS;
}

/// A TLS index has been freed: whoever gets it next shall find NULL in every thread.
NTSTATUS zero_tls_cell(ServiceContext& context, std::uint32_t index) {
    constexpr std::uint32_t tls_slots = 64;
    Kernel& kernel = context.kernel;
    if (index >= tls_slots) {
        return STATUS_INVALID_PARAMETER;
    }
    for (const auto& thread : kernel.dispatcher.threads()) {
        const LinearAddress slots = kernel.structures.place(thread->teb, "TEB", "TlsSlots");
        // A TEB that its owner has freed holds no values either.
        static_cast<void>(context.write(UserPointer<ULONG>{slots + index * 4}, 0U));
    }
    return STATUS_SUCCESS;
}

/// KeGetGdtEntryThread: a descriptor as the thread sees it; its TEB's is written at every switch.
NTSTATUS answer_descriptor(ServiceContext& context, const ThreadObject& thread,
                           UserPointer<std::byte> buffer, Length length,
                           UserPointer<ULONG> return_length) {
    constexpr std::uint32_t table_indicator = 4;
    constexpr std::uint32_t described_selectors = 10 * 8;
    constexpr std::uint32_t selector_mask = 0xFFF8;
    if (length.value != sizeof(DESCRIPTOR_TABLE_ENTRY)) {
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    const auto asked = context.read(UserPointer<DESCRIPTOR_TABLE_ENTRY>{buffer.address});
    if (!asked) {
        return asked.error();
    }
    if ((asked->Selector & table_indicator) != 0) {
        return STATUS_NO_LDT;
    }
    const std::uint32_t offset = asked->Selector & selector_mask;
    if (asked->Selector > 0xFFFF || offset >= described_selectors) {
        return STATUS_ACCESS_VIOLATION;
    }
    Kernel& kernel = context.kernel;
    const LinearAddress gdt{kernel.structures.get(kernel.boot_state.pcr, "KPCR", "GDT")};
    DESCRIPTOR_TABLE_ENTRY entry = *asked;
    entry.Descriptor = kernel.structures.read<std::array<std::uint32_t, 2>>(gdt + offset);
    if (offset == (KGDT_R3_TEB & selector_mask)) {
        const std::uint32_t base = thread.teb.value;
        entry.Descriptor[0] = (entry.Descriptor[0] & 0xFFFF) | base << 16;
        entry.Descriptor[1] =
            (entry.Descriptor[1] & 0x00FFFF00) | (base & 0xFF000000) | (base >> 16 & 0xFF);
    }
    return context.answer(buffer, length, entry, return_length);
}

NTSTATUS NtQueryInformationThread(ServiceContext& context, HANDLE handle,
                                  InformationClass information_class, UserPointer<std::byte> buffer,
                                  Length length, UserPointer<ULONG> return_length) {
    const auto object = context.reference<ThreadObject>(handle, THREAD_QUERY_INFORMATION);
    if (!object) {
        return object.error();
    }
    Kernel& kernel = context.kernel;
    const ThreadObject& thread = **object;
    const auto answer = [&](const auto& value) {
        return context.answer(buffer, length, value, return_length);
    };
    switch (information_class.value) {
        case ThreadBasicInformation:
            return answer(THREAD_BASIC_INFORMATION{
                .ExitStatus = thread.exit_status.value,
                .TebBaseAddress = thread.teb.value,
                .ClientId = {kernel.process->id, thread.id},
                .AffinityMask = 1,
                .Priority = signed_field(kernel, thread.kthread, "KTHREAD", "Priority"),
                .BasePriority = base_increment(kernel, thread.kthread)});
        case ThreadTimes:
            return answer(times_of(kernel, thread.kthread, "KTHREAD",
                                   {.created = thread.create_time, .exited = thread.exit_time}));
        case ThreadDescriptorTableEntry:
            return answer_descriptor(context, thread, buffer, length, return_length);
        case ThreadQuerySetWin32StartAddress: return answer(thread.start_address.value);
        case ThreadPerformanceCount: return answer(LARGE_INTEGER{});
        case ThreadAmILastThread:
            return answer(kernel.dispatcher.threads().size() == 1 ? ULONG{1} : ULONG{0});
        case ThreadPriorityBoost: return answer(thread.boost_disabled ? ULONG{1} : ULONG{0});
        case ThreadIsIoPending: return answer(ULONG{0});
        default: return STATUS_INVALID_INFO_CLASS;
    }
}

NTSTATUS set_word(ServiceContext& context, ThreadObject& thread, std::uint32_t information_class,
                  ULONG word) {
    switch (information_class) {
        case ThreadPriority:
            return set_priority(context.kernel, thread, static_cast<std::int32_t>(word));
        case ThreadBasePriority:
            return set_base_increment(context.kernel, thread, static_cast<std::int32_t>(word));
        case ThreadAffinityMask: return set_affinity(context.kernel, thread, word);
        case ThreadQuerySetWin32StartAddress: thread.start_address = {word}; return STATUS_SUCCESS;
        case ThreadZeroTlsCell: return zero_tls_cell(context, word);
        case ThreadIdealProcessor: return STATUS_SUCCESS;  // There is one processor.
        case ThreadPriorityBoost: thread.boost_disabled = word != 0; return STATUS_SUCCESS;
        default: return STATUS_INVALID_INFO_CLASS;
    }
}

NTSTATUS NtSetInformationThread(ServiceContext& context, HANDLE handle,
                                InformationClass information_class, UserPointer<std::byte> buffer,
                                Length length) {
    constexpr std::array words{ThreadPriority,     ThreadBasePriority,
                               ThreadAffinityMask, ThreadQuerySetWin32StartAddress,
                               ThreadZeroTlsCell,  ThreadIdealProcessor,
                               ThreadPriorityBoost};
    const auto thread = context.reference<ThreadObject>(handle, THREAD_SET_INFORMATION);
    if (!thread) {
        return thread.error();
    }
    if (information_class.value == ThreadHideFromDebugger) {
        return length.value == 0 ? STATUS_SUCCESS : STATUS_INFO_LENGTH_MISMATCH;
    }
    if (std::find(words.begin(), words.end(), information_class.value) == words.end()) {
        return STATUS_INVALID_INFO_CLASS;
    }
    if (length.value != sizeof(ULONG)) {
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    const auto word = context.read(UserPointer<ULONG>{buffer.address});
    return word ? set_word(context, **thread, information_class.value, *word) : word.error();
}

constexpr std::array table{
    service<NtQueryInformationThread>("NtQueryInformationThread",
                                      "ThreadHandle ThreadInformationClass ThreadInformation "
                                      "Length ReturnLength"),
    service<NtSetInformationThread>("NtSetInformationThread",
                                    "ThreadHandle ThreadInformationClass ThreadInformation Length"),
};

}  // namespace

std::span<const ServiceRow> thread_information_services() {
    return table;
}

}  // namespace ringside::nt
