// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

#include "base/address.hpp"
#include "base/bits.hpp"
#include "cpu/segments/selector.hpp"

namespace ringside::cpu {

/// System descriptor types (S = 0), with the manual's numbers (Intel SDM vol. 3, table "System-
/// Segment and Gate-Descriptor Types").
enum class SystemType : std::uint8_t {
    tss16_available = 1,
    ldt = 2,
    tss16_busy = 3,
    call_gate16 = 4,
    task_gate = 5,
    interrupt_gate16 = 6,
    trap_gate16 = 7,
    tss32_available = 9,
    tss32_busy = 11,
    call_gate32 = 12,
    interrupt_gate32 = 14,
    trap_gate32 = 15,
};

/// An 8-byte descriptor of a GDT, LDT or IDT, read but not judged.
class Descriptor {
  public:
    constexpr Descriptor() = default;
    constexpr explicit Descriptor(std::uint64_t bytes) : bytes_(bytes) {}
    constexpr Descriptor(std::uint32_t low, std::uint32_t high)
        : bytes_((std::uint64_t{high} << 32) | low) {}

    friend constexpr bool operator==(Descriptor, Descriptor) = default;

    [[nodiscard]] constexpr std::uint32_t low() const { return static_cast<std::uint32_t>(bytes_); }
    [[nodiscard]] constexpr std::uint32_t high() const {
        return static_cast<std::uint32_t>(bytes_ >> 32);
    }

    [[nodiscard]] constexpr unsigned type() const { return bits(high(), 11U, 8U); }
    [[nodiscard]] constexpr bool is_system() const { return bit(high(), 12) == 0; }
    [[nodiscard]] constexpr unsigned dpl() const { return bits(high(), 14U, 13U); }
    [[nodiscard]] constexpr bool present() const { return bit(high(), 15) != 0; }

    [[nodiscard]] constexpr bool is_code() const { return !is_system() && (type() & 8) != 0; }
    [[nodiscard]] constexpr bool is_data() const { return !is_system() && (type() & 8) == 0; }
    [[nodiscard]] constexpr bool conforming() const { return is_code() && (type() & 4) != 0; }
    [[nodiscard]] constexpr bool expand_down() const { return is_data() && (type() & 4) != 0; }
    /// Code that may also be read, or any data.
    [[nodiscard]] constexpr bool readable() const { return is_data() || (type() & 2) != 0; }
    [[nodiscard]] constexpr bool writable() const { return is_data() && (type() & 2) != 0; }
    [[nodiscard]] constexpr bool accessed() const { return (type() & 1) != 0; }
    /// D for code, B for data and stacks.
    [[nodiscard]] constexpr bool is_32bit() const { return bit(high(), 22) != 0; }

    [[nodiscard]] constexpr std::uint32_t base() const {
        return (low() >> 16) | (bits(high(), 7U, 0U) << 16) | (high() & 0xFF000000U);
    }
    /// The last valid offset, granularity applied.
    [[nodiscard]] constexpr std::uint32_t limit() const {
        const std::uint32_t raw = (low() & 0xFFFFU) | (high() & 0x000F0000U);
        return bit(high(), 23) != 0 ? (raw << 12) | 0xFFFU : raw;
    }

    /// Byte 5, which says what the descriptor is and who may use it: P, DPL, S and the type.
    [[nodiscard]] constexpr std::uint32_t rights() const { return bits(high(), 15U, 8U); }
    /// What nearly every segment of a flat system is: present, base 0, 4 GiB, 32-bit, and either
    /// data that may be written, growing up, or code that may be read, not conforming.
    [[nodiscard]] constexpr bool is_flat() const {
        // Free are DPL, the code and accessed bits, and the bit that is the system's.
        constexpr std::uint64_t asked = ~(std::uint64_t{0x00106900} << 32);
        return (bytes_ & asked) == 0x00CF92000000FFFF;
    }

    [[nodiscard]] constexpr Descriptor with_base(std::uint32_t base) const {
        return {(low() & 0x0000FFFFU) | (base << 16),
                (high() & 0x00FFFF00U) | bits(base, 23U, 16U) | (base & 0xFF000000U)};
    }
    /// With another byte 5: P, DPL, S and the type.
    [[nodiscard]] constexpr Descriptor with_rights(std::uint32_t rights) const {
        return {low(), (high() & 0xFFFF00FFU) | (rights << 8)};
    }

    [[nodiscard]] constexpr SystemType system_type() const {
        return static_cast<SystemType>(type());
    }
    [[nodiscard]] constexpr Selector gate_selector() const {
        return Selector{static_cast<std::uint16_t>(low() >> 16)};
    }
    [[nodiscard]] constexpr std::uint32_t gate_offset() const {
        return (low() & 0xFFFFU) | (high() & 0xFFFF0000U);
    }
    [[nodiscard]] constexpr unsigned gate_parameters() const { return high() & 0x1FU; }

  private:
    // One word, so that a descriptor travels in a register.
    std::uint64_t bytes_ = 0;
};

/// "code32", "data", "TSS32 busy" ...: what an inspector prints.
[[nodiscard]] std::string_view type_name(Descriptor descriptor);

}  // namespace ringside::cpu
