// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cpu/transition.hpp"
#include "guest/machine.hpp"
#include "guest/personality.hpp"
#include "guest/service_call.hpp"
#include "trace/accountant.hpp"
#include "trace/record.hpp"
#include "trace/sink.hpp"

namespace ringside {
class Archive;
}

namespace ringside::trace {

/// Pairs each way into the kernel with its way out, thread by thread, and tells a sink of the
/// passage between. A way out to user code that the kernel calls is no end: the passage goes on
/// when that code has returned.
class Tracer : public cpu::CpuObserver,
               public guest::ServiceObserver,
               public guest::PortMessageObserver {
  public:
    /// Watches from now on; records begin at the program's entry point when the personality knows
    /// one and `startup` is false. The personality must have booted. `clocks` is told of all
    /// clocks from now on, records or not.
    Tracer(guest::Machine& machine, guest::Personality& personality, Sink& sink, bool startup,
           ClockObserver* clocks = nullptr);
    ~Tracer() override;
    Tracer(const Tracer&) = delete;
    Tracer& operator=(const Tracer&) = delete;

    /// Hands out what is still open: calls that never come back.
    void finish();
    [[nodiscard]] std::uint64_t records() const { return count_; }
    /// Whether records have begun.
    [[nodiscard]] bool is_active() const { return active_; }
    /// Books the clocks that have passed; for who divides them further.
    void settle() { settle(machine_.cpu().clock); }
    /// Whose code runs since the last event.
    [[nodiscard]] std::uint32_t thread() const { return thread_; }
    /// What a trace has to know to go on in the middle; to be loaded when machine and personality
    /// are. Throws DamagedArchive.
    void persist(Archive& archive);

    void transition(const cpu::Transition& transition) override;
    void reached(LinearAddress address) override;
    void service_begins(const guest::ServiceCall& call) override;
    void service_ends(const guest::ServiceCall& call, const guest::ServiceResult& result) override;
    void thread_ended(std::uint32_t thread_id) override;
    void port_message(const guest::PortMessage& message) override;

  private:
    struct Open {
        Record record;
        std::string stage;  ///< where its own clocks go now
        bool wanted = false;
        unsigned callbacks = 0;           ///< of the thread when the passage began
        RegisterSnapshot registers = {};  ///< where the stage began
        bool told_suspended = false;

        template <typename A>
        void persist(A& archive);
    };
    /// A thread is in a stub and may be about to enter the kernel.
    struct InStub {
        std::string service;
        LinearAddress at{};
        Cycles begins;
        RegisterSnapshot registers;

        template <typename A>
        void persist(A& archive);
    };
    using Passages = std::vector<Open>;
    /// The stage whose address says that the frame is complete.
    static constexpr std::string_view frame_stage = "frame";

    void settle(std::uint64_t tick);
    [[nodiscard]] Spot spot();
    void spend_on(const cpu::Transition& transition, Open* passage, std::string_view stage);
    void enter(const cpu::Transition& transition);
    void leave(const cpu::Transition& transition);
    void close(Open open);
    void close_all(Passages& passages);
    void close_returned_callbacks(Passages& passages);
    void suspend(std::uint32_t thread);
    void dispatch(const cpu::Transition& transition);
    void find_stubs();
    void watch();
    void stub_begins(LinearAddress at, const std::string& service);
    void describe_caller(Record& record, const cpu::Transition& transition);
    void stage_begins(const guest::Stage& stage);
    void open_nested_call();
    void return_nested_call(Passages& passages);
    void open(Record record, std::string_view stage);
    /// Of the thread that runs now.
    [[nodiscard]] Passages& passages();
    void trap_frame_built(Open& passage, const guest::Stage& stage);
    [[nodiscard]] std::optional<Frame> read_frame(std::optional<LinearAddress> at) const;
    [[nodiscard]] std::string place(const cpu::ExecutionPoint& point) const;
    [[nodiscard]] std::string name_of_call(const Record& record) const;

    guest::Machine& machine_;
    guest::Personality& personality_;
    Sink& sink_;
    std::multimap<std::uint32_t, guest::Stage> stages_;
    std::map<std::uint32_t, std::string> services_;
    std::map<std::uint32_t, std::string> stubs_;  ///< service by address of the stub
    std::map<std::uint32_t, InStub> in_stub_;     ///< by thread
    std::optional<guest::Layout> layout_;
    std::optional<LinearAddress> start_;
    bool active_;
    std::map<std::uint32_t, Passages> open_;  ///< By thread, the innermost last.
    std::uint64_t count_ = 0;
    Accountant accountant_;
    std::uint32_t thread_ = 0;            ///< that ran since the last event
    unsigned ring_;                       ///< in which it did
    std::set<std::string> loaded_names_;  ///< that records of another process point to
    std::string after_frame_;  ///< the stage of a call that begins when its frame is complete
};

}  // namespace ringside::trace
