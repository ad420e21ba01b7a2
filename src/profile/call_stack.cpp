// SPDX-License-Identifier: MIT
#include "profile/call_stack.hpp"

namespace ringside::profile {

void CallStack::push(std::uint32_t esp, FunctionId function) {
    const NodeId node = tree_.child(this->node(), function);
    tree_.count_call(node);
    frames_.push_back({.esp = esp, .node = node, .function = function, .begins = {}});
}

void CallStack::arrive(Arrival how, Place place, std::uint32_t esp, bool may_unwind) {
    if (how == Arrival::call && frames_.size() < most_frames) {
        push(esp, place.function);
        return;
    }
    if (how == Arrival::ret || may_unwind) {
        while (!frames_.empty() && esp > frames_.back().esp) {
            frames_.pop_back();
        }
    }
    go_on_in(place);
}

/// Code that jumps from function to function shares one frame among them: each is then its
/// caller's callee.
void CallStack::go_on_in(Place place) {
    if (frames_.empty() || frames_.back().is_gate) {
        push(never_left, place.function);
        return;
    }
    Frame& top = frames_.back();
    if (top.function == place.function) {
        return;
    }
    top.function = place.function;
    top.node = tree_.child(tree_.nodes()[top.node].parent, place.function);
    if (place.is_entry) {
        tree_.count_call(top.node);
    }
}

void CallStack::enter_gate(FunctionId gate, Cycles begins) {
    push(never_left, gate);
    frames_.back().is_gate = true;
    frames_.back().begins = begins;
}

void CallStack::leave_gate(Cycles begins) {
    for (std::size_t i = frames_.size(); i-- > 0;) {
        if (frames_[i].is_gate) {
            if (frames_[i].begins == begins) {
                frames_.resize(i);
            }
            return;  // given up by the trace while others are open inside
        }
    }
}

NodeId CallStack::gate() const {
    for (std::size_t i = frames_.size(); i-- > 0;) {
        if (frames_[i].is_gate) {
            return frames_[i].node;
        }
    }
    return node();
}

}  // namespace ringside::profile
