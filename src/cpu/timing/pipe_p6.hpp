// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "cpu/timing/pipe_model.hpp"

namespace ringside::cpu::timing {

/// Of a core that runs out of order only its wrong guesses are charged, each with the parameter
/// `branch_mispredict`: 512 branch targets in sets of 4, each with a history of four outcomes and a
/// two-bit counter for each history, and a stack of 16 return addresses. What is not known: a
/// branch backwards is taken, one forwards not, a direct one costs nothing.
class PipeP6 : public PipeModel {
  public:
    PipeP6();

    void arrive(LinearAddress at, Pipeline& into) override;
    void issue(const Issue& issue, LinearAddress at, std::uint64_t now, Pipeline& into) override;
    void restart() override { last_.clear(); }
    void persist(Archive& archive) override;

  private:
    static constexpr std::size_t sets = 128;
    static constexpr std::size_t ways = 4;
    static constexpr std::size_t histories = 16;
    static constexpr std::size_t returns = 16;

    struct Entry {
        bool valid = false;
        std::uint8_t history = 0;
        std::array<std::uint8_t, histories> counters{};
        LinearAddress branch{};
        LinearAddress target{};
        std::uint64_t used = 0;
    };

    bool wrong(LinearAddress at);
    bool wrong_return(LinearAddress at);
    bool wrong_unknown(bool taken) const;
    Entry& entry_for(LinearAddress branch, bool& known);

    std::uint32_t penalty_;  ///< ticks
    LastTransfer last_;
    std::array<std::array<Entry, ways>, sets> entries_{};
    std::uint64_t uses_ = 0;
    std::array<LinearAddress, returns> return_stack_{};
    std::size_t return_top_ = 0;
};

}  // namespace ringside::cpu::timing
