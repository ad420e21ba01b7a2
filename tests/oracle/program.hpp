// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "oracle/segments.hpp"
#include "oracle/state.hpp"

namespace ringside::oracle {

/// Code and all that it starts from.
struct Program {
    State before;
    std::uint32_t start = 0;  ///< linear address of the first byte
    std::vector<std::byte> code;
    std::vector<vectors::MemoryByte> memory;  ///< differs from the machine's; later ones win

    [[nodiscard]] bool code32() const { return is_32bit(before.registers.low(cs)); }
    /// One past the last byte.
    [[nodiscard]] std::uint32_t end() const {
        return start + static_cast<std::uint32_t>(code.size());
    }

  private:
    static constexpr auto cs = vectors::Register::cs;
};

/// Whether the code holds nothing that could enter the host's kernel other than by an exception,
/// wherever in it control may go: INT 80h, SYSCALL, SYSENTER.
[[nodiscard]] bool stays_outside_the_kernel(const Program& program);

}  // namespace ringside::oracle
