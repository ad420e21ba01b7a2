// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "debug/inspector.hpp"

namespace ringside::debug {

/// How the code of a frame was found.
enum class FrameKind : std::uint8_t {
    innermost,    ///< the registers themselves
    called,       ///< a return address in a chain of EBP
    returned_to,  ///< a return address on top of the stack of code that has no EBP of its own yet
    trapped,      ///< a trap frame interrupted it
    entered,      ///< it came through a gate whose trap frame is not complete yet
};

struct StackFrame {
    FrameKind kind{};
    LinearAddress at{};  ///< EIP, or the return address
    LinearAddress ebp{};
    unsigned ring = 0;
    /// The trap frame of kind `trapped`, what the processor pushed of kind `entered`.
    std::optional<LinearAddress> trap{};
};

/// The calls under way, innermost first: by the chain of EBP, through the trap frames that it
/// meets to what they interrupted, so across the ring border as well. Code in front of its
/// `mov ebp, esp`, and stubs that have none, are told by their instructions and by return
/// addresses. At most `most` frames; ends where the chain does, or where it goes nowhere.
[[nodiscard]] std::vector<StackFrame> walk_stack(const Inspector& inspector, std::size_t most);

}  // namespace ringside::debug
