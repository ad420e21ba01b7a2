// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "cpu/cpu.hpp"
#include "cpu/transition.hpp"

namespace ringside::guest {

/// Whether an observer is told of calls, returns and blocks.
enum class ControlFlow : std::uint8_t { ignored, followed };

/// Several observers on one CPU. While there are none, the CPU has no observer and no probes, and
/// pays nothing.
class Observers : public cpu::CpuObserver {
  public:
    explicit Observers(cpu::Cpu& cpu) : cpu_(cpu) {}
    Observers(const Observers&) = delete;
    Observers& operator=(const Observers&) = delete;

    /// Tells `observer` of all transitions and of the probes that it names. It must live until it
    /// is removed. Both calls flush decoded blocks: never make them while the CPU runs. Observers
    /// hear of a thing in the order in which they were added.
    void add(cpu::CpuObserver& observer, std::set<std::uint32_t> probes = {},
             ControlFlow flow = ControlFlow::ignored, std::vector<cpu::Watch> watches = {});
    void remove(const cpu::CpuObserver& observer);
    /// Whether those that are there now are told nothing until it ends; one that is added meanwhile
    /// hears all. May change while the CPU does not run.
    void set_deaf(bool deaf);
    /// The next time that control reaches this address, nobody is told: they were, and the
    /// instruction there has waited since.
    void pass_probe(LinearAddress address) { passed_ = address; }

    void transition(const cpu::Transition& transition) override;
    void reached(LinearAddress address) override;
    void accessed(const cpu::MemoryAccess& access) override;
    void flow(cpu::Flow point, LinearAddress address) override;
    [[nodiscard]] bool divides(LinearAddress address) const override;

  private:
    struct Entry {
        cpu::CpuObserver* observer;
        std::set<std::uint32_t> probes;
        ControlFlow flow;
        std::vector<cpu::Watch> watches;
        bool deaf = false;
    };
    void install();

    cpu::Cpu& cpu_;
    std::vector<Entry> entries_;
    std::optional<LinearAddress> passed_;
};

}  // namespace ringside::guest
