// SPDX-License-Identifier: MIT
#include "nt/user_caller.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "nt/kernel.hpp"

namespace ringside::nt {
namespace {

constexpr std::uint32_t words_to_look_at = 256;
constexpr std::array<std::string_view, 2> system_modules{"ntdll", "kernel32"};

template <typename T>
bool read_user(Kernel& kernel, LinearAddress from, T& to) {
    return kernel.user_memory
        .read(from, std::as_writable_bytes(std::span(&to, 1)), guest::ProcessorMode::user)
        .has_value();
}

bool is_in_program(const Kernel& kernel, LinearAddress at) {
    const auto place = kernel.symbols.place(at);
    return place && std::find(system_modules.begin(), system_modules.end(), place->module) ==
                        system_modules.end();
}

/// CALL rel32, or CALL r/m32 in one of its lengths.
bool follows_call(Kernel& kernel, LinearAddress at) {
    constexpr std::uint8_t call_near = 0xE8;
    constexpr std::uint8_t group_5 = 0xFF;
    std::array<std::uint8_t, 7> before{};
    if (!read_user(kernel, at - static_cast<std::uint32_t>(before.size()), before)) {
        return false;
    }
    const auto byte = [&before](std::size_t back) { return before[before.size() - back]; };
    const auto is_indirect = [&](std::size_t length) {
        return byte(length) == group_5 && (byte(length - 1) >> 3 & 7) == 2;
    };
    return byte(5) == call_near || is_indirect(2) || is_indirect(3) || is_indirect(4) ||
           is_indirect(6) || is_indirect(7);
}

std::optional<LinearAddress> caller_in_program(Kernel& kernel, LinearAddress stack) {
    for (std::uint32_t i = 0; i < words_to_look_at; ++i) {
        LinearAddress word{};
        if (!read_user(kernel, stack + 4 * i, word)) {
            return std::nullopt;
        }
        if (is_in_program(kernel, word) && follows_call(kernel, word)) {
            return word;
        }
    }
    return std::nullopt;
}

}  // namespace

std::string describe_user_place(Kernel& kernel, const KTRAP_FRAME& frame) {
    const LinearAddress at{frame.Eip};
    std::string text = kernel.symbols.describe(at);
    if (!frame.is_user() || is_in_program(kernel, at)) {
        return text;
    }
    if (const auto caller = caller_in_program(kernel, LinearAddress{frame.HardwareEsp})) {
        text += fmt::format(", called from {}", kernel.symbols.describe(*caller));
    }
    return text;
}

}  // namespace ringside::nt
