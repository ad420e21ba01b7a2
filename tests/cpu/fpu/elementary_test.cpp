// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "cpu/fpu/form.hpp"

namespace ringside::test {
namespace {

using namespace cpu::fpu;

struct Row {
    const char* name;
    std::uint8_t modrm;
    Rounding rounding;
    Float80 st0;
    Float80 st1;
    Float80 result;
};

// Correctly rounded values, computed with 900 bits by another library; angles by the x87's pi.
// clang-format off
constexpr Row rows[]{
    {"f2xm1", 0xF0, Rounding::to_zero, {0x8000000000100000, 0xBFFC}, {0xD698C17FFFFFFFFF, 0x3FFA}, {0xA9F9C8C116F28D86, 0xBFFB}},
    {"f2xm1", 0xF0, Rounding::down, {0xC000000000000000, 0x3FE4}, {0x8000000000000000, 0x3FFF}, {0x8515920283490B7D, 0x3FE4}},
    {"f2xm1", 0xF0, Rounding::down, {0x80000000000019D0, 0x3FFC}, {0x7FFFFFBFFFFFFFFF, 0x8000}, {0xB95C1E3EA8BD9575, 0x3FFB}},
    {"f2xm1", 0xF0, Rounding::down, {0xFFFFFDFFFFFFFFFF, 0xBFF6}, {0x800000000000000C, 0x4008}, {0xB134A54CF2B02CC8, 0xBFF6}},
    {"f2xm1", 0xF0, Rounding::to_zero, {0x800058305A16B2DB, 0xBFFE}, {0xD095B38000000001, 0xBC09}, {0x95F6700AA90F7C97, 0xBFFD}},
    {"f2xm1", 0xF0, Rounding::down, {0xFFFFFFFFFFFFFFFF, 0xBFCA}, {0xB937E773895F4CB1, 0x400E}, {0xB17217F7D1CF75D4, 0xBFCA}},
    {"f2xm1", 0xF0, Rounding::up, {0xFFFFFC0000000000, 0xBFF1}, {0xC0344F8000000000, 0x3FE3}, {0xB1702939C6335087, 0xBFF1}},
    {"f2xm1", 0xF0, Rounding::nearest, {0x8000000200000000, 0xBFD8}, {0xFFFEFFFFFFFFFFFF, 0x3FDB}, {0xB17217FA971CDA93, 0xBFD7}},
    {"fyl2x", 0xF1, Rounding::nearest, {0xFFFFFFFEFFFFFFFF, 0x3FFF}, {0xFFFEFFFFFFFFFFFF, 0xBFEF}, {0xFFFEFFFE8EACFAFF, 0xBFEF}},
    {"fyl2x", 0xF1, Rounding::nearest, {0xFFFFFFFFFFFFFFFF, 0x4000}, {0x8000000000000000, 0x4012}, {0xFFFFFFFFFFFFFFFF, 0x4012}},
    {"fyl2x", 0xF1, Rounding::nearest, {0x8000000020000000, 0x3FE4}, {0x8000000000000498, 0x4025}, {0xD7FFFFFFFD1D5ED4, 0xC029}},
    {"fyl2x", 0xF1, Rounding::to_zero, {0xFFFFFFFFFC000000, 0x3FF6}, {0xF07CD6B0CC775400, 0x43FD}, {0xF07CD6B0CD24CDA4, 0xC400}},
    {"fyl2x", 0xF1, Rounding::to_zero, {0x97D09E12AA7F1BFF, 0x4008}, {0x9ADC0A7FFFFFFFFF, 0xC015}, {0xB2FB70FB39475E04, 0xC018}},
    {"fyl2x", 0xF1, Rounding::up, {0xD2B0238000000001, 0x3FFF}, {0xADF10A608ABA3C00, 0xC00C}, {0xFA1D9C09B8B5495C, 0xC00B}},
    {"fptan", 0xF2, Rounding::nearest, {0x8000000000400000, 0xBFF9}, {0x00000000057BFF86, 0x8000}, {0x8002AABBBC6A4971, 0xBFF9}},
    {"fptan", 0xF2, Rounding::nearest, {0x8000000000000000, 0x3FDE}, {0x8000000400000000, 0xC013}, {0x8000000000000000, 0x3FDE}},
    {"fptan", 0xF2, Rounding::down, {0xFFFFFFFFFFFFFFFF, 0xC00C}, {0xF06B25F55C9D1B91, 0x4009}, {0xAD026B70AE2ACF15, 0xBFFE}},
    {"fptan", 0xF2, Rounding::up, {0xFFFFFFFF00000000, 0xBFD9}, {0xACF8F67FFFFFFFFF, 0x4001}, {0xFFFFFFFF00000000, 0xBFD9}},
    {"fptan", 0xF2, Rounding::down, {0x8095B8790193FA66, 0xBFFB}, {0x9094067FFFFFFFFF, 0xBFF3}, {0x80C10B087AB20CBD, 0xBFFB}},
    {"fptan", 0xF2, Rounding::nearest, {0x813A8A8C472ACB78, 0x4023}, {0xFFFFFFFFFFFFFFFF, 0xBFF4}, {0xBC79E3103189C8CD, 0xBFFF}},
    {"fptan", 0xF2, Rounding::up, {0x8000000000000016, 0x401F}, {0x8000000000000000, 0x3FFF}, {0x855A3BF574843C5C, 0x3FFE}},
    {"fpatan", 0xF3, Rounding::up, {0x800000000000B1AE, 0x401C}, {0xD77CB6ADBE512669, 0xFFC8}, {0xC90FDAA22168C234, 0xBFFF}},
    {"fpatan", 0xF3, Rounding::nearest, {0xFFFFFC0000000000, 0x3FF0}, {0xFFFFFFFFFFFFFFFF, 0xC014}, {0xC90FDAA21968C255, 0xBFFF}},
    {"fpatan", 0xF3, Rounding::up, {0xB9EA568000000001, 0x401A}, {0x8000000000000000, 0x3FFF}, {0xB04091E2B5F036D9, 0x3FE3}},
    {"fpatan", 0xF3, Rounding::to_zero, {0x80000000000000FA, 0x4023}, {0xFFFFFDFFFFFFFFFF, 0x3FDF}, {0xFFFFFDFFFFFFFE0B, 0x3FBB}},
    {"fpatan", 0xF3, Rounding::up, {0xED54A84853E9EBFF, 0x4023}, {0x831FAC15DAAFBC01, 0x3FDC}, {0x8D703AA31BD31D3A, 0x3FB7}},
    {"fpatan", 0xF3, Rounding::down, {0xFFFFFFFFFFFFFFFF, 0x3FD8}, {0x8000001000000000, 0x3FF4}, {0xC90FDA922168C434, 0x3FFF}},
    {"fpatan", 0xF3, Rounding::up, {0xFFFFFFFFFFFFDFFF, 0x3BF5}, {0xFFFFFFFFFFFFFFFF, 0xC009}, {0xC90FDAA22168C234, 0xBFFF}},
    {"fyl2xp1", 0xF9, Rounding::down, {0xF324DA8000000001, 0x3FEA}, {0xFFFFFFFFFFFFFEFF, 0x3FFF}, {0xAF64268135450045, 0x3FEC}},
    {"fyl2xp1", 0xF9, Rounding::to_zero, {0xF339D84726992D56, 0xBFFC}, {0x8000000004000000, 0x3FED}, {0xC85070F6654C55E4, 0xBFEB}},
    {"fyl2xp1", 0xF9, Rounding::down, {0x8011F16640079B94, 0x3FE1}, {0x80B13868070FC5C3, 0xC01B}, {0xB9C3EEA54ABC6689, 0xBFFD}},
    {"fyl2xp1", 0xF9, Rounding::down, {0x8000000000000000, 0x3FE6}, {0x8000000000000000, 0xBFF8}, {0xB8AA3AFB318935C9, 0xBFDF}},
    {"fyl2xp1", 0xF9, Rounding::down, {0xA000000000000000, 0x3FFC}, {0x8B2CB3E2E54D9C00, 0x3FE9}, {0xE93469DC30646CC6, 0x3FE6}},
    {"fyl2xp1", 0xF9, Rounding::down, {0x8100000000000000, 0xBFF4}, {0xC1647AD3A32A76A7, 0xC008}, {0x8CA0AF2522A0A9D1, 0x3FFE}},
    {"fyl2xp1", 0xF9, Rounding::up, {0xFFFFFDFFFFFFFFFF, 0x3FFB}, {0xFFFFFFFFFFFFEFFF, 0xBFE2}, {0xAE00D08793A035E1, 0xBFE0}},
    {"fsin", 0xFE, Rounding::up, {0xF1786DE5E63561A6, 0xBFDA}, {0x8000000000000000, 0xC00C}, {0xF1786DE5E63561A5, 0xBFDA}},
    {"fsin", 0xFE, Rounding::nearest, {0x8000000000000000, 0x3FFF}, {0x8000000000000000, 0x3FFF}, {0xD76AA47848677021, 0x3FFE}},
    {"fsin", 0xFE, Rounding::nearest, {0x8000004000000000, 0x4000}, {0xFFFFFF0000000000, 0x7FBE}, {0xE8C7B6EC05085D4C, 0x3FFE}},
    {"fsin", 0xFE, Rounding::down, {0xFFFF000000000000, 0x400E}, {0xE111688000000001, 0x3FEF}, {0xFB38486D8FAE19A8, 0x3FFE}},
    {"fsin", 0xFE, Rounding::up, {0x8000000000000000, 0xC008}, {0x8000008000000000, 0x001A}, {0xA2DA9799B3267A7E, 0xBFFB}},
    {"fsin", 0xFE, Rounding::nearest, {0xC435BEE5A5E133FF, 0xBFF9}, {0x80000000002D997E, 0xBFE8}, {0xC430F17AC6F374DC, 0xBFF9}},
    {"fsin", 0xFE, Rounding::up, {0x8000000000000000, 0xC014}, {0xA4A8FDC76BCB13EE, 0xBFFE}, {0x9FB4443D09C00C86, 0xBFFE}},
    {"fcos", 0xFF, Rounding::to_zero, {0xE8277E4C34DC69BD, 0xBFF7}, {0xFFFFFFFFFFFFFFFF, 0x4001}, {0xFFFE5AF13D68C217, 0x3FFE}},
    {"fcos", 0xFF, Rounding::down, {0xFFFFFFFFFFFFFFFF, 0xBFFA}, {0xDC585A4618637400, 0xC00B}, {0xFF800AAA4FA69A65, 0x3FFE}},
    {"fcos", 0xFF, Rounding::down, {0x8000000000000000, 0xC008}, {0x8000000000000000, 0x400B}, {0xFF30791D40F9E4AC, 0xBFFE}},
    {"fcos", 0xFF, Rounding::to_zero, {0x8400000000000000, 0x3FFB}, {0xFFFF7FFFFFFFFFFF, 0x3FDF}, {0xFF77EC0FE8876E2B, 0x3FFE}},
    {"fcos", 0xFF, Rounding::up, {0xFFFFFFFFFFFF8000, 0xC01B}, {0xDFFFFFFFFFFFFFFF, 0xC021}, {0xF1F6E436583F83ED, 0xBFFE}},
    {"fcos", 0xFF, Rounding::down, {0xE04C9E2ECC635BFF, 0xC017}, {0x8000000000000000, 0x3FFD}, {0xC48A16591BE27C1E, 0x3FFE}},
    {"fcos", 0xFF, Rounding::to_zero, {0xD84AD54ED372E6F5, 0xC026}, {0xFFFFFFFFBFFFFFFF, 0xBFF6}, {0x8BB6BB2BB989C0DC, 0x3FFC}},
    {"fcos", 0xFF, Rounding::nearest, {0xFFFFFFFFFFFFFFFF, 0x3FEF}, {0x8000000000000000, 0x0001}, {0xFFFFFFFE00000001, 0x3FFE}},
};
// clang-format on

Unit with_operands(Float80 st0, Float80 st1, Rounding rounding = Rounding::nearest) {
    Unit unit;
    const auto mode = static_cast<unsigned>(rounding) << 10;
    unit.state.control = Control::loaded(static_cast<std::uint16_t>(Control::initial | mode));
    unit.push(st1);
    unit.push(st0);
    return unit;
}

void run(Unit& unit, std::uint8_t modrm) {
    Transfer x;
    x.index = modrm & 7U;
    find_form(0xD9, modrm)->body(unit, x);
}

constexpr std::uint8_t fsin = 0xFE;
constexpr std::uint8_t fptan = 0xF2;
constexpr std::uint8_t fpatan = 0xF3;
constexpr std::uint8_t fyl2x = 0xF1;

}  // namespace

TEST_CASE("x87: transcendental functions are correctly rounded", "[cpu][fpu]") {
    for (const Row& row : rows) {
        INFO(row.name);
        Unit unit = with_operands(row.st0, row.st1, row.rounding);
        run(unit, row.modrm);
        const unsigned place = row.modrm == fptan ? 1 : 0;
        CHECK(unit.state.st(place).sign_exponent == row.result.sign_exponent);
        CHECK(unit.state.st(place).significand == row.result.significand);
        CHECK((unit.state.status & status::inexact) != 0);
    }
}

TEST_CASE("fsin: an angle of 2^63 or more is left alone, and C2 says so", "[cpu][fpu]") {
    const Float80 far = make_float80(true, Float80::bias + 63, Float80::integer_bit);
    Unit unit = with_operands(far, one);
    run(unit, fsin);
    CHECK(unit.state.st(0) == far);
    CHECK((unit.state.status & status::c2) != 0);
    CHECK((unit.state.status & status::exceptions) == 0);
}

TEST_CASE("fsin: of the 64-bit pi it is the rest to the x87's pi of 66 bits", "[cpu][fpu]") {
    // pi rounded to 64 bits is 0x...C235; the x87's is 0x...C234 and 3/4 of a unit.
    Unit unit = with_operands(make_float80(false, 0x4000, 0xC90FDAA22168C235), one);
    run(unit, fsin);
    CHECK(unit.state.st(0) == make_float80(true, Float80::bias - 64, Float80::integer_bit));
}

TEST_CASE("fpatan: the angles of the axes", "[cpu][fpu]") {
    const Float80 pi_rounded = make_float80(false, 0x4000, 0xC90FDAA22168C235);
    Unit unit = with_operands(one.negated(), zero(true));  // x = -1, y = -0
    run(unit, fpatan);
    CHECK(unit.state.st(0) == pi_rounded.negated());
    unit = with_operands(one, zero());
    run(unit, fpatan);
    CHECK(unit.state.st(0) == zero());
}

TEST_CASE("fyl2x: the logarithm of zero divides by zero, of a negative number is invalid",
          "[cpu][fpu]") {
    Unit unit = with_operands(zero(), one);
    run(unit, fyl2x);
    CHECK(unit.state.st(0) == infinity(true));
    CHECK((unit.state.status & status::exceptions) == status::zero_divide);
    unit = with_operands(one.negated(), one);
    run(unit, fyl2x);
    CHECK(unit.state.st(0) == indefinite);
    CHECK((unit.state.status & status::exceptions) == status::invalid);
}

}  // namespace ringside::test
