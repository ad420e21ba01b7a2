// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>

#include "base/address.hpp"
#include "cpu/model.hpp"
#include "cpu/timing/issue.hpp"

namespace ringside {
class Archive;
}

namespace ringside::cpu::timing {

class Pipeline;

/// How the instructions of one processor meet in its pipeline.
class PipeModel {
  public:
    virtual ~PipeModel() = default;

    /// Control arrives at `at`: what that says of the instruction before, which is over.
    virtual void arrive(LinearAddress at, Pipeline& into) = 0;
    /// The instruction at `at` is issued; the counter shows `now`.
    virtual void issue(const Issue& issue, LinearAddress at, std::uint64_t now, Pipeline& into) = 0;
    /// Nothing is in flight any more. What was learnt of branches stays.
    virtual void restart() = 0;
    /// The instruction issued last runs beside the one before it.
    [[nodiscard]] virtual bool paired() const { return false; }
    virtual void persist(Archive& archive) = 0;
};

/// Null for the i386, whose pipeline shows in no documented figure.
[[nodiscard]] std::unique_ptr<PipeModel> pipe_model_of(Model model);

/// The instruction before, as far as its successor's place tells where it led.
class LastTransfer {
  public:
    void note(const Issue& issue, LinearAddress at) {
        transfer_ = issue.transfer;
        leads_back_ = issue.leads_back;
        branch_ = at;
        behind_ = at + issue.length;
    }
    void clear() { transfer_ = Transfer::none; }

    [[nodiscard]] Transfer transfer() const { return transfer_; }
    /// A near branch, so one that is predicted.
    [[nodiscard]] bool is_branch() const {
        return transfer_ != Transfer::none && transfer_ != Transfer::other;
    }
    [[nodiscard]] bool leads_back() const { return leads_back_; }
    [[nodiscard]] LinearAddress branch() const { return branch_; }
    [[nodiscard]] LinearAddress behind() const { return behind_; }
    /// Whether it led away. A conditional branch to the instruction behind it did not.
    [[nodiscard]] bool taken(LinearAddress at) const {
        return transfer_ != Transfer::none && (transfer_ != Transfer::conditional || at != behind_);
    }

    template <typename A>
    void persist(A& archive) {
        persist_all(archive, transfer_, leads_back_, branch_, behind_);
    }

  private:
    Transfer transfer_ = Transfer::none;
    bool leads_back_ = false;
    LinearAddress branch_{};
    LinearAddress behind_{};
};

}  // namespace ringside::cpu::timing
