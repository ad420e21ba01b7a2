// SPDX-License-Identifier: MIT
#pragma once

#include "cpu/timing/branch_targets.hpp"
#include "cpu/timing/front_end.hpp"
#include "cpu/timing/pipe_model.hpp"

namespace ringside::cpu::timing {

/// Two pipes, U and V, in step: an instruction may run beside the one before it. Addresses,
/// prefixes and mispredicted branches cost clocks. Intel AP-500; data/pairing.tsv.
class PipePentium : public PipeModel {
  public:
    void arrive(LinearAddress at, Pipeline& into) override;
    void issue(const Issue& issue, LinearAddress at, std::uint64_t now, Pipeline& into) override;
    void restart() override;
    [[nodiscard]] bool paired() const override { return last_in_v_; }
    void persist(Archive& archive) override;

    /// Whether `v` may run beside `u`, which runs in the U pipe.
    [[nodiscard]] static bool pairs(const Issue& u, const Issue& v);
    /// Ticks in which both are done.
    [[nodiscard]] static std::uint32_t together(const Issue& u, const Issue& v);

  private:
    void join(const Issue& v, Pipeline& into);
    void begin(const Issue& u, std::uint64_t now, Pipeline& into);

    LastTransfer last_;
    FrontEnd front_;
    BranchTargets targets_;
    Issue u_;
    bool v_is_free_ = false;
    bool stalled_ = false;             ///< the run in flight waited for an address
    bool last_in_v_ = false;           ///< the last instruction ran in the V pipe
    std::uint8_t written_ = 0;         ///< by the run in flight
    std::uint8_t written_before_ = 0;  ///< by the one before
};

}  // namespace ringside::cpu::timing
