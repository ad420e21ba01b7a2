// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <catch2/catch.hpp>

#include "base/bits.hpp"
#include "cpu/fpu/form.hpp"
#include "cpu/fpu/host_x87.hpp"
#include "cpu/fpu/operands.hpp"
#include "cpu/fpu/wide_integer.hpp"
#include "support/soak.hpp"

namespace ringside::test {
namespace {

using namespace cpu::fpu;

/// Ours, on the same step.
void execute(const Arithmetic& arithmetic, std::uint8_t escape, std::uint8_t modrm, X87Step& step) {
    const Form& form = *find_form(escape, modrm);
    Unit unit;
    unit.state = step.state;
    unit.arithmetic = &arithmetic;
    Transfer x;
    x.index = modrm & 7U;
    x.low = load<std::uint64_t>(step.memory.data());
    x.high = load<std::uint16_t>(step.memory.data() + 8);
    x.flags = step.eflags;
    x.image = step.memory;
    const unsigned size = operand_size(form.operand, x.format);
    form.body(unit, x);
    step.state = unit.state;
    if (x.writes_flags) {
        step.eflags = x.flags;
    }
    if (!x.writes) {
        return;
    }
    if (form.operand == Operand::ax) {
        step.eax = (step.eax & 0xFFFF0000U) | static_cast<std::uint16_t>(x.low);
    } else if (size <= 10) {
        std::array<std::byte, 10> bytes{};
        store(bytes.data(), x.low);
        store(bytes.data() + 8, x.high);
        std::memcpy(step.memory.data(), bytes.data(), size);
    }
}

std::string text(Float80 value) {
    return fmt::format("{:04x}:{:016x}", value.sign_exponent, value.significand);
}

std::string text(const X87Step& s) {
    std::string all =
        fmt::format("cw {:04x} sw {:04x} tags {:02x} eax {:08x} fl {:02x} mem {:016x} {:04x}\n",
                    s.state.control.value, s.state.status_word(), s.state.occupied, s.eax, s.eflags,
                    load<std::uint64_t>(s.memory.data()), load<std::uint16_t>(s.memory.data() + 8));
    for (unsigned i = 0; i < 8; ++i) {
        all += fmt::format("  st{} {}{}", i, text(s.state.st(i)), s.state.empty(i) ? " empty" : "");
        all += i % 2 == 1 ? "\n" : "";
    }
    return all;
}

/// The pointers in an image are no part of what is judged.
void forget_pointers(Operand operand, X87Step& s) {
    if (operand == Operand::environment || operand == Operand::save) {
        std::memset(s.memory.data() + 12, 0, 16);
    }
}

bool agree(const Form& form, X87Step& ours, X87Step& judge) {
    if (form.direction == Direction::store) {
        forget_pointers(form.operand, ours);
        forget_pointers(form.operand, judge);
    }
    const State& a = ours.state;
    const State& b = judge.state;
    return a.physical == b.physical && a.control == b.control &&
           a.status_word() == b.status_word() && a.occupied == b.occupied &&
           ours.memory == judge.memory && ours.eax == judge.eax && ours.eflags == judge.eflags;
}

/// Units in the last place between two results; those of different kinds are far apart.
std::uint64_t distance(Float80 a, Float80 b) {
    const auto place = [](Float80 v) {
        return Uint128{v.exponent()} << 63 | (v.significand & ~Float80::integer_bit);
    };
    if (a.sign() != b.sign()) {
        return ~std::uint64_t{0};
    }
    const Uint128 x = place(a);
    const Uint128 y = place(b);
    const Uint128 difference = x > y ? x - y : y - x;
    return high_half(difference) != 0 ? ~std::uint64_t{0} : low_half(difference);
}

/// Transcendental results may differ by the error that the processor documents, and with them
/// the direction of rounding.
bool close(X87Step ours, X87Step judge) {
    constexpr std::uint64_t documented = 2;
    for (unsigned i = 0; i < 8; ++i) {
        if (distance(ours.state.physical[i], judge.state.physical[i]) > documented) {
            return false;
        }
    }
    ours.state.status = static_cast<std::uint16_t>(ours.state.status | status::c1);
    judge.state.status = static_cast<std::uint16_t>(judge.state.status | status::c1);
    return ours.state.status_word() == judge.state.status_word() &&
           ours.state.occupied == judge.state.occupied && ours.state.control == judge.state.control;
}

bool is_elementary(const Form& form) {
    const auto family = elementary_forms();
    return &form >= family.data() && &form < family.data() + family.size();
}

/// Calls `visit(escape, modrm, form)` for every opcode that is an instruction.
template <typename Visit>
int for_each_opcode(const Visit& visit) {
    int opcodes = 0;
    for (unsigned opcode = 0; opcode < 0x800; ++opcode) {
        const auto escape = static_cast<std::uint8_t>(0xD8 + opcode / 256);
        const auto modrm = static_cast<std::uint8_t>(opcode % 256);
        const bool other_memory_form = modrm < 0xC0 && (modrm & 0xC7U) != 0;
        const Form* const form = other_memory_form ? nullptr : find_form(escape, modrm);
        if (form != nullptr) {
            ++opcodes;
            visit(escape, modrm, *form);
        }
    }
    return opcodes;
}

/// Runs `count` random steps of one opcode on ours and on the host's, and tells of the first that
/// `agreeing` does not like.
template <typename Agreeing>
void judge_opcode(const HostX87& host, const Arithmetic& arithmetic, std::uint8_t escape,
                  std::uint8_t modrm, int count, const Agreeing& agreeing) {
    const Form& form = *find_form(escape, modrm);
    X87Operands operands(opcode_of(escape, modrm) * 2654435761U + arithmetic.name.size());
    for (int i = 0; i < count; ++i) {
        const X87Step before = operands.step(form);
        X87Step ours = before;
        X87Step judge = before;
        execute(arithmetic, escape, modrm, ours);
        host.execute(escape, modrm, judge);
        if (!agreeing(form, ours, judge)) {
            FAIL_CHECK(fmt::format("{:02x} {:02x}, {} arithmetic\nbefore {}ours   {}host   {}",
                                   escape, modrm, arithmetic.name, text(before), text(ours),
                                   text(judge)));
            return;
        }
    }
}

}  // namespace

TEST_CASE("x87: every form does to the bit what the host's does", "[cpu][fpu]") {
    if (HostX87::missing() != nullptr) {
        WARN(HostX87::missing());
        return;
    }
    const HostX87 host;
    for (const Arithmetic* const arithmetic : {&soft_arithmetic(), &host_arithmetic()}) {
        const int opcodes =
            for_each_opcode([&](std::uint8_t escape, std::uint8_t modrm, const Form& form) {
                if (!is_elementary(form)) {
                    judge_opcode(host, *arithmetic, escape, modrm, rounds(750), agree);
                }
            });
        CHECK(opcodes == 480);
    }
}

TEST_CASE("x87: transcendental functions are within the documented error of the host's",
          "[cpu][fpu]") {
    if (HostX87::missing() != nullptr) {
        WARN(HostX87::missing());
        return;
    }
    const HostX87 host;
    for_each_opcode([&](std::uint8_t escape, std::uint8_t modrm, const Form& form) {
        if (is_elementary(form)) {
            judge_opcode(host, soft_arithmetic(), escape, modrm, rounds(5000),
                         [](const Form&, const X87Step& ours, const X87Step& judge) {
                             return close(ours, judge);
                         });
        }
    });
}

}  // namespace ringside::test
