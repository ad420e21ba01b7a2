// SPDX-License-Identifier: MIT
#include "trace/call_stack.hpp"

#include <array>
#include <cstdint>
#include <span>

namespace ringside::trace {
namespace {

/// Whether the bytes before `address` are a near CALL, relative or indirect.
bool follows_call(const guest::Machine& machine, LinearAddress address) {
    std::array<std::byte, 7> bytes{};
    if (!machine.peek(address - 7, std::as_writable_bytes(std::span(bytes)))) {
        return false;
    }
    const auto at = [&bytes](std::size_t back) {
        return std::to_integer<unsigned>(bytes[bytes.size() - back]);
    };
    const auto indirect = [&at](std::size_t length) {
        return at(length) == 0xFF && ((at(length - 1) >> 3) & 7) == 2;
    };
    return at(5) == 0xE8 || indirect(2) || indirect(3) || indirect(4) || indirect(6) || indirect(7);
}

}  // namespace

std::vector<LinearAddress> callers(const guest::Machine& machine, const guest::SymbolTable& symbols,
                                   const cpu::ExecutionPoint& point, std::size_t most) {
    std::vector<LinearAddress> result;
    for (std::uint32_t i = 0; i < most; ++i) {
        const auto word = machine.peek<std::uint32_t>(LinearAddress{point.esp + 4 * i});
        if (!word || !symbols.place(LinearAddress{*word}) ||
            !follows_call(machine, LinearAddress{*word})) {
            break;
        }
        result.push_back(LinearAddress{*word});
    }
    return result;
}

}  // namespace ringside::trace
