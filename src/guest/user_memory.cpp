// SPDX-License-Identifier: MIT
#include "guest/user_memory.hpp"

#include <algorithm>

namespace ringside::guest {

template <typename Transfer>
Expected<void, AccessFailure> UserMemory::access(LinearAddress start, std::size_t length,
                                                 mmu::Access access, ProcessorMode mode,
                                                 const Transfer& transfer) {
    const bool user = mode == ProcessorMode::user;
    const std::uint64_t end = user ? std::uint64_t{probe_limit_.value} : std::uint64_t{1} << 32;
    const auto privilege = user ? mmu::Privilege::user : mmu::Privilege::supervisor;
    std::size_t done = 0;
    while (done < length) {
        const std::uint64_t at = std::uint64_t{start.value} + done;
        if (at >= end) {
            const LinearAddress beyond{static_cast<std::uint32_t>(at)};
            return Unexpected{AccessFailure{beyond, access, violation_}};
        }
        const LinearAddress here{static_cast<std::uint32_t>(at)};
        const std::size_t piece =
            std::min<std::size_t>(length - done, page_size - page_offset(here));
        auto physical = mmu_.resolve(here, access, privilege);
        if (!physical) {
            if (const std::uint32_t status = resolver_.resolve(here, access, mode); status != 0) {
                return Unexpected{AccessFailure{here, access, status}};
            }
            physical = mmu_.resolve(here, access, privilege);
        }
        if (!physical) {
            return Unexpected{AccessFailure{here, access, violation_}};
        }
        transfer(*physical, done, piece);
        done += piece;
    }
    return {};
}

Expected<void, AccessFailure> UserMemory::read(LinearAddress from, std::span<std::byte> to,
                                               ProcessorMode mode) {
    return access(from, to.size(), mmu::Access::read, mode,
                  [&](PhysicalAddress physical, std::size_t done, std::size_t piece) {
                      mmu_.memory().read_bytes(physical, to.subspan(done, piece));
                  });
}

Expected<void, AccessFailure> UserMemory::write(LinearAddress to, std::span<const std::byte> from,
                                                ProcessorMode mode) {
    return access(to, from.size(), mmu::Access::write, mode,
                  [&](PhysicalAddress physical, std::size_t done, std::size_t piece) {
                      if (watch_ != nullptr) {
                          watch_->before_write(to + static_cast<std::uint32_t>(done), piece);
                      }
                      mmu_.memory().write_bytes(physical, from.subspan(done, piece));
                  });
}

Expected<void, AccessFailure> UserMemory::probe(LinearAddress start, std::uint32_t length,
                                                mmu::Access wanted, ProcessorMode mode) {
    return access(start, length, wanted, mode, [](PhysicalAddress, std::size_t, std::size_t) {});
}

}  // namespace ringside::guest
