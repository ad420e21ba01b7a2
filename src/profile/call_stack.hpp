// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/cycles.hpp"
#include "profile/call_tree.hpp"

namespace ringside::profile {

/// How control came to where it is.
enum class Arrival : std::uint8_t { call, ret, jump };

/// A place in a function.
struct Place {
    FunctionId function = 0;
    bool is_entry = false;  ///< the function's first instruction
};

/// Who called whom on one thread, told by ESP: a frame is left when ESP lies above the return
/// address. So it makes no difference how a function returns, or how many at once.
class CallStack {
  public:
    explicit CallStack(CallTree& tree) : tree_(tree) {}

    /// Whether control, coming by a jump, is where the stack has it anyhow.
    [[nodiscard]] bool is_in(FunctionId function) const {
        return !frames_.empty() && !frames_.back().is_gate && frames_.back().function == function;
    }
    void arrive(Arrival how, Place place, std::uint32_t esp, bool may_unwind);
    /// A gate, told from others by the clock at which it was reached.
    void enter_gate(FunctionId gate, Cycles begins);
    /// The passage through that gate is over, with everything that it called.
    void leave_gate(Cycles begins);

    [[nodiscard]] NodeId node() const {
        return frames_.empty() ? CallTree::root : frames_.back().node;
    }
    /// The innermost gate, or what `node` says.
    [[nodiscard]] NodeId gate() const;

  private:
    static constexpr std::uint32_t never_left = UINT32_MAX;
    static constexpr std::size_t most_frames = 1U << 18;

    struct Frame {
        std::uint32_t esp = never_left;  ///< at its first instruction: of the return address
        NodeId node = 0;
        FunctionId function = 0;
        bool is_gate = false;
        Cycles begins;  ///< of a gate
    };
    void push(std::uint32_t esp, FunctionId function);
    void go_on_in(Place place);

    CallTree& tree_;
    std::vector<Frame> frames_;
};

}  // namespace ringside::profile
