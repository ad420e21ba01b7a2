// SPDX-License-Identifier: MIT
#include "cpu/fpu/quick.hpp"

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include "cpu/fpu/arithmetic.hpp"
#include "cpu/fpu/convert.hpp"
#include "cpu/fpu/operands.hpp"

namespace ringside::test {
namespace {

using namespace cpu::fpu;

constexpr int rounds = 200'000;

template <unsigned precision>
constexpr Control control{precision == 64 ? std::uint16_t{0x037F} : std::uint16_t{0x027F}};

std::string text(const char* operation, Float80 a, Float80 b) {
    return fmt::format("{}: {:04x}:{:016x} {:04x}:{:016x}", operation, a.sign_exponent,
                       a.significand, b.sign_exponent, b.significand);
}

/// What the quick way finishes, the general way finishes with the same value and status.
template <unsigned precision>
int compare_all(Float80 a, Float80 b) {
    const Arithmetic& soft = soft_arithmetic();
    int done = 0;
    const auto compare = [&](const char* operation, Quick quick, Result general) {
        if (quick.done) {
            ++done;
            INFO(text(operation, a, b));
            CHECK(quick.value == general.value);
            CHECK(quick.raised == general.status);
        }
    };
    const Control c = control<precision>;
    compare("add", quick_add<precision, false>(a, b), soft.add({a}, {b}, c));
    compare("subtract", quick_add<precision, true>(a, b), soft.subtract({a}, {b}, c));
    compare("multiply", quick_multiply<precision>(a, b), soft.multiply({a}, {b}, c));
    compare("divide", quick_divide<precision>(a, b), soft.divide({a}, {b}, c));
    compare("square root", quick_square_root<precision>(a), soft.square_root({a}, c));
    return done;
}

}  // namespace

TEST_CASE("given normal operands, when the quick way computes, then it equals the general way") {
    X87Operands operands(87);
    int done = 0;
    for (int i = 0; i < rounds; ++i) {
        const Float80 a = i % 4 == 0 ? operands.real80() : operands.ordinary();
        Float80 b = i % 3 == 0 ? operands.real80() : operands.ordinary();
        if (i % 5 == 0) {
            b.sign_exponent = static_cast<std::uint16_t>(a.sign_exponent ^ (i % 2 << 15));
        }
        if (quick_normal(a) && quick_normal(b)) {
            done += compare_all<64>(a, b) + compare_all<53>(a, b);
        }
    }
    CHECK(done > rounds);
}

TEST_CASE(
    "given any double or single, when it is loaded quickly, then it is what FLD makes of it") {
    X87Operands operands(88);
    int done = 0;
    for (int i = 0; i < rounds; ++i) {
        const std::uint64_t wide = operands.real64();
        if (const Quick q = quick_load(wide); q.done) {
            ++done;
            CHECK(q.value == from_double(wide).value);
        }
        const std::uint32_t narrow = operands.real32();
        if (const Quick q = quick_load(narrow); q.done) {
            CHECK(q.value == from_single(narrow).value);
        }
    }
    CHECK(done > rounds / 4);
}

TEST_CASE("given any register, when it is stored quickly, then memory and status are FST's") {
    X87Operands operands(89);
    int done = 0;
    for (int i = 0; i < rounds; ++i) {
        const Float80 value = i % 2 == 0 ? operands.real80() : operands.ordinary();
        INFO(text("store", value, {}));
        if (const auto q = quick_store<std::uint64_t>(value); q.done) {
            ++done;
            const auto general = to_double(value, control<64>);
            CHECK(q.bits == general.bits);
            CHECK(q.raised == general.status);
        }
        if (const auto q = quick_store<std::uint32_t>(value); q.done) {
            const auto general = to_single(value, control<64>);
            CHECK(q.bits == general.bits);
            CHECK(q.raised == general.status);
        }
    }
    CHECK(done > rounds / 4);
}

TEST_CASE(
    "given a control word, when handlers ask, then only the usual ones are for the quick way") {
    State s;
    const auto rounds_to = [&](std::uint16_t word, std::uint16_t status) {
        s.control.value = word;
        s.status = status;
        const QuickWords words(s);
        return words.rounds_to<64>() ? 64 : words.rounds_to<53>() ? 53 : 0;
    };
    CHECK(rounds_to(0x037F, 0) == 64);
    CHECK(rounds_to(0x027F, 0) == 53);
    CHECK(rounds_to(0x007F, 0) == 0);  // 24 bits
    CHECK(rounds_to(0x077F, 0) == 0);  // downwards
    CHECK(rounds_to(0x035F, 0) == 0);  // PE unmasked
    CHECK(rounds_to(0x037F, status::summary) == 0);
    CHECK(rounds_to(0x037F, status::inexact | status::c1) == 64);
}

}  // namespace ringside::test
