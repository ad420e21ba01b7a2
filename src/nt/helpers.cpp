// SPDX-License-Identifier: MIT
#include "nt/helpers.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "base/ensure.hpp"
#include "nt/callbacks/user_callback.hpp"
#include "nt/exceptions/bugcheck.hpp"
#include "nt/exceptions/exceptions.hpp"
#include "nt/kernel.hpp"
#include "nt/ktrap_frame.hpp"
#include "nt/memory/mm_kernel_stack.hpp"
#include "nt/scheduling/thread_creation.hpp"
#include "nt/services/process.hpp"
#include "nt/services/time.hpp"
#include "nt/win32k/gui_thread.hpp"

namespace ringside::nt {
namespace {

using Words = std::span<const std::uint32_t>;

guest::ProcessorMode mode_of(std::uint32_t word) {
    return (word & 0xFF) != 0 ? guest::ProcessorMode::user : guest::ProcessorMode::kernel;
}

ServiceOutcome deliver_user_apc(Kernel& kernel, Words words) {
    return KiDeliverUserApc(kernel, LinearAddress{words[0]});
}

ServiceOutcome wait_while_suspended(Kernel& kernel, Words) {
    return KeWaitWhileSuspended(kernel);
}

ServiceOutcome access_fault(Kernel& kernel, Words words) {
    kernel.frame_watch.set_current_trap(LinearAddress{words[3]});
    const LinearAddress address{words[1]};
    // A user has no business above the probe address, whatever is mapped there. A kernel address
    // that is missing stays missing: KiTrap0E knows its windows and reports the rest.
    if (address > highest_user_address) {
        return STATUS_ACCESS_VIOLATION;
    }
    const bool write = (words[0] & mmu::page_fault_code::write) != 0;
    return kernel.memory.access_fault(address, write ? mmu::Access::write : mmu::Access::read);
}

ServiceOutcome dispatch_exception(Kernel& kernel, Words words) {
    return KiDispatchException(kernel, LinearAddress{words[0]}, LinearAddress{words[2]},
                               mode_of(words[3]), (words[4] & 0xFF) != 0);
}

ServiceOutcome gui_thread_callout(Kernel& kernel, Words) {
    return PspW32ThreadCallout(kernel);
}

ServiceOutcome flush_user_batch(Kernel& kernel, Words) {
    return KeGdiFlushUserBatch(kernel);
}

ServiceOutcome create_kernel_stack(Kernel& kernel, Words words) {
    return NTSTATUS{MmCreateKernelStack(kernel, words[0] != 0, LinearAddress{words[1]})};
}

ServiceOutcome delete_kernel_stack(Kernel& kernel, Words words) {
    MmDeleteKernelStack(kernel, LinearAddress{words[0]});
    return STATUS_SUCCESS;
}

ServiceOutcome grow_kernel_stack(Kernel& kernel, Words words) {
    return MmGrowKernelStack(kernel, LinearAddress{words[0]});
}

ServiceOutcome build_user_callback(Kernel& kernel, Words words) {
    return KiBuildUserCallback(kernel, words[0], LinearAddress{words[1]}, words[2],
                               LinearAddress{words[3]});
}

ServiceOutcome finish_user_callback(Kernel& kernel, Words words) {
    return NTSTATUS{KiFinishUserCallback(kernel, LinearAddress{words[0]}, NTSTATUS{words[1]})};
}

ServiceOutcome update_system_time(Kernel& kernel, Words words) {
    kernel.frame_watch.set_current_trap(LinearAddress{words[0]});
    KeUpdateSystemTime(kernel, LinearAddress{words[0]}, words[1]);
    return STATUS_SUCCESS;
}

ServiceOutcome bug_check(Kernel& kernel, Words words) {
    KeBugCheckEx(kernel, words[0], {words[1], words[2], words[3], words[4]});
    return STATUS_SUCCESS;
}

ServiceOutcome bug_check_trap(Kernel& kernel, Words words) {
    KeBugCheckTrap(kernel, words[0], LinearAddress{words[1]}, words[2]);
    return STATUS_SUCCESS;
}

/// The PRINT class of KiDebugService, for any caller who may read its own buffer.
ServiceOutcome debug_print(Kernel& kernel, Words words) {
    constexpr std::uint32_t service_print = 1;
    constexpr std::uint32_t longest_message = 512;
    if (words[0] != service_print) {
        return STATUS_SUCCESS;
    }
    std::string text(std::min(words[2] & 0xFFFF, longest_message), '\0');
    const auto captured =
        kernel.user_memory.read(LinearAddress{words[1]}, std::as_writable_bytes(std::span(text)),
                                guest::ProcessorMode::user);
    if (!captured) {
        return NTSTATUS{captured.error().status};
    }
    kernel.config.debug_print(text);
    return STATUS_SUCCESS;
}

/// Its arguments, StartRoutine and StartContext, matter to threads of ring 0 only.
ServiceOutcome user_thread_startup(Kernel& kernel, Words) {
    if (PspUserThreadStartup(kernel)) {
        return STATUS_SUCCESS;
    }
    return end_current_thread(kernel, STATUS_INSUFFICIENT_RESOURCES);
}

struct Helper {
    std::uint32_t id;
    std::size_t arguments;
    ServiceOutcome (*body)(Kernel&, Words);
};
constexpr std::array helpers{
    Helper{0x8000, 1, deliver_user_apc},
    Helper{0x8001, 4, access_fault},
    Helper{0x8002, 5, dispatch_exception},
    Helper{0x8003, 0, gui_thread_callout},
    Helper{0x8004, 0, flush_user_batch},
    Helper{0x8005, 2, update_system_time},
    Helper{0x8006, 5, bug_check},
    Helper{0x8007, 3, bug_check_trap},
    Helper{0x8008, 5, debug_print},
    Helper{0x8009, 2, user_thread_startup},
    Helper{0x800A, 0, wait_while_suspended},
    Helper{0x8010, 1, grow_kernel_stack},
    Helper{0x8011, 2, create_kernel_stack},
    Helper{0x8012, 1, delete_kernel_stack},
    Helper{0x8013, 4, build_user_callback},
    Helper{0x8014, 2, finish_user_callback},
};

const Helper* find_helper(std::uint32_t id) {
    const auto* const found = std::find_if(helpers.begin(), helpers.end(),
                                           [id](const Helper& helper) { return helper.id == id; });
    return found != helpers.end() ? found : nullptr;
}

}  // namespace

std::size_t helper_arguments(std::uint32_t id) {
    const Helper* const helper = find_helper(id);
    return helper != nullptr ? helper->arguments : 0;
}

ServiceOutcome run_helper(Kernel& kernel, std::uint32_t id, Words words) {
    const Helper* const helper = find_helper(id);
    return helper != nullptr ? helper->body(kernel, words) : STATUS_INVALID_SYSTEM_SERVICE;
}

}  // namespace ringside::nt
