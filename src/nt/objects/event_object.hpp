// SPDX-License-Identifier: MIT
#pragma once

#include "nt/objects/object.hpp"

namespace ringside::nt {

enum class EventType : std::uint8_t { notification = 0, synchronization = 1 };

inline constexpr std::uint32_t EVENT_QUERY_STATE = 0x0001;
inline constexpr std::uint32_t EVENT_MODIFY_STATE = 0x0002;
inline constexpr GenericMapping event_mapping{
    .read = 0x00020001, .write = 0x00020002, .execute = 0x00120000, .all = 0x001F0003};

/// Signalled until reset, or until one wait has taken the signal.
class EventObject final : public Object {
  public:
    EventObject(EventType event_kind, bool state)
        : Object(ObjectType::event), kind(event_kind), signal(state) {}

    [[nodiscard]] std::string describe() const override { return describe_as("Event"); }
    void persist(KernelArchive& archive) override;
    [[nodiscard]] bool is_signalled_for(const kernelkit::Waiter&) const override { return signal; }
    kernelkit::SignalKind acquire(kernelkit::Waiter&) override {
        if (kind == EventType::synchronization) {
            signal = false;
        }
        return kernelkit::SignalKind::plain;
    }

    const EventType kind;
    bool signal;
};

}  // namespace ringside::nt
