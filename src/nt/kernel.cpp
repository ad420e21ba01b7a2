// SPDX-License-Identifier: MIT
#include "nt/kernel.hpp"
#include "nt/exceptions/frame_edit.hpp"

#include <array>

#include <fmt/format.h>

#include "host/journal.hpp"
#include "nt/callbacks/user_callback.hpp"
#include "nt/exceptions/exceptions.hpp"
#include "nt/helpers.hpp"
#include "nt/ktrap_frame.hpp"
#include "nt/service_context.hpp"
#include "nt/service_trace.hpp"

namespace ringside::nt {
namespace {

/// Free for the boot loader of a real machine; frames are given out from behind it.
constexpr PhysicalAddress first_page{0x1000};

/// KiBBTUnexpectedRange keeps numbers within 12 bits, and no service takes more than this.
constexpr std::size_t largest_argument_area = 64;

HypercallResult result_of(const ServiceOutcome& outcome) {
    return {.eax = outcome.status.value,
            .ecx = static_cast<std::uint32_t>(outcome.outcome),
            .stop = {}};
}

Profile profile_for(const KernelConfig& config) {
    Profile profile = load_profile(config.profile);
    if (!config.services.empty()) {
        profile.services = config.services;
    }
    return profile;
}

}  // namespace

Kernel::Kernel(KernelConfig given, mmu::Mmu& the_mmu, host::Host the_host)
    : config(std::move(given)),
      profile(profile_for(config)),
      host(the_host),
      mmu(the_mmu),
      pages(mmu.memory(), first_page),
      tables(mmu, pages, profile.page_tables),
      stacks(tables, pages),
      memory(tables, pages),
      user_memory(mmu, memory, mm_user_probe_address, STATUS_ACCESS_VIOLATION.value),
      structures(user_memory, profile.layout),
      dispatcher(*this),
      process(std::make_shared<ProcessObject>()),
      thread(std::make_shared<ThreadObject>()),
      frame_watch(*this),
      alerted_field(structures.field_place("KTHREAD", "Alerted")),
      apc_list_field(structures.field_place("KAPC_STATE", "ApcListHead")
                         .within(structures.field_place("KTHREAD", "ApcState"))),
      trap_frame_field_(structures.field_place("KTHREAD", "TrapFrame")),
      previous_mode_field_(structures.field_place("KTHREAD", "PreviousMode")) {
    memory.set_stack_hooks([this] { return user_stack(); },
                           [this](LinearAddress limit) { set_user_stack_limit(limit); });
}

// The TEB is the user's own memory, to spoil or to free: without one there is no stack to grow.
std::optional<UserStack> Kernel::user_stack() {
    const LinearAddress tib = structures.place(thread->teb, "TEB", "NtTib");
    UserStack stack;
    const auto read = [this](LinearAddress from, LinearAddress& to) {
        return user_memory
            .read(from, std::as_writable_bytes(std::span(&to.value, 1)), guest::ProcessorMode::user)
            .has_value();
    };
    if (!read(structures.place(tib, "NT_TIB", "StackBase"), stack.base) ||
        !read(structures.place(thread->teb, "TEB", "DeallocationStack"), stack.deallocation)) {
        return std::nullopt;
    }
    return stack;
}

void Kernel::set_user_stack_limit(LinearAddress limit) {
    const LinearAddress tib = structures.place(thread->teb, "TEB", "NtTib");
    // Nobody but the user relies on it.
    static_cast<void>(user_memory.write(structures.place(tib, "NT_TIB", "StackLimit"),
                                        std::as_bytes(std::span(&limit.value, 1)),
                                        guest::ProcessorMode::user));
}

Kernel::~Kernel() {
    if (host.journal != nullptr && host.journal->replaying()) {
        discard(true);  // what ends here has ended before, in its own future
    }
    if (!pages.discarding()) {
        memory.keep_changes();
    }
}

std::uint64_t Kernel::performance_counter() const {
    // Whole seconds apart from the rest, so that the product stays within 64 bits.
    const std::uint64_t seconds = now_ / config.ticks_per_second;
    const std::uint64_t rest = now_ % config.ticks_per_second;
    return seconds * profile.performance_frequency +
           rest * profile.performance_frequency / config.ticks_per_second;
}

LinearAddress Kernel::trap_frame() {
    return {structures.get(thread->kthread, trap_frame_field_)};
}

guest::ProcessorMode Kernel::previous_mode() {
    const bool user = structures.get(thread->kthread, previous_mode_field_) != 0;
    return user ? guest::ProcessorMode::user : guest::ProcessorMode::kernel;
}

guest::StopReason Kernel::lost(LinearAddress at) {
    return {guest::StopKind::guest_failure,
            0xC0000005,
            fmt::format("bugcheck 0x50 PAGE_FAULT_IN_NONPAGED_AREA: kernel structure at {:08X} "
                        "cannot be reached any more; the guest changed its own kernel",
                        at.value),
            {}};
}

template <typename Work>
HypercallResult Kernel::guarded(std::uint64_t now, const Work& work) {
    now_ = now;
    HypercallResult result;
    try {
        dispatcher.follow_guest();
        result = work();
        dispatcher.publish();
    } catch (const KernelStructureLost& structure) {
        stop_ = lost(structure.address);
    }
    frame_watch.set_current_trap({});
    result.stop = std::exchange(stop_, std::nullopt);
    return result;
}

HypercallResult Kernel::hypercall(std::uint32_t id, LinearAddress esp, std::uint64_t now) {
    return guarded(now, [&]() -> HypercallResult {
        if (id >= first_helper_id) {
            return call_helper(id, esp);
        }
        const auto& table = service_table();
        if (id >= 1 && id <= table.size()) {
            return call_service(table[id - 1], esp);
        }
        if (id >= 1 && id <= boot_state.thunks.size()) {
            return call_missing(id - 1, esp);
        }
        // Nothing but a patched thunk asks for this.
        return {.eax = STATUS_INVALID_SYSTEM_SERVICE.value, .stop = {}};
    });
}

HypercallResult Kernel::call_service(const ServiceRow& row, LinearAddress esp) {
    std::array<std::uint32_t, largest_argument_area> words{};
    for (std::size_t i = 0; i < row.arguments.size(); ++i) {
        words[i] = structures.read<std::uint32_t>(esp + 4 + static_cast<std::uint32_t>(i) * 4);
    }
    ServiceContext context(*this, previous_mode());
    const auto arguments = std::span<const std::uint32_t>(words).first(row.arguments.size());
    std::shared_ptr<ObservedCall> call;
    if (observer_ != nullptr) {
        call = std::make_shared<ObservedCall>(
            ObservedCall{.call = describe_call(context, row, arguments, esp + 4),
                         .row = &row,
                         .words = {arguments.begin(), arguments.end()}});
        observer_->service_begins(call->call);
    }
    service_ticks_ += config.service_ticks.base;
    return result_of(leave_service(row.invoke(context, arguments), std::move(call)));
}

/// What a service's body came to, and what its thread does next: one that is done may still have
/// to let another thread run first. An observer hears of the answer when there is one.
ServiceOutcome Kernel::leave_service(ServiceOutcome outcome, std::shared_ptr<ObservedCall> call) {
    const bool suspended =
        outcome.outcome == Outcome::block || outcome.outcome == Outcome::call_user;
    if (call && !suspended && observer_ != nullptr) {
        ServiceContext context(*this, previous_mode());
        observer_->service_ends(call->call,
                                describe_result(context, *call->row, call->words, outcome));
    }
    if (suspended && !thread->pending.empty()) {
        thread->pending.back().call = std::move(call);
    }
    if (outcome.outcome == Outcome::done && !stop_ && dispatcher.must_leave()) {
        return dispatcher.answer_later(outcome.status);
    }
    return outcome;
}

HypercallResult Kernel::call_missing(std::size_t number, LinearAddress esp) {
    const ThunkRow& thunk = boot_state.thunks[number];
    const std::string message = fmt::format(
        "{} (service 0x{:X} of the {} table, {} argument bytes) is not implemented; called by {}",
        thunk.name, thunk.number, thunk.number >= win32k_base ? "win32k" : "nt",
        thunk.argument_bytes, caller_of_service());
    if (config.stop_on_missing) {
        stop({guest::StopKind::not_built,
              STATUS_NOT_IMPLEMENTED.value,
              message + "; --on-missing stop",
              {}});
    } else if (warned_.insert(number).second) {
        config.warn(message + ", answered STATUS_NOT_IMPLEMENTED");
    }
    if (observer_ != nullptr) {
        const auto call = describe_missing(*this, thunk, esp + 4);
        observer_->service_begins(call);
        observer_->service_ends(call, {.status = STATUS_NOT_IMPLEMENTED.value,
                                       .status_name = std::string(name_of(STATUS_NOT_IMPLEMENTED)),
                                       .outputs = {}});
    }
    return {.eax = STATUS_NOT_IMPLEMENTED.value, .stop = {}};
}

/// Module, symbol and offset of the code that wanted the service: behind the system DLL's stub,
/// whose return addresses stand on top of the user's stack.
std::string Kernel::caller_of_service() {
    const auto frame = trap_frame_at(structures, trap_frame());
    LinearAddress at{frame.Eip};
    if (!frame.is_user()) {
        return symbols.describe(at);
    }
    for (std::uint32_t depth = 0; depth < 3; ++depth) {
        const auto place = symbols.place(at);
        if (place && place->module != "ntdll") {
            break;
        }
        std::uint32_t above = 0;
        if (!user_memory.read(LinearAddress{frame.HardwareEsp} + depth * 4,
                              std::as_writable_bytes(std::span(&above, 1)),
                              guest::ProcessorMode::user) ||
            !symbols.place(LinearAddress{above})) {
            break;  // the system DLL itself wants the service; these are arguments
        }
        at.value = above;
    }
    return symbols.describe(at);
}

HypercallResult Kernel::call_helper(std::uint32_t id, LinearAddress esp) {
    std::array<std::uint32_t, 5> words{};
    const std::size_t count = helper_arguments(id);
    for (std::size_t i = 0; i < count; ++i) {
        words[i] = structures.read<std::uint32_t>(esp + 4 + static_cast<std::uint32_t>(i) * 4);
    }
    return result_of(run_helper(*this, id, words));
}

HypercallResult Kernel::resume(std::uint64_t now, std::uint32_t eax) {
    return guarded(now, [&]() -> HypercallResult {
        take_callback_answer(*this, eax);
        auto& pending = thread->pending;
        std::shared_ptr<ObservedCall> call = pending.empty() ? nullptr : pending.back().call;
        return result_of(leave_service(dispatcher.resume(), std::move(call)));
    });
}

}  // namespace ringside::nt
