// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cstdint>
#include <type_traits>

namespace ringside::cpu {

/// Bits of EFLAGS (Intel SDM vol. 1, "EFLAGS Register").
namespace flag {
inline constexpr std::uint32_t cf = 1U << 0;
inline constexpr std::uint32_t fixed = 1U << 1;
inline constexpr std::uint32_t pf = 1U << 2;
inline constexpr std::uint32_t af = 1U << 4;
inline constexpr std::uint32_t zf = 1U << 6;
inline constexpr std::uint32_t sf = 1U << 7;
inline constexpr std::uint32_t tf = 1U << 8;
inline constexpr std::uint32_t intf = 1U << 9;
inline constexpr std::uint32_t df = 1U << 10;
inline constexpr std::uint32_t of = 1U << 11;
inline constexpr std::uint32_t iopl = 3U << 12;
inline constexpr std::uint32_t nt = 1U << 14;
inline constexpr std::uint32_t rf = 1U << 16;
inline constexpr std::uint32_t vm = 1U << 17;
inline constexpr std::uint32_t ac = 1U << 18;
inline constexpr std::uint32_t vif = 1U << 19;
inline constexpr std::uint32_t vip = 1U << 20;
inline constexpr std::uint32_t id = 1U << 21;
inline constexpr std::uint32_t arithmetic = cf | pf | af | zf | sf | of;
}  // namespace flag

/// The six arithmetic flags, kept as the last result and its carries until somebody asks.
///
/// `result` is the result sign-extended to 32 bits. `carries` has CF in bit 31, the carry into the
/// sign bit in bit 30 (so OF is their difference) and AF in bit 3; bit 0 inverts SF and bits 15-8
/// invert bits of the parity byte, for flags that were loaded rather than computed.
class ArithmeticFlags {
  public:
    [[nodiscard]] bool cf() const { return (carries_ >> 31) != 0; }
    [[nodiscard]] bool of() const { return ((carries_ ^ (carries_ << 1)) >> 31) != 0; }
    [[nodiscard]] bool af() const { return ((carries_ >> 3) & 1) != 0; }
    [[nodiscard]] bool zf() const { return result_ == 0; }
    [[nodiscard]] bool sf() const { return ((result_ >> 31) ^ (carries_ & 1)) != 0; }
    [[nodiscard]] bool pf() const {
        return (std::popcount((result_ ^ (carries_ >> 8)) & 0xFFU) & 1) == 0;
    }

    /// A result with its vector of carries out of each bit position.
    template <typename W>
    void set(W result, W carry_vector) {
        constexpr unsigned shift = 32 - sizeof(W) * 8;
        result_ = sign_extended(result);
        carries_ = ((static_cast<std::uint32_t>(carry_vector) << shift) & 0xC0000000U) |
                   (carry_vector & 8U);
    }

    /// As a - b leaves them, for CMP and its like.
    template <typename W>
    void compare(W a, W b) {
        const W r = static_cast<W>(a - b);
        set<W>(r, static_cast<W>((~a & b) | (~(a ^ b) & r)));
    }

    /// A result with CF and OF as given and AF clear.
    template <typename W>
    void set_with(W result, bool cf, bool of, bool af = false) {
        result_ = sign_extended(result);
        carries_ =
            (std::uint32_t{cf} << 31) | (std::uint32_t{cf != of} << 30) | (std::uint32_t{af} << 3);
    }

    /// Only CF changes; the others keep their values.
    void set_cf(bool value) {
        // The carry into the sign bit moves along, so that OF stays.
        if (cf() != value) {
            carries_ ^= 0xC0000000U;
        }
    }
    void set_cf_of(bool cf, bool of) {
        carries_ =
            (carries_ & 0x3FFFFFFFU) | (std::uint32_t{cf} << 31) | (std::uint32_t{cf != of} << 30);
    }
    void set_zf(bool value) { load((value_bits() & ~flag::zf) | (value ? flag::zf : 0U)); }

    /// The flags at their places in EFLAGS.
    [[nodiscard]] std::uint32_t value_bits() const {
        return (cf() ? flag::cf : 0U) | (pf() ? flag::pf : 0U) | (af() ? flag::af : 0U) |
               (zf() ? flag::zf : 0U) | (sf() ? flag::sf : 0U) | (of() ? flag::of : 0U);
    }
    void load(std::uint32_t eflags) {
        const bool zero = (eflags & flag::zf) != 0;
        result_ = zero ? 0 : 1;
        const bool even = zero;  // parity of the result chosen above
        carries_ = ((eflags & flag::cf) != 0 ? 1U << 31 : 0U) |
                   (((eflags & flag::cf) != 0) != ((eflags & flag::of) != 0) ? 1U << 30 : 0U) |
                   ((eflags & flag::af) != 0 ? 8U : 0U) | ((eflags & flag::sf) != 0 ? 1U : 0U) |
                   (((eflags & flag::pf) != 0) != even ? 1U << 8 : 0U);
    }

    template <typename A>
    void persist(A& archive) {
        persist_all(archive, result_, carries_);
    }

  private:
    template <typename W>
    static std::uint32_t sign_extended(W value) {
        return static_cast<std::uint32_t>(
            static_cast<std::int32_t>(static_cast<std::make_signed_t<W>>(value)));
    }

    std::uint32_t result_ = 1;
    std::uint32_t carries_ = 1U << 8;
};

/// Conditions in the order of their encoding (Jcc, SETcc, CMOVcc).
enum class Condition : std::uint8_t { o, no, b, nb, z, nz, be, nbe, s, ns, p, np, l, nl, le, nle };

template <Condition condition>
[[nodiscard]] inline bool holds(const ArithmeticFlags& f) {
    constexpr auto number = static_cast<unsigned>(condition);
    constexpr bool negated = (number & 1U) != 0;
    bool value = false;
    switch (number >> 1) {
        case 0: value = f.of(); break;
        case 1: value = f.cf(); break;
        case 2: value = f.zf(); break;
        case 3: value = f.cf() || f.zf(); break;
        case 4: value = f.sf(); break;
        case 5: value = f.pf(); break;
        case 6: value = f.sf() != f.of(); break;
        default: value = f.zf() || f.sf() != f.of(); break;
    }
    return value != negated;
}

}  // namespace ringside::cpu
