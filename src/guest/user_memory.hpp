// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "base/address.hpp"
#include "base/expected.hpp"
#include "mmu/mmu.hpp"

namespace ringside::guest {

/// For whom the host touches guest memory: NT's PreviousMode, Linux's "from user space".
enum class ProcessorMode : std::uint8_t { kernel, user };

/// An access that could not be made, and the personality's code for why.
struct AccessFailure {
    LinearAddress address;
    mmu::Access access{};
    std::uint32_t status{};
};

/// The kernel's page-fault handler; the one that guest faults reach by their hypercall.
class PageFaultResolver {
  public:
    PageFaultResolver() = default;
    PageFaultResolver(const PageFaultResolver&) = delete;
    PageFaultResolver& operator=(const PageFaultResolver&) = delete;
    virtual ~PageFaultResolver() = default;
    /// 0 when the access may be tried again, else the status it failed with.
    virtual std::uint32_t resolve(LinearAddress, mmu::Access, ProcessorMode) = 0;
};

/// Told of every write of the host into guest memory before it happens.
class WriteWatch {
  public:
    WriteWatch() = default;
    WriteWatch(const WriteWatch&) = delete;
    WriteWatch& operator=(const WriteWatch&) = delete;
    virtual ~WriteWatch() = default;
    virtual void before_write(LinearAddress, std::size_t length) = 0;
};

/// The host's way into guest linear memory on behalf of guest code: page by page through the MMU
/// with the caller's rights, with page faults taken as the guest's own would be. For a user caller
/// everything from `probe_limit` up is out of reach, whatever the page tables say.
class UserMemory {
  public:
    /// `violation` is the status of an access beyond the limit.
    UserMemory(mmu::Mmu& mmu, PageFaultResolver& resolver, LinearAddress probe_limit,
               std::uint32_t violation)
        : mmu_(mmu), resolver_(resolver), probe_limit_(probe_limit), violation_(violation) {}

    [[nodiscard]] Expected<void, AccessFailure> read(LinearAddress from, std::span<std::byte> to,
                                                     ProcessorMode);

    /// Where the host has `size` bytes that the kernel may read now without a walk or a fault; null
    /// when only read() can tell.
    [[nodiscard]] const std::byte* at_hand(LinearAddress from, std::uint32_t size) const {
        const mmu::TlbEntry& entry = mmu_.tlb(mmu::Privilege::supervisor).slot(from);
        return entry.read_tag == page_of(from + (size - 1)).value ? entry.host(from) : nullptr;
    }

    /// A write that fails midway leaves the bytes before the failure written.
    [[nodiscard]] Expected<void, AccessFailure> write(LinearAddress to,
                                                      std::span<const std::byte> from,
                                                      ProcessorMode);

    /// Makes every page of a buffer present for the access, without touching its bytes: for output
    /// that cannot be produced twice.
    [[nodiscard]] Expected<void, AccessFailure> probe(LinearAddress, std::uint32_t length,
                                                      mmu::Access, ProcessorMode);

    void set_watch(WriteWatch* watch) { watch_ = watch; }

  private:
    template <typename Transfer>
    [[nodiscard]] Expected<void, AccessFailure> access(LinearAddress, std::size_t length,
                                                       mmu::Access, ProcessorMode, const Transfer&);

    mmu::Mmu& mmu_;
    PageFaultResolver& resolver_;
    LinearAddress probe_limit_;
    std::uint32_t violation_;
    WriteWatch* watch_ = nullptr;
};

/// A guest address of a T that came from guest code. It can be read and written through UserMemory
/// but not dereferenced.
template <typename T>
struct UserPointer {
    LinearAddress address{};

    [[nodiscard]] constexpr bool is_null() const { return address.value == 0; }
    constexpr explicit operator bool() const { return !is_null(); }
};

}  // namespace ringside::guest
