// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "nt/objects/object.hpp"

namespace ringside::nt {

inline constexpr std::uint32_t SEMAPHORE_QUERY_STATE = 0x0001;
inline constexpr std::uint32_t SEMAPHORE_MODIFY_STATE = 0x0002;
inline constexpr GenericMapping semaphore_mapping{
    .read = 0x00020001, .write = 0x00020002, .execute = 0x00120000, .all = 0x001F0003};

/// Signalled while its count is above 0; each wait takes one.
class SemaphoreObject final : public Object {
  public:
    SemaphoreObject(std::int32_t initial, std::int32_t maximum)
        : Object(ObjectType::semaphore), limit(maximum), count_(initial) {}

    [[nodiscard]] std::string describe() const override { return describe_as("Semaphore"); }
    void persist(KernelArchive& archive) override;
    [[nodiscard]] bool is_signalled_for(const kernelkit::Waiter&) const override {
        return count_ > 0;
    }
    kernelkit::SignalKind acquire(kernelkit::Waiter&) override {
        --count_;
        return kernelkit::SignalKind::plain;
    }

    [[nodiscard]] std::int32_t count() const { return count_; }
    /// False, and nothing is added, when the count would pass the limit. The caller signals.
    [[nodiscard]] bool add(std::int32_t units) {
        if (units > limit - count_) {
            return false;
        }
        count_ += units;
        return true;
    }

    const std::int32_t limit;

  private:
    std::int32_t count_;
};

}  // namespace ringside::nt
