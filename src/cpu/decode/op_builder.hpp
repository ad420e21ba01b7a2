// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "cpu/cpu.hpp"
#include "cpu/decode/decoder.hpp"
#include "cpu/instruction.hpp"
#include "cpu/op.hpp"
#include "cpu/timing/issue.hpp"

namespace ringside::cpu {

namespace timing {
struct Cost;
}

/// Turns instructions into the ops of one block: handler, operands, clocks.
class OpBuilder {
  public:
    OpBuilder(const Cpu& cpu, std::uint32_t mode);

    /// Decodes the instruction at the head of `bytes` and adds its op. Undefined and too long
    /// instructions become ops that raise their fault; only `needs_more` adds nothing.
    DecodeResult add(std::span<const std::byte> bytes, std::uint32_t offset, bool code32);
    /// The next instruction's address is to be told to the observer.
    void add_probe();
    /// From here on an observer is told of control flow: first that a block begins.
    void follow_flow();
    /// Adds the op that leaves a block which no instruction of it leaves.
    void finish();

    [[nodiscard]] bool ended() const { return ended_; }
    [[nodiscard]] std::uint32_t instructions() const { return instructions_; }
    [[nodiscard]] std::uint32_t last_length() const { return last_length_; }
    [[nodiscard]] std::uint32_t bound() const { return bound_; }
    [[nodiscard]] const std::vector<Op>& ops() const { return ops_; }
    /// One for each instruction at the levels with a pipeline; else none.
    [[nodiscard]] std::vector<timing::Issue> take_issues() { return std::move(issues_); }

  private:
    void append(const Op& op, const Selection& selection = {});
    void drop_dead_flags();
    void join_pairs();
    void join_jump();
    void add_fault(Handler handler, std::uint32_t offset);
    void add_flow(Flow point, std::uint32_t offset);
    void pace(const timing::Issue& issue, std::uint32_t offset);
    /// An op that is no instruction, or one that only faults.
    void add_mark(Handler handler, std::uint32_t offset, std::uint32_t immediate = 0);
    void add_marks(const Decoded& decoded, const timing::Cost& cost, std::uint32_t offset);
    void charge(Op& op, const Decoded& decoded, const timing::Cost& cost);

    const Cpu& cpu_;
    std::uint32_t mode_;
    std::vector<Op> ops_;
    std::vector<Selection> selections_;  ///< one for each op
    std::vector<timing::Issue> issues_;
    std::uint32_t clocks_ = 0;
    std::uint32_t bound_ = 0;
    std::uint32_t next_offset_ = 0;
    std::uint32_t instructions_ = 0;
    std::uint32_t last_length_ = 1;
    bool ended_ = false;
    bool follows_flow_ = false;
    bool counts_components_;  ///< of the targets of control transfers: the i386
};

}  // namespace ringside::cpu
