// SPDX-License-Identifier: MIT
#include "cpu/fpu/operands.hpp"

#include <array>

#include "base/bits.hpp"

namespace ringside::test {

using namespace cpu::fpu;

std::uint64_t X87Operands::significand() {
    constexpr std::uint64_t top = Float80::integer_bit;
    const std::uint64_t any = bits();
    switch (below(9)) {
        case 0: return top;
        case 1: return ~std::uint64_t{0};
        case 2: return top | (std::uint64_t{1} << below(64));
        case 3: return top | (~std::uint64_t{0} << below(64));
        case 4: return ~(std::uint64_t{1} << below(63));
        // Halfway at the precision of a single or double, or just beside it.
        case 5: return top | (any & 0xFFFFFF0000000000U) | (0x8000000000U + below(3) - 1);
        case 6: return top | (any & 0xFFFFFFFFFFFFF800U) | (0x400U + below(3) - 1);
        case 7: return top | (any >> below(60));
        default: return top | any;
    }
}

std::uint16_t X87Operands::exponent() {
    constexpr unsigned bias = Float80::bias;
    unsigned e = 0;
    switch (below(8)) {
        case 0: e = below(70); break;
        case 1: e = 0x7FFE - below(70); break;
        case 2: e = bias - 127 - 30 + below(60); break;
        case 3: e = bias - 1023 - 60 + below(80); break;
        case 4: e = bias + (one_in(2) ? 120U : 1015U) + below(16); break;
        case 5: e = below(0x7FFF); break;
        default: e = bias - 70 + below(140); break;
    }
    return static_cast<std::uint16_t>(e | (one_in(2) ? 0x8000U : 0U));
}

Float80 X87Operands::ordinary() {
    return make_float80(one_in(2), Float80::bias - 40 + below(80), significand());
}

Float80 X87Operands::real80() {
    const bool negative = one_in(2);
    switch (below(24)) {
        case 0:
        case 1: return zero(negative);
        case 2:
        case 3: return infinity(negative);
        case 4: return make_float80(negative, 0x7FFF, significand() | Float80::quiet_bit);
        case 5: return make_float80(negative, 0x7FFF, (significand() & ~Float80::quiet_bit) | 1U);
        case 6: return make_float80(negative, 0, significand());
        case 7: return make_float80(negative, 0, significand() & ~Float80::integer_bit);
        case 8: return make_float80(negative, 0, bits() >> (1 + below(63)));
        case 9: return {bits() >> 1, exponent()};  // mostly unnormal
        case 10: return make_float80(negative, 0x7FFF, one_in(2) ? 0 : bits() >> (1 + below(62)));
        case 11: return one;
        case 12:
        case 13:
        case 14: return ordinary();
        default: return {significand(), exponent()};
    }
}

std::uint32_t X87Operands::real32() {
    const auto sign = static_cast<std::uint32_t>(bits() & 0x80000000U);
    const auto fraction = static_cast<std::uint32_t>(significand() << 1 >> 41);
    constexpr std::array<std::uint32_t, 6> exponents{0, 1, 0xFE, 0xFF, 127, 126};
    const std::uint32_t e = one_in(2) ? exponents[below(6)] : below(256);
    return sign | (e << 23) | (one_in(6) ? 0 : fraction);
}

std::uint64_t X87Operands::real64() {
    const std::uint64_t sign = bits() & Float80::integer_bit;
    const std::uint64_t fraction = significand() << 1 >> 12;
    constexpr std::array<std::uint64_t, 6> exponents{0, 1, 0x7FE, 0x7FF, 1023, 1022};
    const std::uint64_t e = one_in(2) ? exponents[below(6)] : below(2048);
    return sign | (e << 52) | (one_in(6) ? 0 : fraction);
}

std::uint64_t X87Operands::integer() {
    const std::uint64_t value = bits() >> below(64);
    switch (below(5)) {
        case 0: return std::uint64_t{1} << below(64);
        case 1: return (std::uint64_t{1} << below(64)) - 1;
        case 2: return ~value;
        case 3: return 0x8000800080008000U >> (16 * below(3));
        default: return value;
    }
}

Control X87Operands::control() {
    const auto modes = static_cast<unsigned>(bits() & 0x1F00U);
    const auto masks = static_cast<unsigned>(one_in(3) ? bits() & 0x3FU : 0x3FU);
    return Control::loaded(static_cast<std::uint16_t>(modes | masks));
}

State X87Operands::state() {
    State s;
    s.control = control();
    constexpr unsigned free_bits = status::conditions | status::top;
    const auto flags =
        static_cast<unsigned>(bits() & bits() & s.control.value & status::exceptions);
    s.set_status_word(static_cast<std::uint16_t>((bits() & free_bits) | flags));
    if (one_in(4)) {
        s.status |= status::stack_fault;
    }
    const bool sparse = one_in(3);
    for (unsigned i = 0; i < 8; ++i) {
        s.physical[i] = real80();
        if (!one_in(sparse ? 2 : 12)) {
            s.occupied = static_cast<std::uint8_t>(s.occupied | (1U << i));
        }
    }
    if (one_in(2)) {
        s.set(0, s.st(0));
        s.free(7);
    }
    if (one_in(8)) {
        // Operands that nearly cancel or whose quotient is nearly one.
        s.st(1) = s.st(0);
        s.st(1).significand += below(5) - 2;
        s.st(1).sign_exponent = static_cast<std::uint16_t>(s.st(1).sign_exponent ^ below(2));
    }
    return s;
}

void X87Operands::fill_image(X87Step& step) {
    State other = state();
    // What is loaded may have exceptions pending.
    other.status = static_cast<std::uint16_t>(bits());
    store_save_area(other, {}, step.memory);
    store(step.memory.data(), static_cast<std::uint32_t>(bits()));
    store(step.memory.data() + 8, static_cast<std::uint32_t>(bits()));
}

X87Step X87Operands::step(const Form& form) {
    X87Step s;
    s.state = state();
    s.eax = static_cast<std::uint32_t>(bits());
    s.eflags = static_cast<std::uint32_t>(bits() & 0x45U);
    for (std::byte& b : s.memory) {
        b = static_cast<std::byte>(bits());
    }
    std::byte* const at = s.memory.data();
    switch (form.operand) {
        case Operand::real32: store(at, real32()); break;
        case Operand::real64: store(at, real64()); break;
        case Operand::integer16:
        case Operand::integer32:
        case Operand::integer64: store(at, integer()); break;
        case Operand::real80: {
            const Float80 value = real80();
            store(at, value.significand);
            store(at + 8, value.sign_exponent);
            break;
        }
        case Operand::decimal80:
            for (unsigned i = 0; i < 9; ++i) {
                at[i] = static_cast<std::byte>(below(10) | (below(10) << 4));
            }
            break;
        case Operand::environment:
        case Operand::save: fill_image(s); break;
        case Operand::none:
        case Operand::stack:
        case Operand::ax:
        case Operand::word: break;
    }
    return s;
}

}  // namespace ringside::test
