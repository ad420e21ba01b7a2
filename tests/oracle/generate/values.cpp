// SPDX-License-Identifier: MIT
#include "oracle/generate/values.hpp"

#include <cstring>

namespace ringside::oracle {
namespace {

constexpr std::array<std::uint32_t, 40> edges{
    0,          1,          2,          3,          4,          7,          8,          9,
    0xF,        0x10,       0x1F,       0x20,       0x21,       0x7E,       0x7F,       0x80,
    0x81,       0x99,       0x9A,       0xFE,       0xFF,       0x100,      0x7FFE,     0x7FFF,
    0x8000,     0x8001,     0xFFFE,     0xFFFF,     0x10000,    0x7FFFFFFE, 0x7FFFFFFF, 0x80000000,
    0x80000001, 0xFFFFFFFE, 0xFFFFFFFF, 0x55555555, 0xAAAAAAAA, 0xFFFFFF80, 0xFFFF8000, 0x0F0F0F0F};

constexpr std::array<std::uint32_t, 24> float_edges{
    0,          0x80000000, 0x3F800000, 0xBF800000, 0x7F800000, 0xFF800000, 0x7FC00000, 0xFFC00000,
    0x7FA00001, 0xFF812345, 1,          0x80000001, 0x007FFFFF, 0x00800000, 0x00800001, 0x7F7FFFFF,
    0x4F000000, 0xCF000000, 0x4EFFFFFF, 0x3F000000, 0x3EFFFFFF, 0x40490FDB, 0x5F000000, 0xDF000000};

constexpr std::array<std::uint64_t, 24> double_edges{0,
                                                     0x8000000000000000,
                                                     0x3FF0000000000000,
                                                     0xBFF0000000000000,
                                                     0x7FF0000000000000,
                                                     0xFFF0000000000000,
                                                     0x7FF8000000000000,
                                                     0xFFF8000000000000,
                                                     0x7FF4000000000001,
                                                     0xFFF0000000000123,
                                                     1,
                                                     0x800FFFFFFFFFFFFF,
                                                     0x0010000000000000,
                                                     0x7FEFFFFFFFFFFFFF,
                                                     0x41DFFFFFFFC00000,
                                                     0x41E0000000000000,
                                                     0xC1E0000000000000,
                                                     0xC1E0000000200000,
                                                     0x43E0000000000000,
                                                     0x3FE0000000000000,
                                                     0x36A0000000000000,
                                                     0x47EFFFFFE0000000,
                                                     0x47EFFFFFF0000000,
                                                     0x3690000000000000};

constexpr std::uint64_t integer_bit = std::uint64_t{1} << 63;
constexpr std::uint32_t bias = 0x3FFF;

template <typename T, std::size_t size>
void put(std::array<std::uint8_t, size>& to, std::size_t at, T value) {
    std::memcpy(to.data() + at, &value, sizeof value);
}

/// A significand and an exponent, of every kind that the format has.
void choose_extended(Random& random, std::uint64_t& significand, std::uint32_t& exponent) {
    significand = random.u64() | integer_bit;
    exponent = bias - 20 + random.below(40);
    switch (random.below(17)) {
        case 0:
            significand = 0;
            exponent = 0;
            break;
        case 1:
            significand = integer_bit;
            exponent = bias;
            break;
        case 2:  // infinity
            significand = integer_bit;
            exponent = 0x7FFF;
            break;
        case 3:  // quiet
            significand |= std::uint64_t{1} << 62;
            exponent = 0x7FFF;
            break;
        case 4:  // signalling
            significand = integer_bit | (random.u64() >> 2) | 1;
            exponent = 0x7FFF;
            break;
        case 5:  // denormal
            significand = random.u64() >> (1 + random.below(62));
            exponent = 0;
            break;
        case 6:  // unnormal
            significand = random.u64() >> 1;
            break;
        case 7:  // an integer of 32 bits
            significand = (std::uint64_t{random.u32()} << 32) | integer_bit;
            exponent = bias + random.below(33);
            break;
        case 8: exponent = random.below(0x7FFF); break;
        case 9: significand &= 0xFFFFFF0000000000; break;
        case 10: significand = ~std::uint64_t{0}; break;
        case 11: exponent = 1 + random.below(64); break;
        case 12: exponent = 0x7FFE - random.below(64); break;
        case 13:  // a power of two, or nearly
            significand = integer_bit | random.below(3);
            exponent = bias - 4 + random.below(70);
            break;
        case 14: significand &= ~std::uint64_t{0x7FF}; break;
        case 15:  // about the ends of double and float
            exponent = bias + (random.percent(50) ? 1023U : 127U) - 2 + random.below(5);
            break;
        default: break;
    }
}

}  // namespace

std::uint32_t interesting32(Random& random) {
    switch (random.below(10)) {
        case 0:
        case 1:
        case 2:
        case 3: return random.one_of(edges);
        case 4: return 1U << random.below(32);
        case 5: return random.below(256) * 0x101;
        case 6: return random.below(0x100);
        default: return random.u32();
    }
}

std::uint32_t interesting_float(Random& random) {
    switch (random.below(10)) {
        case 0:
        case 1:
        case 2:
        case 3: return random.one_of(float_edges);
        case 4: return random.u32();
        case 5: return random.u32() & 0x807FFFFF;  // denormal
        default: return (random.u32() & 0x807FFFFF) | ((107 + random.below(60)) << 23);
    }
}

std::uint64_t interesting_double(Random& random) {
    switch (random.below(10)) {
        case 0:
        case 1:
        case 2:
        case 3: return random.one_of(double_edges);
        case 4: return random.u64();
        case 5: return random.u64() & 0x800FFFFFFFFFFFFF;
        default:
            return (random.u64() & 0x800FFFFFFFFFFFFF) |
                   (std::uint64_t{993U + random.below(100)} << 52);
    }
}

std::array<std::uint8_t, 10> interesting_extended(Random& random) {
    std::uint64_t significand = 0;
    std::uint32_t exponent = 0;
    choose_extended(random, significand, exponent);
    std::array<std::uint8_t, 10> bytes{};
    put(bytes, 0, significand);
    put(bytes, 8, static_cast<std::uint16_t>(exponent | (random.percent(50) ? 0x8000U : 0U)));
    return bytes;
}

std::array<std::uint8_t, 16> interesting_vector(Random& random) {
    std::array<std::uint8_t, 16> bytes{};
    const std::uint32_t kind = random.below(4);
    for (std::size_t i = 0; i < bytes.size(); i += 8) {
        switch (kind) {
            case 0: put(bytes, i, random.u64()); break;
            case 1:
                put(bytes, i, interesting_float(random));
                put(bytes, i + 4, interesting_float(random));
                break;
            case 2: put(bytes, i, interesting_double(random)); break;
            default: put(bytes, i, interesting32(random)); put(bytes, i + 4, interesting32(random));
        }
    }
    return bytes;
}

vectors::FpuState interesting_fpu(Random& random) {
    constexpr std::array<std::uint16_t, 8> controls{0x37F, 0x27F, 0x07F, 0xF7F,
                                                    0x77F, 0xB7F, 0x37F, 0x17F};
    constexpr std::uint16_t exceptions = 0x3F;
    constexpr std::uint16_t summary = 0x8080;
    vectors::FpuState fpu;
    unsigned control = random.one_of(controls);
    if (random.percent(15)) {
        control = (control & ~0x3FU) | random.below(64);
    }
    unsigned status = (random.below(8) << 11) | (random.u32() & 0x4700);
    if (random.percent(12)) {
        status |= random.below(128);
    }
    if ((status & ~control & exceptions) != 0) {
        status |= summary;
    }
    fpu.control = static_cast<std::uint16_t>(control);
    fpu.status = static_cast<std::uint16_t>(status);
    fpu.tags = random.percent(70) ? std::uint8_t{0xFF} : random.u8();
    for (auto& st : fpu.st) {
        if (random.percent(15)) {  // as MMX leaves them
            put(st, 0, random.u64());
            put(st, 8, std::uint16_t{0xFFFF});
        } else {
            st = interesting_extended(random);
        }
    }
    for (auto& xmm : fpu.xmm) {
        xmm = interesting_vector(random);
    }
    fpu.mxcsr = 0x1F80 | (random.below(4) << 13);
    if (random.percent(12)) {
        fpu.mxcsr |= 0x8000;  // flush to zero
    }
    if (random.percent(12)) {
        fpu.mxcsr |= 0x40;  // denormals are zeros
    }
    if (random.percent(20)) {
        fpu.mxcsr |= random.below(64);
    }
    if (random.percent(10)) {
        fpu.mxcsr = (fpu.mxcsr & ~0x1F80U) | (random.below(64) << 7);
    }
    return fpu;
}

}  // namespace ringside::oracle
