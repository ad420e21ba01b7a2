// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "cpu/transition.hpp"
#include "guest/machine.hpp"
#include "guest/personality.hpp"
#include "guest/service_call.hpp"
#include "trace/record.hpp"
#include "trace/sink.hpp"

namespace ringside::trace {

/// Pairs each way into the kernel with its way out, thread by thread, and tells a sink of the
/// passage between. A way out to user code that the kernel calls is no end: the passage goes on
/// when that code has returned.
class Tracer : public cpu::CpuObserver,
               public guest::ServiceObserver,
               public guest::PortMessageObserver {
  public:
    /// Watches from now on; records begin at the program's entry point when the personality knows
    /// one and `startup` is false. The personality must have booted.
    Tracer(guest::Machine& machine, guest::Personality& personality, Sink& sink, bool startup);
    ~Tracer() override;
    Tracer(const Tracer&) = delete;
    Tracer& operator=(const Tracer&) = delete;

    /// Hands out what is still open: calls that never come back.
    void finish();
    [[nodiscard]] std::uint64_t records() const { return count_; }

    void transition(const cpu::Transition& transition) override;
    void reached(LinearAddress address) override;
    void service_begins(const guest::ServiceCall& call) override;
    void service_ends(const guest::ServiceCall& call, const guest::ServiceResult& result) override;
    void thread_ended(std::uint32_t thread_id) override;
    void port_message(const guest::PortMessage& message) override;

  private:
    struct Open {
        Record record;
        bool wanted = false;
        unsigned callbacks = 0;  ///< of the thread when the passage began
    };
    using Passages = std::vector<Open>;

    void enter(const cpu::Transition& transition);
    void leave(const cpu::Transition& transition);
    void close(Open open);
    void close_all(Passages& passages);
    void dispatch(const cpu::Transition& transition);
    void stage_begins(const guest::Stage& stage);
    void open_nested_call();
    void return_nested_call(Passages& passages);
    void open(Record record);
    [[nodiscard]] Passages& passages() { return open_[personality_.current_thread(machine_)]; }
    [[nodiscard]] Gate gate_of(const cpu::Transition& transition) const;
    void trap_frame_built(Record& record, const guest::Stage& stage);
    [[nodiscard]] std::optional<Frame> read_frame(std::optional<LinearAddress> at) const;
    [[nodiscard]] std::string place(const cpu::ExecutionPoint& point) const;
    [[nodiscard]] std::string name_of_call(const Record& record) const;

    guest::Machine& machine_;
    guest::Personality& personality_;
    Sink& sink_;
    std::multimap<std::uint32_t, guest::Stage> stages_;
    std::map<std::uint32_t, std::string> services_;
    std::optional<guest::Layout> layout_;
    std::optional<LinearAddress> start_;
    bool active_;
    std::map<std::uint32_t, Passages> open_;  ///< By thread, the innermost last.
    std::uint64_t count_ = 0;
};

}  // namespace ringside::trace
