// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <limits>
#include <memory>

#include "nt/ntstatus.hpp"
#include "nt/objects/thread_object.hpp"

namespace ringside::nt {

inline constexpr std::uint32_t MUTANT_QUERY_STATE = 0x0001;
inline constexpr GenericMapping mutant_mapping{
    .read = 0x00020001, .write = 0x00020000, .execute = 0x00120000, .all = 0x001F0001};

/// A mutant: Win32's mutex. It has an owner, who may take it again.
class MutantObject final : public Object,
                           public Ownable,
                           public std::enable_shared_from_this<MutantObject> {
  public:
    MutantObject() : Object(ObjectType::mutant) {}

    [[nodiscard]] std::string describe() const override { return describe_as("Mutant"); }
    void persist(KernelArchive& archive) override;
    [[nodiscard]] bool is_signalled_for(const kernelkit::Waiter& waiter) const override;
    kernelkit::SignalKind acquire(kernelkit::Waiter& waiter) override;

    /// KMUTANT.SignalState: 1 when free, one less for each time that the owner has it.
    [[nodiscard]] std::int32_t count() const { return count_; }
    [[nodiscard]] bool is_abandoned() const { return abandoned_; }
    [[nodiscard]] bool is_owned_by(const kernelkit::Waiter& thread) const;
    /// Whether the owner has it as often as it can be counted.
    [[nodiscard]] bool is_at_limit_for(const kernelkit::Waiter& thread) const {
        return is_owned_by(thread) && count_ == limit;
    }

    /// The thread gives it back once. STATUS_MUTANT_NOT_OWNED when it is another's or nobody's;
    /// STATUS_ABANDONED_WAIT_0 in its place when an owner's end has freed it.
    [[nodiscard]] NTSTATUS release(Kernel& kernel, ThreadObject& thread);
    /// Its owner has ended: whoever takes it next is told.
    void abandon(Kernel& kernel) override;

    static constexpr std::int32_t limit = std::numeric_limits<std::int32_t>::min();
    /// As if the owner had taken it that often; for tests of the limit.
    void set_count(std::int32_t count) { count_ = count; }

  private:
    void become_free(Kernel& kernel);

    std::weak_ptr<ThreadObject> owner_;
    std::int32_t count_ = 1;
    bool abandoned_ = false;
};

}  // namespace ringside::nt
