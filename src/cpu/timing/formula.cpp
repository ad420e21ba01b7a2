// SPDX-License-Identifier: MIT
#include "cpu/timing/formula.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>

namespace ringside::cpu::timing {
namespace {

struct KindRow {
    std::string_view name;
    FormulaKind kind;
    std::size_t arguments;
};

constexpr std::array kinds{
    KindRow{"count", FormulaKind::count, 4},   KindRow{"early_out", FormulaKind::early_out, 2},
    KindRow{"linear", FormulaKind::linear, 3}, KindRow{"bsf_linear", FormulaKind::bsf_linear, 3},
    KindRow{"bsf", FormulaKind::bsf, 3},       KindRow{"bsr", FormulaKind::bsr, 4},
};

std::uint32_t ceil_log2(std::uint32_t n) {
    return n == 0 ? 0 : static_cast<std::uint32_t>(std::bit_width(n - 1));
}

std::uint32_t zeros_below(std::uint32_t n) {
    return static_cast<std::uint32_t>(std::countr_zero(n));
}

std::uint32_t scan_forward(std::uint32_t n, std::uint32_t extra) {
    const std::uint32_t zeros = zeros_below(n);
    const std::uint32_t bytes = zeros / 8;
    const std::uint32_t nibbles = zeros / 4 % 2;
    const std::uint32_t bits = zeros % 4;
    return 8 + 4 * (bytes + 1) + 3 * (nibbles + 1) + 3 * (bits + 1) + extra;
}

}  // namespace

std::optional<FormulaKind> formula_kind_named(std::string_view name) {
    for (const KindRow& row : kinds) {
        if (row.name == name) {
            return row.kind;
        }
    }
    return std::nullopt;
}

std::size_t argument_count(FormulaKind kind) {
    return kinds.at(static_cast<std::size_t>(kind)).arguments;
}

std::uint64_t Formula::ticks(std::uint32_t n) const {
    const auto [a, b, c, d] = arguments_;
    std::uint64_t clocks = 0;
    switch (kind_) {
        case FormulaKind::count: clocks = n == 0 ? a : n == 1 ? b : c + std::uint64_t{d} * n; break;
        case FormulaKind::early_out: clocks = a + std::max(ceil_log2(n), 3U); break;
        case FormulaKind::linear: clocks = a + std::uint64_t{b - a} * std::min(n, c) / c; break;
        case FormulaKind::bsf_linear:
            // No one to find: nothing is counted, as with a one in bit 0.
            clocks = n == 0 ? a : a + b * zeros_below(n);
            break;
        case FormulaKind::bsf: clocks = n == 0 ? a : scan_forward(n, b); break;
        case FormulaKind::bsr:
            clocks = n == 0 ? a : b + c * (d + 1 - static_cast<std::uint32_t>(std::bit_width(n)));
            break;
    }
    return clocks * scale_;
}

std::uint64_t Formula::bound() const {
    const auto [a, b, c, d] = arguments_;
    switch (kind_) {
        case FormulaKind::count: return std::uint64_t{std::max({a, b, c + d})} * scale_;
        case FormulaKind::early_out: return std::uint64_t{a + std::max(b, 3U)} * scale_;
        case FormulaKind::linear: return std::uint64_t{std::max(a, b)} * scale_;
        case FormulaKind::bsf_linear: return std::uint64_t{a + b * (c - 1)} * scale_;
        case FormulaKind::bsf: return std::max(ticks(0), ticks(1U << (c - 1)));
        case FormulaKind::bsr: return std::max(ticks(0), ticks(1));
    }
    return 0;
}

}  // namespace ringside::cpu::timing
