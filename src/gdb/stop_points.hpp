// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "cpu/transition.hpp"
#include "gdb/memory.hpp"
#include "gdb/stop.hpp"
#include "guest/machine.hpp"
#include "guest/personality.hpp"
#include "guest/service_call.hpp"
#include "snapshot/timeline.hpp"

namespace ringside::gdb {

/// The linear address of the instruction at EIP.
[[nodiscard]] LinearAddress place_of(const cpu::Cpu& cpu);

/// Where the machine is to stop: breakpoints, watchpoints, system calls, exceptions. None of them
/// is in the guest: its memory holds no INT3 and its debug registers stay its own.
class StopPoints final : public cpu::CpuObserver, public guest::ServiceObserver {
  public:
    /// The timeline through which the run goes, if there is one.
    StopPoints(guest::Machine& machine, guest::Personality& personality,
               const snapshot::Timeline* timeline);
    ~StopPoints() override;
    StopPoints(const StopPoints&) = delete;
    StopPoints& operator=(const StopPoints&) = delete;

    // --- what the debugger asks for; it holds from the next run on ------------------------------
    void add_breakpoint(LinearAddress at, bool hardware);
    void remove_breakpoint(LinearAddress at, bool hardware);
    /// False when there are too many, or for no bytes.
    bool add_watch(LinearAddress at, std::uint32_t length, Stop::Watch kind);
    void remove_watch(LinearAddress at, std::uint32_t length, Stop::Watch kind);
    /// System calls by number; an empty set catches all, nothing catches none.
    void catch_calls(std::optional<std::set<std::uint32_t>> numbers);
    void catch_exceptions(bool yes) { catches_exceptions_ = yes; }
    void clear();

    // --- one run ---------------------------------------------------------------------------------
    enum class Way : std::uint8_t {
        forward,
        step,  ///< breakpoints are passed by
        back,  ///< again and again over the same stretch: only what depends on nothing else stops
    };
    /// Gets ready. `extra` is a breakpoint for this run.
    void begin(Way way, std::optional<LinearAddress> extra = std::nullopt);
    /// What asked for the stop, if any of these did.
    [[nodiscard]] std::optional<Stop> take();

    // --- what the machine tells ------------------------------------------------------------------
    void transition(const cpu::Transition& transition) override;
    void reached(LinearAddress address) override;
    void accessed(const cpu::MemoryAccess& access) override;
    void service_begins(const guest::ServiceCall& call) override;
    void service_ends(const guest::ServiceCall& call, const guest::ServiceResult& result) override;
    void thread_ended(std::uint32_t thread_id) override;

  private:
    struct Watched {
        LinearAddress at{};
        std::uint32_t length = 0;
        Stop::Watch kind{};
        /// Of one for writing: what it held when it was looked at last. The bodies of services
        /// write without the processor.
        std::vector<std::byte> content;
    };

    void install(std::optional<LinearAddress> extra);
    void stop(Stop stop);
    void look_at_watches(bool compare);
    void entered_kernel();
    void left_kernel();
    [[nodiscard]] bool is_deaf() const;
    [[nodiscard]] bool is_call_handler(LinearAddress at);

    guest::Machine& machine_;
    guest::Personality& personality_;
    const snapshot::Timeline* timeline_;
    Memory memory_;
    std::map<std::uint32_t, unsigned> software_;  ///< how often asked for, by address
    std::map<std::uint32_t, unsigned> hardware_;
    std::vector<Watched> watches_;
    std::optional<std::set<std::uint32_t>> calls_;
    bool catches_exceptions_ = false;

    bool installed_ = false;
    std::set<std::uint32_t> installed_probes_;
    bool changed_ = true;

    Way way_{};
    std::uint64_t generation_ = 0;
    struct Call {
        std::uint32_t number = 0;
        unsigned callbacks = 0;  ///< calls of user code that were under way already
    };
    std::map<std::uint32_t, Call> in_call_;   ///< caught ones, by thread
    std::map<std::uint32_t, bool> handlers_;  ///< which interrupt handlers take calls
    std::optional<Stop> stop_;
};

}  // namespace ringside::gdb
