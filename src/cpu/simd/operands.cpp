// SPDX-License-Identifier: MIT
#include "cpu/simd/operands.hpp"

namespace ringside::cpu::simd {

LinearAddress CheckedAddress::address(Cpu& cpu, const Op* op, std::uint32_t size,
                                      mmu::Access access) {
    return Segmented::address(cpu, op, size, access);
}

LinearAddress unchecked_address(const Cpu& cpu, const Op* op) {
    const auto r = static_cast<SegmentRegister>(op->segment);
    return {cpu.segment(r).base + effective_offset(cpu, op)};
}

}  // namespace ringside::cpu::simd
