// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "cpu/transition.hpp"
#include "guest/machine.hpp"

namespace ringside::trace {

/// Where the clocks went, by ring and by kind of transition.
class Statistics : public cpu::CpuObserver {
  public:
    explicit Statistics(guest::Machine& machine);
    ~Statistics() override;
    Statistics(const Statistics&) = delete;
    Statistics& operator=(const Statistics&) = delete;

    void transition(const cpu::Transition& transition) override;
    void reached(LinearAddress) override {}

    /// The table, for a reader. `assumed` marks totals that contain figures of no manual;
    /// `service_body` says what clocks the bodies of services have.
    [[nodiscard]] std::string text(bool assumed,
                                   std::string_view service_body = "not modelled") const;

  private:
    struct Sum {
        std::uint64_t count = 0;
        std::uint64_t clocks = 0;
    };

    guest::Machine& machine_;
    Cycles last_{};
    std::array<std::uint64_t, 4> rings_{};
    std::map<std::string, Sum> kinds_;
};

}  // namespace ringside::trace
