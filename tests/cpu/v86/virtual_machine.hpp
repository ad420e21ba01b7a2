// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "cpu/privilege/rings.hpp"

namespace ringside::test {

/// Rings at ring 0 about to IRETD to virtual 8086 mode.
class VirtualMachine {
  public:
    // Paragraphs of the program.
    static constexpr std::uint16_t code = 0x4000;
    static constexpr std::uint16_t stack = 0x5000;
    static constexpr std::uint16_t ds = 0x6001;
    static constexpr std::uint16_t es = 0x6102;
    static constexpr std::uint16_t fs = 0x6203;
    static constexpr std::uint16_t gs = 0x6304;
    static constexpr std::uint32_t start = 0x100;
    static constexpr std::uint32_t stack_top = 0x8000;
    static constexpr std::uint32_t frame = 0x2E000;  ///< of the IRETD

    explicit VirtualMachine(std::uint32_t eflags, cpu::Model model = cpu::Model::i486);

    /// An IRETD to the program in hexadecimal, then runs.
    cpu::Exit enter(std::string_view hex, std::uint32_t eip = start);
    /// The IRETD alone.
    void step_in();

    /// Puts values on the program's stack, the first at its top, below what was put before.
    void push16(std::initializer_list<std::uint32_t> values);
    void push32(std::initializer_list<std::uint32_t> values);

    /// The vector of the last transition but the IRETDs.
    [[nodiscard]] unsigned delivered() const;
    /// That vector came with the program at start + `offset`.
    [[nodiscard]] bool faulted(cpu::Vector vector, std::uint32_t offset,
                               std::uint32_t error_code = 0) const;

    Rings rings;

  private:
    void place_frame(std::uint32_t eip);

    std::uint32_t eflags_;
    std::uint32_t esp_ = stack_top;
};

}  // namespace ringside::test
