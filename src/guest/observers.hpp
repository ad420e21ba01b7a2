// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include "cpu/cpu.hpp"
#include "cpu/transition.hpp"

namespace ringside::guest {

/// Several observers on one CPU. While there are none, the CPU has no observer and no probes, and
/// pays nothing.
class Observers : public cpu::CpuObserver {
  public:
    explicit Observers(cpu::Cpu& cpu) : cpu_(cpu) {}
    Observers(const Observers&) = delete;
    Observers& operator=(const Observers&) = delete;

    /// Tells `observer` of all transitions and of the probes that it names. It must live until it
    /// is removed. Both calls flush decoded blocks: never make them while the CPU runs.
    void add(cpu::CpuObserver& observer, std::set<std::uint32_t> probes = {});
    void remove(const cpu::CpuObserver& observer);

    void transition(const cpu::Transition& transition) override;
    void reached(LinearAddress address) override;

  private:
    struct Entry {
        cpu::CpuObserver* observer;
        std::set<std::uint32_t> probes;
    };
    void install();

    cpu::Cpu& cpu_;
    std::vector<Entry> entries_;
};

}  // namespace ringside::guest
