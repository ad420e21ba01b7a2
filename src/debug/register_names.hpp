// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "debug/inspector.hpp"

namespace ringside::debug {

/// The value of a register by its manual's name, in either case: general registers and their
/// parts, eip, efl or eflags, selectors; of the processor also cr0 to cr4, dr0 to dr7, tr, ldtr,
/// gdtr and idtr (their bases). Nothing for any other word.
[[nodiscard]] std::optional<std::uint32_t> register_value(const Inspector& inspector,
                                                          std::string_view name);

/// The names of the flags that are set, as the manual writes them: "CF ZF IF".
[[nodiscard]] std::string flag_names(std::uint32_t eflags);

/// General registers, EIP, selectors and flags in four lines.
[[nodiscard]] std::string register_lines(const Inspector& inspector);
/// Control, debug and table registers of the processor.
[[nodiscard]] std::string control_register_lines(const cpu::Cpu& cpu);
/// The segment registers with their hidden parts.
[[nodiscard]] std::string segment_lines(const cpu::Cpu& cpu);

}  // namespace ringside::debug
