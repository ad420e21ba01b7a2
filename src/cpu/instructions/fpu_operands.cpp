// SPDX-License-Identifier: MIT
#include "cpu/instructions/fpu_operands.hpp"

#include "base/bits.hpp"
#include "cpu/operands.hpp"

namespace ringside::cpu {

LinearAddress MemoryImage::part(std::uint32_t place, std::uint32_t size) const {
    std::uint32_t offset = effective_offset(cpu_, op_) + place;
    if ((op_->modes & op_mode::address16) != 0) {
        offset &= 0xFFFFU;
    }
    return linear(cpu_, static_cast<SegmentRegister>(op_->segment), offset, size, access_);
}

void MemoryImage::require(TriedFirst tried) {
    const bool wraps = (op_->modes & op_mode::address16) != 0;
    const LinearAddress first = part(0, wraps ? 2 : size_);
    check_whole(cpu_, op_, first, wraps ? 2 : size_);
    const LinearAddress last = part(size_ - 1, 1);
    if (tried == TriedFirst::last_byte) {
        cpu_.probe(last, 1, access_, cpu_.privilege());
    }
    // The access itself checks alignment.
    if (access_ == mmu::Access::read) {
        static_cast<void>((op_->modes & op_mode::operand16) != 0 ? cpu_.read<std::uint16_t>(first)
                                                                 : cpu_.read<std::uint32_t>(first));
    } else if ((op_->modes & op_mode::operand16) != 0) {
        static_cast<void>(cpu_.modify<std::uint16_t>(first));
    } else {
        static_cast<void>(cpu_.modify<std::uint32_t>(first));
    }
    for (std::uint32_t place = 0; wraps && place < size_; place += 2) {
        static_cast<void>(part(place, 2));
    }
    cpu_.probe(last, 1, access_, cpu_.privilege());
}

void MemoryImage::read(std::span<std::byte> to) {
    for (std::uint32_t i = 0; i < to.size(); i += 2) {
        store(to.data() + i, cpu_.read<std::uint16_t>(part(i, 2)));
    }
}

void MemoryImage::write(std::uint32_t place, std::span<const std::byte> from) {
    for (std::uint32_t i = 0; i < from.size(); i += 2) {
        cpu_.write<std::uint16_t>(part(place + i, 2), load<std::uint16_t>(from.data() + i));
    }
}

}  // namespace ringside::cpu
