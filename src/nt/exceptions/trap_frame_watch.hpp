// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "guest/user_memory.hpp"
#include "nt/structures/kernel_memory.hpp"

namespace ringside::nt {

class Kernel;
class FrameEdit;

/// Holds that no host code writes a live trap frame but nt/exceptions/frame_edit.cpp. Live are the
/// frames of the current thread: the chain from KTHREAD.TrapFrame, and the frame that a trap
/// handed to the hypercall that runs now.
class TrapFrameWatch final : public guest::WriteWatch {
  public:
    explicit TrapFrameWatch(Kernel& kernel);

    void before_write(LinearAddress, std::size_t length) override;

    /// A trap's frame is live while its hypercall runs; 0 afterwards.
    void set_current_trap(LinearAddress frame) { current_trap_ = frame; }

  private:
    friend class FrameEdit;
    Kernel& kernel_;
    const FieldPlace stack_base_;  ///< of KTHREAD, as the next
    const FieldPlace stack_limit_;
    LinearAddress current_trap_;
    bool permitted_ = false;
    bool checking_ = false;
};

}  // namespace ringside::nt
