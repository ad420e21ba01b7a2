// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "cpu/cpu.hpp"

namespace ringside::cpu {

// What MOV CRn does once the privilege is checked. Each throws #GP(0), and changes nothing, for a
// value that the model refuses.

/// Reserved bits of CR0 keep their values; only impossible combinations are refused.
void set_cr0(Cpu& cpu, std::uint32_t value);
void set_cr3(Cpu& cpu, std::uint32_t value);
void set_cr4(Cpu& cpu, std::uint32_t value);

}  // namespace ringside::cpu
