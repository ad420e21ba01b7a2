// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include <fmt/format.h>

namespace ringside::cpu {

/// Which descriptor table a selector indexes (its TI bit).
enum class TableIndicator : std::uint8_t { gdt, ldt };

/// A segment selector (Intel SDM vol. 3, "Segment Selectors").
class Selector {
  public:
    constexpr Selector() = default;
    constexpr explicit Selector(std::uint16_t value) : value_(value) {}

    [[nodiscard]] constexpr std::uint16_t value() const { return value_; }
    [[nodiscard]] constexpr std::uint16_t index() const {
        return static_cast<std::uint16_t>(value_ >> 3);
    }
    /// Byte offset of the descriptor in its table.
    [[nodiscard]] constexpr std::uint32_t offset() const { return value_ & 0xFFF8U; }
    [[nodiscard]] constexpr TableIndicator table() const {
        return (value_ & 4) != 0 ? TableIndicator::ldt : TableIndicator::gdt;
    }
    [[nodiscard]] constexpr unsigned rpl() const { return value_ & 3U; }
    [[nodiscard]] constexpr Selector with_rpl(unsigned rpl) const {
        return Selector{static_cast<std::uint16_t>((value_ & 0xFFFCU) | rpl)};
    }
    /// One of the four values 0 to 3, which name no descriptor.
    [[nodiscard]] constexpr bool is_null() const { return (value_ & 0xFFFCU) == 0; }
    /// The selector as an error code: RPL cleared, EXT added by whoever delivers.
    [[nodiscard]] constexpr std::uint32_t error_code() const { return value_ & 0xFFFCU; }

    friend constexpr bool operator==(Selector, Selector) = default;

  private:
    std::uint16_t value_ = 0;
};

}  // namespace ringside::cpu

template <>
struct fmt::formatter<ringside::cpu::Selector> {
    constexpr auto parse(format_parse_context& context) { return context.begin(); }
    template <typename Context>
    auto format(ringside::cpu::Selector selector, Context& context) const {
        return fmt::format_to(context.out(), "{:04X}", selector.value());
    }
};
