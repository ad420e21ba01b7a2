// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <catch2/catch.hpp>

#include <random>
#include <vector>

#include "cpu/simd/host_sse.hpp"
#include "cpu/simd/sse_subject.hpp"
#include "support/soak.hpp"

namespace ringside::test {
namespace {

/// Second opcode bytes of what MMX registers and, behind 66, XMM registers have alike.
constexpr std::array<unsigned, 59> both_files{
    0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6A, 0x6B, 0x74, 0x75, 0x76,
    0xD1, 0xD2, 0xD3, 0xD4, 0xD5, 0xD8, 0xD9, 0xDA, 0xDB, 0xDC, 0xDD, 0xDE, 0xDF, 0xE0, 0xE1,
    0xE2, 0xE3, 0xE4, 0xE5, 0xE8, 0xE9, 0xEA, 0xEB, 0xEC, 0xED, 0xEE, 0xEF, 0xF1, 0xF2, 0xF3,
    0xF4, 0xF5, 0xF6, 0xF8, 0xF9, 0xFA, 0xFB, 0xFC, 0xFD, 0xFE, 0x6F, 0xD7, 0x6E, 0x7E};

/// Other instructions on registers 0 and 1, and EAX.
constexpr std::array others{
    "660f6cc1", "660f6dc1",                                      // punpcklqdq, punpckhqdq
    "0f14c1",   "0f15c1",   "660f14c1", "660f15c1",              // unpckl, unpckh
    "0f54c1",   "0f55c1",   "0f56c1",   "0f57c1",                // andps, andnps, orps, xorps
    "660f54c1", "660f55c1", "660f56c1", "660f57c1",              // and as doubles
    "0f10c1",   "0f28c1",   "f30f10c1", "f20f10c1", "f30f6fc1",  // moves
    "0f12c1",   "0f16c1",   "f30f7ec1", "f20fd6c1", "f30fd6c1",  // movhlps, movlhps, movq, ...
    "f20f12c1", "f30f12c1", "f30f16c1",                          // movddup, movsldup, movshdup
    "0f50c1",   "660f50c1",                                      // movmskps, movmskpd
};

/// Opcodes with a constant behind them.
constexpr std::array with_constant{
    "0f70c1",   "660f70c1", "f20f70c1", "f30f70c1",  // pshufw, pshufd, pshuflw, pshufhw
    "0fc6c1",   "660fc6c1",                          // shufps, shufpd
    "0fc4c0",   "660fc4c0", "0fc5c1",   "660fc5c1",  // pinsrw, pextrw
    "0f71d0",   "0f71e0",   "0f71f0",   "0f72d0",   "0f72e0",   "0f72f0",
    "0f73d0",   "0f73f0",   "660f71d0", "660f71e0", "660f71f0", "660f72d0",
    "660f72e0", "660f72f0", "660f73d0", "660f73d8", "660f73f0", "660f73f8",  // shifts
};

std::vector<std::string> instructions() {
    std::vector<std::string> all(others.begin(), others.end());
    for (const unsigned opcode : both_files) {
        const bool with_eax = opcode == 0x6E || opcode == 0x7E;
        const unsigned modrm = with_eax ? 0xC0 : 0xC1;
        all.push_back(fmt::format("0f{:02x}{:02x}", opcode, modrm));
        all.push_back(fmt::format("660f{:02x}{:02x}", opcode, modrm));
    }
    for (const std::string_view code : with_constant) {
        for (const unsigned constant :
             {0U, 1U, 3U, 7U, 8U, 0xFU, 0x10U, 0x1BU, 0x1FU, 0x20U, 0x3FU, 0x40U, 0xA5U, 0xFFU}) {
            all.push_back(fmt::format("{}{:02x}", code, constant));
        }
    }
    return all;
}

/// Lanes at the ends of their ranges, and counts of shifts, oftener than chance has them.
class Operands {
  public:
    std::uint64_t quad() {
        switch (random_() % 4) {
            case 0: return random_() % 80;
            case 1: return each_byte([this] { return ends_[random_() % ends_.size()]; });
            default: return random_();
        }
    }
    SseStep step() {
        SseStep s;
        s.xmm0 = {{quad(), quad()}};
        s.xmm1 = random_() % 8 == 0 ? s.xmm0 : cpu::simd::Xmm{{quad(), quad()}};
        s.mm0 = quad();
        s.mm1 = random_() % 8 == 0 ? s.mm0 : quad();
        s.mxcsr = cpu::simd::State::mxcsr_at_reset;
        s.eax = static_cast<std::uint32_t>(quad());
        return s;
    }

  private:
    template <typename Next>
    static std::uint64_t each_byte(Next next) {
        std::uint64_t value = 0;
        for (int i = 0; i < 8; ++i) {
            value = value << 8 | next();
        }
        return value;
    }

    static constexpr std::array<std::uint8_t, 6> ends_{0x00, 0x01, 0x7F, 0x80, 0x81, 0xFF};
    std::mt19937_64 random_{0x52494E47};
};

}  // namespace

TEST_CASE("MMX and SSE: every packed integer instruction does what the host's does",
          "[cpu][simd]") {
    if (HostSse::missing() != nullptr) {
        WARN(HostSse::missing());
        return;
    }
    HostSse host;
    Operands operands;
    for (const std::string& code : instructions()) {
        SseSubject subject(code);
        host.prepare(subject.code());
        for (int i = 0; i < rounds(300); ++i) {
            const SseStep before = operands.step();
            SseStep ours = before;
            SseStep judged = before;
            subject.execute(ours);
            host.execute(judged);
            if (ours != judged) {
                FAIL_CHECK(fmt::format("{}\nbefore {}ours   {}host   {}", code, text(before),
                                       text(ours), text(judged)));
                break;
            }
        }
    }
}

}  // namespace ringside::test
