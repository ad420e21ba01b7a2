// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cpu/transition.hpp"
#include "guest/machine.hpp"
#include "guest/personality.hpp"

namespace ringside::trace {

/// Words of `Record::via` that are no module.
namespace via {
inline constexpr std::string_view direct = "direct";  ///< the caller entered the kernel itself
inline constexpr std::string_view kernel = "kernel";  ///< kernel code, which needs no gate
}  // namespace via

/// Who asked for a passage.
struct Caller {
    std::string module;  ///< whose code called the stub, or entered the kernel itself
    std::string via = std::string(via::direct);  ///< module of the stub
    /// All modules with code on the stack, innermost first, each once.
    std::vector<std::string> modules;
    std::string stub;  ///< the service that the stub is for
};

/// The caller by the place of the entry, the return addresses above it (innermost first), and the
/// frames that EBP chains. Changes nothing in the guest.
[[nodiscard]] Caller caller_of(const guest::Machine& machine, const guest::Personality& personality,
                               const cpu::ExecutionPoint& point,
                               const std::vector<LinearAddress>& returns);

}  // namespace ringside::trace
