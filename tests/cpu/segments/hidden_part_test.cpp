// SPDX-License-Identifier: MIT
// What a segment register holds of its descriptor, worked out here a second time from the picture
// in the SDM (vol. 3, "Segment Descriptors"). Flat descriptors are loaded a way of their own.
#include <catch2/catch.hpp>

#include <random>

#include "cpu/segments/segment.hpp"

using namespace ringside::cpu;

namespace {

constexpr std::uint64_t flat_code = 0x00CF9B000000FFFF;
constexpr std::uint64_t flat_data = 0x00CF93000000FFFF;

void check_hidden_part(std::uint64_t bytes) {
    CAPTURE(bytes);
    const Segment s = Segment::from(Selector{0x1B}, Descriptor{bytes});
    const auto field = [bytes](unsigned low, unsigned width) {
        return static_cast<std::uint32_t>((bytes >> low) & ((std::uint64_t{1} << width) - 1));
    };
    const bool code = field(43, 1) != 0;
    const bool read_or_write = field(41, 1) != 0;
    const bool wide = field(54, 1) != 0;
    const std::uint32_t pages = field(0, 16) | field(48, 4) << 16;
    const std::uint32_t limit = field(55, 1) != 0 ? pages << 12 | 0xFFFU : pages;
    std::uint32_t lowest = 0;
    std::uint32_t highest = limit;
    if (!code && field(42, 1) != 0) {
        const std::uint32_t top = wide ? 0xFFFFFFFFU : 0xFFFFU;
        lowest = limit < top ? limit + 1 : 1;
        highest = limit < top ? top : 0;
    }
    const std::uint32_t base = field(16, 24) | field(56, 8) << 24;
    const bool flat = base == 0 && lowest == 0 && highest == 0xFFFFFFFFU;
    CHECK(s.selector == Selector{0x1B});
    CHECK(s.descriptor.low() == static_cast<std::uint32_t>(bytes));
    CHECK(s.descriptor.high() == static_cast<std::uint32_t>(bytes >> 32));
    CHECK(s.base == base);
    CHECK(s.lowest == lowest);
    CHECK(s.highest == highest);
    CHECK(s.readable == (!code || read_or_write));
    CHECK(s.writable == (!code && read_or_write));
    CHECK(s.is_32bit() == wide);
    CHECK(s.flat_code() == flat);
    CHECK(s.flat_data() == (flat && !code && read_or_write));
    CHECK((s.as_code & block_mode::code32) == (wide ? block_mode::code32 : 0U));
    CHECK(s.as_stack == (wide ? s.as_data : 0));
}

}  // namespace

TEST_CASE("segment: every descriptor one bit away from a flat one", "[segment]") {
    constexpr unsigned s_bit = 44;  // without it the descriptor is no segment's
    for (const std::uint64_t near : {flat_code, flat_data}) {
        for (std::uint64_t dpl = 0; dpl < 4; ++dpl) {
            check_hidden_part(near | dpl << 45);
            for (unsigned bit = 0; bit < 64; ++bit) {
                if (bit != s_bit) {
                    check_hidden_part((near | dpl << 45) ^ std::uint64_t{1} << bit);
                }
            }
        }
    }
}

TEST_CASE("segment: descriptors of any kind", "[segment]") {
    std::mt19937_64 random(1986);
    for (int i = 0; i < 4000; ++i) {
        check_hidden_part(random() | std::uint64_t{1} << 44);
    }
}

TEST_CASE("segment: a paragraph is flat only at zero with a limit of 4 GiB", "[segment]") {
    Segment s = Segment::from(Selector{0x10}, Descriptor{flat_data});
    s.load_paragraph(Selector{0x1000});
    CHECK(s.base == 0x10000);
    CHECK(!s.flat_data());
    CHECK(!s.flat_code());
    s.load_paragraph(Selector{0});
    CHECK(s.flat_data());
    CHECK(s.as_stack == block_mode::flat_data);

    Segment code = Segment::from(Selector{0x08}, Descriptor{flat_code});
    CHECK(!code.flat_data());
    code.load_code_paragraph(Selector{0}, 0x93);
    CHECK(code.flat_data());
    CHECK(code.flat_code());
    code.load_code_paragraph(Selector{0xF000}, 0x93);
    CHECK(!code.flat_data());
}
