// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "base/address.hpp"
#include "cpu/model.hpp"
#include "cpu/timing/adder.hpp"
#include "cpu/timing/issue.hpp"
#include "cpu/timing/level.hpp"
#include "cpu/timing/pipe_model.hpp"

namespace ringside::cpu::timing {

/// What the levels `pipe` and `memory` add to the clocks of the table, as signed corrections of the
/// counter, each filed under its adder.
///
/// A correction belongs to the instruction issued last until commit(): when that one faults, it is
/// taken back, as a faulting instruction costs nothing itself.
class Pipeline {
  public:
    /// The pipeline of a model at a level; null where nothing is added: at `count` and `table`,
    /// and on the i386 at `pipe`. `clock` is the counter that is corrected.
    static std::unique_ptr<Pipeline> make(Model model, Level level, std::uint64_t& clock);

    /// `model` may be null.
    Pipeline(std::unique_ptr<PipeModel> model, std::uint64_t& clock)
        : clock_(clock), model_(std::move(model)) {}
    Pipeline(const Pipeline&) = delete;
    Pipeline& operator=(const Pipeline&) = delete;

    /// The instruction at `at` is about to run; the counter shows `now`. What was charged until
    /// here stays.
    void issue(const Issue& issue, LinearAddress at, std::uint64_t now);
    /// Adds to the counter, at any time while an instruction or a transition is under way.
    void charge(Adder adder, std::int64_t ticks) {
        clock_ += static_cast<std::uint64_t>(ticks);
        subtotals_[adder] += ticks;
        open_.push_back({adder, ticks});
    }
    /// What was charged so far stays.
    void commit() { open_.clear(); }
    /// Undoes what was charged since the last commit.
    void take_back();
    /// Forgets what is in flight, because control went another way: an interrupt, a fault, another
    /// ring. Commits.
    void restart();

    /// The instruction issued last runs beside the one before it.
    [[nodiscard]] bool paired() const { return model_ && model_->paired(); }
    /// Instructions so far, those that faulted included.
    [[nodiscard]] std::uint64_t issued() const { return issued_; }
    [[nodiscard]] const Subtotals& subtotals() const { return subtotals_; }
    void persist(Archive& archive);

  private:
    struct Charge {
        Adder adder;
        std::int64_t ticks;
    };

    std::uint64_t& clock_;
    std::unique_ptr<PipeModel> model_;
    std::uint64_t issued_ = 0;
    Subtotals subtotals_;
    std::vector<Charge> open_;
};

}  // namespace ringside::cpu::timing
