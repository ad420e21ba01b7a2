// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "guest/personality.hpp"
#include "guest/symbols.hpp"
#include "guest/user_memory.hpp"
#include "host/host.hpp"
#include "kernelkit/handle_table.hpp"
#include "nt/boot/boot_state.hpp"
#include "nt/boot/pool.hpp"
#include "nt/exceptions/float_context.hpp"
#include "nt/exceptions/trap_frame_watch.hpp"
#include "nt/kernel_config.hpp"
#include "nt/memory/kernel_stacks.hpp"
#include "nt/memory/memory_manager.hpp"
#include "nt/objects/directory_object.hpp"
#include "nt/objects/file_object.hpp"
#include "nt/objects/kernel_objects.hpp"
#include "nt/objects/thread_object.hpp"
#include "nt/profile.hpp"
#include "nt/scheduling/dispatcher.hpp"
#include "nt/service_table.hpp"
#include "nt/structures/kernel_memory.hpp"

namespace ringside::nt {

class KernelArchive;

/// EAX and ECX behind a hypercall, or the end of the run.
struct HypercallResult {
    std::uint32_t eax = 0;
    std::uint32_t ecx = 0;
    std::optional<guest::StopReason> stop;
};

/// What NtRaiseHardError last said; the run's message if the process then ends with that status.
struct HardError {
    NTSTATUS status;
    std::string message;
};

using Handles = kernelkit::HandleTable<Object, std::uint32_t>;

/// The host's half of the NT kernel: everything behind the hypercall port. It reads and writes
/// guest memory and answers; it never touches a CPU register, EAX and ECX of its answer excepted,
/// and those of the coprocessor where a CONTEXT has them.
class Kernel {
  public:
    /// Throws InputError for a profile that does not exist.
    Kernel(KernelConfig config, mmu::Mmu& mmu, host::Host host);
    ~Kernel();
    Kernel(const Kernel&) = delete;
    Kernel& operator=(const Kernel&) = delete;

    /// Places what a boot loader would and switches the MMU to the new tables. Throws InputError
    /// (126) for a program that has no room.
    BootState boot();

    /// `out 0E8h,eax`: `esp` points to the thunk's return address, the arguments stand above it.
    /// `now` is the machine's counter.
    HypercallResult hypercall(std::uint32_t id, LinearAddress esp, std::uint64_t now);
    /// `out 0EAh,eax`: the current thread goes on; runs the resume of its innermost suspended
    /// service, if what that waited for has come.
    HypercallResult resume(std::uint64_t now, std::uint32_t eax = 0);

    /// Saves or loads all that is not in guest memory. To load it, a kernel of the same
    /// configuration must have booted. Throws DamagedArchive.
    void persist(Archive& archive);

    void set_observer(guest::ServiceObserver* observer) { observer_ = observer; }
    void tell_thread_ended(std::uint32_t id) {
        if (observer_ != nullptr) {
            observer_->thread_ended(id);
        }
    }

    // --- the parts that services work with ------------------------------------------------------
    const KernelConfig config;
    const Profile profile;
    host::Host host;
    mmu::Mmu& mmu;
    PageAllocator pages;
    PageTables tables;
    KernelStacks stacks;
    MemoryManager memory;
    guest::UserMemory user_memory;
    KernelMemory structures;
    ShareAccess shares;
    Handles handles;
    ObjectNamespace names;
    guest::SymbolTable symbols;
    Dispatcher dispatcher;
    std::shared_ptr<ProcessObject> process;
    std::shared_ptr<ThreadObject> thread;  ///< The one whose code the processor executes.
    BootState boot_state;

    // --- time, in 100 ns -------------------------------------------------------------------------
    std::uint64_t interrupt_time = 0;  ///< since the boot
    std::uint64_t tick_count = 0;
    [[nodiscard]] host::FileTime system_time() const {
        return {host.boot_date.ticks + static_cast<std::int64_t>(interrupt_time)};
    }
    [[nodiscard]] std::uint64_t performance_counter() const;
    [[nodiscard]] std::uint64_t counter() const { return now_; }
    /// A service moved that many bytes between its caller's buffer and a file or the like.
    void bytes_moved(std::uint64_t bytes) {
        service_ticks_ += bytes * config.service_ticks.per_1000_bytes / 1000;
    }
    /// What the bodies since the last call take, to be added to the machine's counter.
    [[nodiscard]] std::uint64_t take_service_ticks() {
        return std::exchange(service_ticks_, std::uint64_t{0});
    }

    // --- the end ---------------------------------------------------------------------------------
    /// The current hypercall is the run's last.
    void stop(guest::StopReason reason) { stop_ = std::move(reason); }
    [[nodiscard]] bool stopping() const { return stop_.has_value(); }

    /// The live frame of the current thread.
    [[nodiscard]] LinearAddress trap_frame();
    /// KTHREAD.PreviousMode.
    [[nodiscard]] guest::ProcessorMode previous_mode();

    std::optional<HardError> hard_error;

    TrapFrameWatch frame_watch;
    /// KTHREAD.Alerted and ApcState.ApcListHead, which every test for an alert asks for.
    const FieldPlace alerted_field;
    const FieldPlace apc_list_field;
    /// Kernel structures made at run time; there from boot on.
    std::optional<Pool> pool;
    /// CR2, for reports; set by whoever owns the CPU.
    std::function<std::uint32_t()> fault_address;
    /// Set by whoever owns the CPU, before boot.
    FloatUnit float_unit;

  private:
    HypercallResult call_service(const ServiceRow& row, LinearAddress esp);
    HypercallResult call_missing(std::size_t number, LinearAddress esp);
    HypercallResult call_helper(std::uint32_t id, LinearAddress esp);
    [[nodiscard]] std::string caller_of_service();
    [[nodiscard]] std::optional<UserStack> user_stack();
    void set_user_stack_limit(LinearAddress);
    [[nodiscard]] guest::StopReason lost(LinearAddress);
    ServiceOutcome leave_service(ServiceOutcome outcome, std::shared_ptr<ObservedCall> call);
    void persist_parts(KernelArchive& archive);
    void discard(bool discarding);
    template <typename Work>
    HypercallResult guarded(std::uint64_t now, const Work& work);

    std::optional<guest::StopReason> stop_;
    guest::ServiceObserver* observer_ = nullptr;
    const FieldPlace trap_frame_field_;     ///< of KTHREAD, as the next
    const FieldPlace previous_mode_field_;  ///< every service asks for it
    std::set<std::size_t> warned_;
    std::uint64_t now_ = 0;
    std::uint64_t service_ticks_ = 0;
};

}  // namespace ringside::nt
