// SPDX-License-Identifier: MIT
#include "debug/run_to.hpp"

#include <set>
#include <utility>

namespace ringside::debug {
namespace {

/// Stops at the first probe, or at the first instruction of ring 3.
class StopAt : public cpu::CpuObserver {
  public:
    StopAt(guest::Machine& machine, std::set<std::uint32_t> probes, bool at_ring_three)
        : machine_(machine), at_ring_three_(at_ring_three) {
        machine_.observers().add(*this, std::move(probes));
    }
    ~StopAt() override { machine_.observers().remove(*this); }
    StopAt(const StopAt&) = delete;
    StopAt& operator=(const StopAt&) = delete;

    void transition(const cpu::Transition& transition) override {
        if (at_ring_three_ && transition.after.cpl() == 3) {
            machine_.stop();
        }
    }
    void reached(LinearAddress) override { machine_.stop(); }

  private:
    guest::Machine& machine_;
    bool at_ring_three_;
};

}  // namespace

guest::StopReason run_to(LinearAddress address, guest::Machine& machine,
                         guest::Personality& personality, const guest::Limits& limits) {
    const StopAt at(machine, {address.value}, false);
    return machine.run(personality, limits);
}

guest::StopReason run_to(Place place, guest::Machine& machine, guest::Personality& personality,
                         const guest::Limits& limits) {
    const auto entry = personality.program_entry();
    std::set<std::uint32_t> probes;
    if (entry) {
        probes.insert(entry->value);
    }
    guest::StopReason stop;
    {
        const StopAt at(machine, std::move(probes), !entry);
        stop = machine.run(personality, limits);
    }
    if (place == Place::program_entry || stop.kind != guest::StopKind::observer) {
        return stop;
    }
    std::set<std::uint32_t> frames;
    for (const guest::Stage& stage : personality.stages()) {
        if (stage.name == "frame") {
            frames.insert(stage.at.value);
        }
    }
    const StopAt at(machine, std::move(frames), false);
    return machine.run(personality, limits);
}

}  // namespace ringside::debug
