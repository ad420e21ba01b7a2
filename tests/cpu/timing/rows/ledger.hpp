// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <Zydis/Zydis.h>

#include "cpu/model.hpp"
#include "cpu/timing/rows/printed_figure.hpp"

namespace ringside::test {

/// Every row of data/clocks.tsv with every model that has it: what was run, and what it cost.
class Ledger {
  public:
    /// The row; fails the test when there is none. `mode` may be empty when one row has the form.
    [[nodiscard]] static const cpu::timing::ClockRow& row(std::string_view key,
                                                          std::string_view form,
                                                          std::string_view mode = {});

    /// `measured` ticks where the row, with what was added to it, makes `expected`.
    void note(const cpu::timing::ClockRow& row, cpu::Model model, const std::string& what,
              std::uint64_t expected, std::uint64_t measured);
    /// The instruction did not do what the row is about.
    void astray(const cpu::timing::ClockRow& row, cpu::Model model, const std::string& what);

    /// An instruction that was run.
    void saw(const std::vector<std::uint8_t>& bytes, bool code32);

    [[nodiscard]] const std::vector<std::string>& complaints() const { return complaints_; }
    [[nodiscard]] std::size_t runs() const { return runs_; }
    [[nodiscard]] std::size_t pairs() const { return ran_.size(); }
    /// "KEY form mode on model" of every figure that nothing ran.
    [[nodiscard]] std::vector<std::string> left_out() const;
    /// Every instruction of the processor that was not run in any form.
    [[nodiscard]] std::vector<std::string> unseen() const;

  private:
    std::set<std::pair<const cpu::timing::ClockRow*, cpu::Model>> ran_;
    std::set<ZydisMnemonic> seen_;
    std::vector<std::string> complaints_;
    std::size_t runs_ = 0;
};

/// The models with columns of their own; `modern` costs what p6 costs, and is noted as that.
inline constexpr std::array clocked_models{cpu::Model::i386, cpu::Model::i486, cpu::Model::pentium,
                                           cpu::Model::p6};

// The families, each of which runs its rows on every model.
void run_operand_rows(Ledger& ledger);
void run_near_branch_rows(Ledger& ledger);
void run_adder_rows(Ledger& ledger);
void run_entry_rows(Ledger& ledger);
void run_return_rows(Ledger& ledger);
void run_far_transfer_rows(Ledger& ledger);
void run_task_rows(Ledger& ledger);
void run_port_rows(Ledger& ledger);

}  // namespace ringside::test
