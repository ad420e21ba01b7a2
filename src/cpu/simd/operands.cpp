// SPDX-License-Identifier: MIT
#include "cpu/simd/operands.hpp"

namespace ringside::cpu::simd {

LinearAddress CheckedAddress::address(Cpu& cpu, const Op* op, std::uint32_t size,
                                      mmu::Access access) {
    return Segmented::address(cpu, op, size, access);
}

}  // namespace ringside::cpu::simd
