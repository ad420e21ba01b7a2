// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "nt/objects/object.hpp"
#include "nt/objects/timer_owner.hpp"
#include "nt/scheduling/timer_apc.hpp"

namespace ringside::nt {

enum class TimerType : std::uint8_t { notification = 0, synchronization = 1 };

inline constexpr std::uint32_t TIMER_QUERY_STATE = 0x0001;
inline constexpr std::uint32_t TIMER_MODIFY_STATE = 0x0002;
inline constexpr GenericMapping timer_mapping{
    .read = 0x00020001, .write = 0x00020002, .execute = 0x00120000, .all = 0x001F0003};

/// Becomes signalled when its time comes, once or again and again.
class TimerObject final : public Object,
                          public TimerOwner,
                          public std::enable_shared_from_this<TimerObject> {
  public:
    explicit TimerObject(TimerType timer_kind) : Object(ObjectType::timer), kind(timer_kind) {}

    [[nodiscard]] std::string describe() const override { return describe_as("Timer"); }
    void persist(KernelArchive& archive) override;
    [[nodiscard]] bool is_signalled_for(const kernelkit::Waiter&) const override { return signal_; }
    kernelkit::SignalKind acquire(kernelkit::Waiter&) override {
        if (kind == TimerType::synchronization) {
            signal_ = false;
        }
        return kernelkit::SignalKind::plain;
    }
    void timer_expired(Kernel& kernel, const kernelkit::ExpiredTimer& timer) override;

    /// Starts anew: not signalled, due at an interrupt time, which may have passed; nothing: never.
    /// `period` is in 100 ns, 0 for once.
    void set(Kernel& kernel, std::optional<kernelkit::GuestTime> due, kernelkit::GuestTime period,
             std::optional<TimerApc> apc);
    /// Stops, and takes back an APC that was not delivered yet. The state stays.
    void cancel(Kernel& kernel);

    [[nodiscard]] bool is_signalled() const { return signal_; }
    /// Interrupt time at which it is due; 0 when it is not set.
    [[nodiscard]] kernelkit::GuestTime due() const { return timer_ ? due_ : 0; }

    const TimerType kind;

  private:
    void start(Kernel& kernel, kernelkit::GuestTime due);
    void expire(Kernel& kernel);

    bool signal_ = false;
    std::optional<kernelkit::TimerId> timer_;
    kernelkit::GuestTime due_ = 0;
    kernelkit::GuestTime period_ = 0;
    std::optional<TimerApc> apc_;
};

}  // namespace ringside::nt
