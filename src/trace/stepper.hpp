// SPDX-License-Identifier: MIT
#pragma once

#include "cpu/transition.hpp"
#include "guest/machine.hpp"
#include "guest/personality.hpp"
#include "trace/sink.hpp"
#include "trace/tracer.hpp"

namespace ringside::trace {

/// How much of a run a trace shows.
enum class Scope : std::uint8_t {
    gate,    ///< what passes a gate
    user,    ///< and each instruction of ring 3,
    kernel,  ///< of the rings inside,
    all,     ///< of either
};

/// Tells a sink of each instruction as it is about to run, from where the tracer's records begin.
class Stepper : public cpu::CpuObserver {
  public:
    /// `tracer` must have been made before.
    Stepper(guest::Machine& machine, guest::Personality& personality, const Tracer& tracer,
            Sink& sink, Scope scope);
    ~Stepper() override;
    Stepper(const Stepper&) = delete;
    Stepper& operator=(const Stepper&) = delete;

    void transition(const cpu::Transition&) override {}
    void reached(LinearAddress) override {}
    void flow(cpu::Flow point, LinearAddress address) override;
    [[nodiscard]] bool divides(LinearAddress) const override { return true; }

  private:
    guest::Machine& machine_;
    guest::Personality& personality_;
    const Tracer& tracer_;
    Sink& sink_;
    Scope scope_;
};

}  // namespace ringside::trace
