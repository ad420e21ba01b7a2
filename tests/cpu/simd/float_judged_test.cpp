// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <catch2/catch.hpp>

#include <vector>

#include "cpu/simd/arithmetic.hpp"
#include "cpu/simd/float_operands.hpp"
#include "cpu/simd/host_sse.hpp"
#include "cpu/simd/sse_subject.hpp"
#include "support/soak.hpp"

namespace ringside::test {
namespace {

using cpu::simd::Arithmetic;
using cpu::simd::Xmm;

enum class Lanes : std::uint8_t { singles, doubles };

/// An instruction on XMM0 or MM0 or EAX, and XMM1 where it has another operand.
struct Judged {
    std::string_view name;
    std::string_view code;
    Lanes lanes;
};

constexpr std::string_view prefixes[] = {"", "66", "f3", "f2"};
constexpr std::string_view suffixes[] = {"ps", "pd", "ss", "sd"};

constexpr std::array others{
    Judged{"comiss", "0f2fc1", Lanes::singles},
    Judged{"comisd", "660f2fc1", Lanes::doubles},
    Judged{"ucomiss", "0f2ec1", Lanes::singles},
    Judged{"ucomisd", "660f2ec1", Lanes::doubles},
    Judged{"addsubps", "f20fd0c1", Lanes::singles},
    Judged{"addsubpd", "660fd0c1", Lanes::doubles},
    Judged{"haddps", "f20f7cc1", Lanes::singles},
    Judged{"haddpd", "660f7cc1", Lanes::doubles},
    Judged{"hsubps", "f20f7dc1", Lanes::singles},
    Judged{"hsubpd", "660f7dc1", Lanes::doubles},
    Judged{"cvtps2pd", "0f5ac1", Lanes::singles},
    Judged{"cvtpd2ps", "660f5ac1", Lanes::doubles},
    Judged{"cvtss2sd", "f30f5ac1", Lanes::singles},
    Judged{"cvtsd2ss", "f20f5ac1", Lanes::doubles},
    Judged{"cvtdq2ps", "0f5bc1", Lanes::singles},
    Judged{"cvtps2dq", "660f5bc1", Lanes::singles},
    Judged{"cvttps2dq", "f30f5bc1", Lanes::singles},
    Judged{"cvttpd2dq", "660fe6c1", Lanes::doubles},
    Judged{"cvtdq2pd", "f30fe6c1", Lanes::singles},
    Judged{"cvtpd2dq", "f20fe6c1", Lanes::doubles},
    Judged{"cvtpi2ps", "0f2ac0", Lanes::singles},
    Judged{"cvtpi2pd", "660f2ac0", Lanes::doubles},
    Judged{"cvtsi2ss", "f30f2ac0", Lanes::singles},
    Judged{"cvtsi2sd", "f20f2ac0", Lanes::doubles},
    Judged{"cvttps2pi", "0f2cc1", Lanes::singles},
    Judged{"cvttpd2pi", "660f2cc1", Lanes::doubles},
    Judged{"cvttss2si", "f30f2cc1", Lanes::singles},
    Judged{"cvttsd2si", "f20f2cc1", Lanes::doubles},
    Judged{"cvtps2pi", "0f2dc1", Lanes::singles},
    Judged{"cvtpd2pi", "660f2dc1", Lanes::doubles},
    Judged{"cvtss2si", "f30f2dc1", Lanes::singles},
    Judged{"cvtsd2si", "f20f2dc1", Lanes::doubles},
};

struct Instruction {
    std::string name;
    std::string code;
    Lanes lanes;
};

/// Those with four shapes by prefix, the eight predicates, and the others.
std::vector<Instruction> instructions() {
    std::vector<Instruction> all;
    const auto in_each_shape = [&all](std::string_view name, std::string_view code) {
        for (std::size_t i = 0; i < 4; ++i) {
            all.push_back({fmt::format("{}{}", name, suffixes[i]),
                           fmt::format("{}{}", prefixes[i], code),
                           i % 2 == 0 ? Lanes::singles : Lanes::doubles});
        }
    };
    in_each_shape("add", "0f58c1");
    in_each_shape("mul", "0f59c1");
    in_each_shape("sub", "0f5cc1");
    in_each_shape("div", "0f5ec1");
    in_each_shape("sqrt", "0f51c1");
    in_each_shape("min", "0f5dc1");
    in_each_shape("max", "0f5fc1");
    for (unsigned predicate = 0; predicate < 8; ++predicate) {
        in_each_shape(fmt::format("cmp{}", predicate), fmt::format("0fc2c1{:02x}", predicate));
    }
    for (const Judged& j : others) {
        all.push_back({std::string(j.name), std::string(j.code), j.lanes});
    }
    return all;
}

/// Random steps of one instruction on ours and on the host's; tells of the first difference.
void judge(HostSse& host, const Instruction& instruction, const Arithmetic& arithmetic, int count) {
    SseSubject subject(instruction.code, arithmetic);
    host.prepare(subject.code());
    FloatOperands operands(std::hash<std::string>{}(instruction.name));
    for (int i = 0; i < count; ++i) {
        const SseStep before = operands.step(instruction.lanes == Lanes::singles);
        SseStep ours = before;
        SseStep judged = before;
        subject.execute(ours);
        host.execute(judged);
        if (ours != judged) {
            FAIL_CHECK(fmt::format("{}, {} arithmetic\nbefore {}ours   {}host   {}",
                                   instruction.name, arithmetic.name, text(before), text(ours),
                                   text(judged)));
            return;
        }
    }
}

}  // namespace

TEST_CASE("SSE: every floating-point instruction does to the bit what the host's does",
          "[cpu][simd]") {
    if (HostSse::missing() != nullptr) {
        WARN(HostSse::missing());
        return;
    }
    HostSse host;
    const std::vector<Instruction> all = instructions();
    CHECK(all.size() == 92);
    for (const Arithmetic* const arithmetic :
         {&cpu::simd::soft_arithmetic(), &cpu::simd::host_arithmetic()}) {
        for (const Instruction& instruction : all) {
            judge(host, instruction, *arithmetic, rounds(2000));
        }
    }
}

}  // namespace ringside::test
