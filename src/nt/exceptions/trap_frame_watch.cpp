// SPDX-License-Identifier: MIT
#include "nt/exceptions/trap_frame_watch.hpp"

#include "base/ensure.hpp"
#include "nt/exceptions/frame_edit.hpp"
#include "nt/kernel.hpp"
#include "nt/ktrap_frame.hpp"

namespace ringside::nt {
namespace {

/// Services nest by kernel callers; deeper than this the guest's chain is broken.
constexpr int deepest_chain = 64;

bool overlaps(LinearAddress write, std::size_t length, LinearAddress frame, std::uint32_t size) {
    return frame.value != 0 && write.value < std::uint64_t{frame.value} + size &&
           frame.value < std::uint64_t{write.value} + length;
}

}  // namespace

TrapFrameWatch::TrapFrameWatch(Kernel& kernel)
    : kernel_(kernel),
      stack_base_(kernel.structures.field_place("KTHREAD", "StackBase")),
      stack_limit_(kernel.structures.field_place("KTHREAD", "StackLimit")) {}

void TrapFrameWatch::before_write(LinearAddress address, std::size_t length) {
    if (permitted_ || checking_ || kernel_.thread->kthread.value == 0) {
        return;
    }
    KernelMemory& memory = kernel_.structures;
    const LinearAddress kthread = kernel_.thread->kthread;
    // InitialStack is the top of the innermost callback's part only.
    const LinearAddress top{memory.get(kthread, stack_base_)};
    const LinearAddress limit{memory.get(kthread, stack_limit_)};
    if (!overlaps(address, length, limit, top - limit)) {
        return;
    }
    // Reading the frames may fault pages in, and that writes; also left by an exception.
    struct Checking {
        explicit Checking(bool& now) : flag(now) { flag = true; }
        ~Checking() { flag = false; }
        bool& flag;
    } const checking(checking_);
    const auto check = [&](LinearAddress frame) {
        const auto held = trap_frame_at(memory, frame);
        ensure(!overlaps(address, length, frame, held.length()),
               "a live trap frame is written by frame_edit.cpp only");
        return LinearAddress{held.Edx};
    };
    if (current_trap_.value != 0) {
        check(current_trap_);
    }
    LinearAddress frame = kernel_.trap_frame();
    for (int depth = 0; depth < deepest_chain && frame >= limit && frame < top; ++depth) {
        const LinearAddress outer = check(frame);
        if (outer <= frame) {
            break;  // The stack grows down: an outer frame stands higher.
        }
        frame = outer;
    }
}

}  // namespace ringside::nt
