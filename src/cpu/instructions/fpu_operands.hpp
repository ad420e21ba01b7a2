// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>

#include "cpu/cpu.hpp"
#include "cpu/op.hpp"

namespace ringside::cpu {

// Operands of more than eight bytes: 80-bit numbers, environments, save areas. The address has
// passed segmentation; all of the operand is found accessible before any of it is touched.

/// A flat segment ends at 4 GiB.
inline void check_whole(const Cpu& cpu, const Op* op, LinearAddress a, std::uint32_t size) {
    const auto r = static_cast<SegmentRegister>(op->segment);
    if (a.value + (size - 1) < a.value && cpu.segment(r).flat_data()) [[unlikely]] {
        throw r == SegmentRegister::ss ? Fault::ss(0) : Fault::gp(0);
    }
}

/// Which byte is tried before the others, which CR2 tells: FXSAVE begins with the last one, the
/// other images with the first and then the last.
enum class TriedFirst : std::uint8_t { first_byte, last_byte };

/// An environment or save area in memory. With 16-bit addresses it wraps around at 64 KiB, and its
/// words are held against the limit one by one.
class MemoryImage {
  public:
    MemoryImage(Cpu& cpu, const Op* op, std::uint32_t size, mmu::Access access)
        : cpu_(cpu), op_(op), size_(size), access_(access) {}

    /// Throws unless all of it may be accessed: segment, alignment of its first word, pages.
    void require(TriedFirst tried = TriedFirst::first_byte);
    [[nodiscard]] LinearAddress start() const { return part(0, 1); }

    // After require(). All sizes and places are even.
    void read(std::span<std::byte> to);
    void write(std::uint32_t place, std::span<const std::byte> from);

  private:
    [[nodiscard]] LinearAddress part(std::uint32_t place, std::uint32_t size) const;

    Cpu& cpu_;
    const Op* op_;
    std::uint32_t size_;
    mmu::Access access_;
};

}  // namespace ringside::cpu
