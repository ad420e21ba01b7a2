// SPDX-License-Identifier: MIT
#include "nt/objects/mutant_object.hpp"

#include <utility>

#include "nt/kernel.hpp"

namespace ringside::nt {

bool MutantObject::is_owned_by(const kernelkit::Waiter& thread) const {
    const auto owner = owner_.lock();
    return owner && owner.get() == &thread;
}

bool MutantObject::is_signalled_for(const kernelkit::Waiter& waiter) const {
    return count_ > 0 || (is_owned_by(waiter) && count_ != limit);
}

kernelkit::SignalKind MutantObject::acquire(kernelkit::Waiter& waiter) {
    auto& thread = static_cast<ThreadObject&>(waiter);
    if (count_ > 0) {
        owner_ = thread.weak_from_this();
        thread.owned.push_back(shared_from_this());
    }
    --count_;
    return std::exchange(abandoned_, false) ? kernelkit::SignalKind::abandoned
                                            : kernelkit::SignalKind::plain;
}

NTSTATUS MutantObject::release(Kernel& kernel, ThreadObject& thread) {
    if (!is_owned_by(thread)) {
        return abandoned_ ? STATUS_ABANDONED_WAIT_0 : STATUS_MUTANT_NOT_OWNED;
    }
    if (++count_ > 0) {
        std::erase_if(thread.owned, [this](const std::shared_ptr<Ownable>& owned) {
            return owned.get() == this;
        });
        become_free(kernel);
    }
    return STATUS_SUCCESS;
}

void MutantObject::abandon(Kernel& kernel) {
    abandoned_ = true;
    become_free(kernel);
}

void MutantObject::become_free(Kernel& kernel) {
    count_ = 1;
    owner_.reset();
    kernel.dispatcher.signal(*this);
}

}  // namespace ringside::nt
