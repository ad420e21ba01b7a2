// SPDX-License-Identifier: MIT
#include "cpu/instruction.hpp"

namespace ringside::cpu {

std::span<const Instruction> segment_instructions() {
    return {};
}

}  // namespace ringside::cpu
