// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "base/bits.hpp"
#include "cpu/fpu/environment.hpp"
#include "cpu/fpu/operands.hpp"

namespace ringside::test {
namespace {

using namespace cpu::fpu;

State sample() {
    State state;
    state.control = Control::loaded(0x027F);
    state.set_top(6);
    state.set(0, one);                                     // R6
    state.set(1, zero());                                  // R7
    state.set(2, infinity());                              // R0
    state.set(3, make_float80(false, 0, 1));               // R1, a denormal
    state.set(4, make_float80(false, Float80::bias, 1U));  // R2, an unnormal
    state.pointers = {0x12345678, 0x001B, 0x5D9, 0x0ABCDEF0, 0x0023};
    return state;
}

using Image = std::array<std::byte, 128>;

std::uint32_t dword(const Image& image, unsigned offset) {
    return load<std::uint32_t>(image.data() + offset);
}
std::uint16_t word(const Image& image, unsigned offset) {
    return load<std::uint16_t>(image.data() + offset);
}

}  // namespace

TEST_CASE("fstenv: the tag word tells valid, zero, special and empty", "[cpu][fpu]") {
    // R7 zero 01, R6 valid 00, R5 to R3 empty 11, R2 to R0 special 10.
    CHECK(full_tag_word(sample()) == 0b01'00'11'11'11'10'10'10);
}

TEST_CASE("fstenv: 32-bit protected mode", "[cpu][fpu]") {
    Image image{};
    store_environment(sample(), {true, true}, image);
    CHECK(dword(image, 0) == 0xFFFF027F);
    CHECK(dword(image, 4) == 0xFFFF3000);
    CHECK(dword(image, 8) == (0xFFFF0000U | full_tag_word(sample())));
    CHECK(dword(image, 12) == 0x12345678);
    CHECK(dword(image, 16) == 0x05D9001B);
    CHECK(dword(image, 20) == 0x0ABCDEF0);
    CHECK(dword(image, 24) == 0xFFFF0023);
}

TEST_CASE("fstenv: 16-bit protected mode", "[cpu][fpu]") {
    Image image{};
    store_environment(sample(), {false, true}, image);
    CHECK(word(image, 0) == 0x027F);
    CHECK(word(image, 2) == 0x3000);
    CHECK(word(image, 6) == 0x5678);
    CHECK(word(image, 8) == 0x001B);
    CHECK(word(image, 10) == 0xDEF0);
    CHECK(word(image, 12) == 0x0023);
    CHECK(word(image, 14) == 0);
}

TEST_CASE("fstenv: in real mode pointers are linear addresses", "[cpu][fpu]") {
    State state = sample();
    state.pointers = {0x5678, 0xF000, 0x5D9, 0x0010, 0x1234};  // F5678, 12350
    Image image{};
    store_environment(state, {true, false}, image);
    CHECK(dword(image, 12) == 0x5678);
    CHECK(dword(image, 16) == 0x0000F5D9);
    CHECK(dword(image, 20) == 0x2350);
    CHECK(dword(image, 24) == 0x1000);
    store_environment(state, {false, false}, image);
    CHECK(word(image, 6) == 0x5678);
    CHECK(word(image, 8) == 0xF5D9);
    CHECK(word(image, 10) == 0x2350);
    CHECK(word(image, 12) == 0x1000);
}

TEST_CASE("frstor and fxrstor: bring back what fsave and fxsave stored", "[cpu][fpu]") {
    for (const bool wide : {false, true}) {
        Image image{};
        store_save_area(sample(), {wide, true}, image);
        State state;
        load_save_area(state, {wide, true}, image);
        CHECK(state.physical == sample().physical);
        CHECK(state.occupied == sample().occupied);
        CHECK(state.status == sample().status);
        CHECK(state.control == sample().control);
        CHECK(state.pointers.instruction_selector == 0x001B);
    }
    std::array<std::byte, 512> image{};
    store_extended(sample(), image);
    CHECK(load<std::uint8_t>(image.data() + 4) == 0b1100'0111);
    State state;
    load_extended(state, image);
    CHECK(state.physical == sample().physical);
    CHECK(state.occupied == sample().occupied);
    CHECK(state.pointers == sample().pointers);
}

TEST_CASE("fldenv: an exception that becomes unmasked is pending at once", "[cpu][fpu]") {
    State state = sample();
    state.status |= status::zero_divide;
    Image image{};
    store_environment(state, {}, image);
    store(image.data(), std::uint32_t{0x037B});  // ZM clear
    load_environment(state, {}, image);
    CHECK(state.error_pending());
    CHECK((state.status & status::busy) != 0);
}

}  // namespace ringside::test
