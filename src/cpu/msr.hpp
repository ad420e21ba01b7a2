// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "cpu/cpu.hpp"

namespace ringside::cpu {

/// A model-specific register (Intel SDM vol. 4). `tick` is the counter at the instruction.
struct ModelSpecificRegister {
    std::uint32_t number;
    std::string_view name;
    Model first;
    std::uint64_t (*read)(const Cpu& cpu, std::uint64_t tick);
    void (*write)(Cpu& cpu, std::uint64_t value, std::uint64_t tick);
};

[[nodiscard]] std::span<const ModelSpecificRegister> model_specific_registers();

/// The row of a number; null when the model has no such register: RDMSR and WRMSR are #GP(0).
[[nodiscard]] const ModelSpecificRegister* find_msr(Model model, std::uint32_t number);

}  // namespace ringside::cpu
