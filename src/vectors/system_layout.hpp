// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace ringside::vectors::layout {

// The system's part of a protected-mode vector machine, in linear addresses above all that vectors
// may map. Physically it follows the last page of the vectors.
inline constexpr std::uint32_t base = 0xF0000000;
inline constexpr std::uint32_t gdt = base;
inline constexpr std::uint32_t ldt = base + 0x10000;
inline constexpr std::uint32_t idt = base + 0x20000;
inline constexpr std::uint32_t tss = base + 0x21000;
inline constexpr std::uint32_t stack_top = base + 0x23000;
/// One HLT for each vector.
inline constexpr std::uint32_t handlers = base + 0x23000;
inline constexpr std::uint32_t fpu_image = base + 0x24000;
inline constexpr std::uint32_t fpu_restore = base + 0x24400;
inline constexpr std::uint32_t fpu_save = base + 0x24800;
inline constexpr std::uint32_t size = 0x25000;

}  // namespace ringside::vectors::layout
