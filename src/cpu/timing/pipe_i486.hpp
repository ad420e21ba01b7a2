// SPDX-License-Identifier: MIT
#pragma once

#include "cpu/timing/front_end.hpp"
#include "cpu/timing/pipe_model.hpp"

namespace ringside::cpu::timing {

/// One instruction after the other: an address waits for the register that the instruction before
/// wrote, and prefixes are decoded in the shadow of a long one. i486 PRM, appendix on clocks.
class PipeI486 : public PipeModel {
  public:
    void arrive(LinearAddress at, Pipeline& into) override;
    void issue(const Issue& issue, LinearAddress at, std::uint64_t now, Pipeline& into) override;
    void restart() override;
    void persist(Archive& archive) override;

  private:
    LastTransfer last_;
    FrontEnd front_;
    std::uint8_t written_ = 0;
    std::uint8_t partly_written_ = 0;
};

}  // namespace ringside::cpu::timing
