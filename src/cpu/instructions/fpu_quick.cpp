// SPDX-License-Identifier: MIT
#include "cpu/instructions/fpu_quick.hpp"

#include <cstdint>
#include <type_traits>

#include "cpu/fpu/convert.hpp"
#include "cpu/fpu/quick.hpp"
#include "cpu/instructions/fpu_general.hpp"

namespace ringside::cpu {
namespace {

using fpu::Float80;
using fpu::Quick;
using fpu::QuickWords;
using fpu::State;

/// Not #NM: the x87 is there and this task's.
[[nodiscard]] bool available(const Cpu& cpu) {
    return (cpu.cr0 & (cr0::em | cr0::ts)) == 0;
}
[[nodiscard]] bool ready(const Cpu& cpu, QuickWords words) {
    return available(cpu) && !words.pending();
}

/// Registers by their place, not relative to TOP.
[[nodiscard]] bool occupied(const State& s, unsigned place) {
    return (s.occupied >> place & 1U) != 0;
}
// Member by member: copied whole, padding included, a number just written makes the host wait.
[[nodiscard, gnu::always_inline]] inline Float80 at(const State& s, unsigned place) {
    return {s.physical[place].significand, s.physical[place].sign_exponent};
}
[[gnu::always_inline]] inline void put(State& s, unsigned place, Float80 value) {
    s.physical[place].significand = value.significand;
    s.physical[place].sign_exponent = value.sign_exponent;
}

void occupy(State& s, unsigned place) {
    s.occupied = static_cast<std::uint8_t>(s.occupied | (1U << place));
}
void vacate(State& s, unsigned place) {
    s.occupied = static_cast<std::uint8_t>(s.occupied & ~(1U << place));
}
void push(State& s, QuickWords words, unsigned place, Float80 value) {
    put(s, place, value);
    occupy(s, place);
    s.set_top(place);
    words.commit(s, 0);
}
/// Notes how an operation went, and pops if it is one that does.
template <bool pops>
void finish(State& s, QuickWords words, std::uint16_t raised) {
    if constexpr (pops) {
        vacate(s, s.top());
        s.set_top(s.top() + 1);
    }
    words.commit(s, raised);
}

// Operations as DEST := DEST op SRC; the R forms turn the operands around.

struct Add {
    template <unsigned precision>
    [[gnu::always_inline]] static Quick apply(Float80 a, Float80 b) {
        return fpu::quick_add<precision, false>(a, b);
    }
};
struct Subtract {
    template <unsigned precision>
    [[gnu::always_inline]] static Quick apply(Float80 a, Float80 b) {
        return fpu::quick_add<precision, true>(a, b);
    }
};
struct Multiply {
    template <unsigned precision>
    [[gnu::always_inline]] static Quick apply(Float80 a, Float80 b) {
        return fpu::quick_multiply<precision>(a, b);
    }
};
struct Divide {
    template <unsigned precision>
    [[gnu::always_inline]] static Quick apply(Float80 a, Float80 b) {
        return fpu::quick_divide<precision>(a, b);
    }
};
template <typename Operation>
struct Reversed {
    template <unsigned precision>
    [[gnu::always_inline]] static Quick apply(Float80 a, Float80 b) {
        return Operation::template apply<precision>(b, a);
    }
};

// How memory operands are found.

/// #NM or a pending exception comes before the operand is looked at.
[[noreturn, gnu::noinline, gnu::cold]] void raise_first(const Cpu& cpu) {
    require_fpu(cpu);
    raise_fpu_error(cpu);
}
void require_ready(const Cpu& cpu) {
    if (!ready(cpu, QuickWords{cpu.fpu.state})) [[unlikely]] {
        raise_first(cpu);
    }
}

template <typename M, typename W>
W read_real(Cpu& cpu, const Op* op) {
    require_ready(cpu);
    return M::template read<W>(cpu, op);
}
template <typename M, typename W>
std::byte* writable_place(Cpu& cpu, const Op* op) {
    require_ready(cpu);
    return M::template modify<W>(cpu, op).host;
}
template <typename W>
void store_otherwise(Cpu& cpu, const Op* op, std::byte* host) {
    x87_into<W>(cpu, op, Cpu::Place<W>{cpu, host});
}

// The usual cases; false for any other, with nothing changed.

/// Computes and writes the destination, status and pointers.
template <typename Operation, bool pops, unsigned precision>
[[gnu::always_inline]] inline bool arithmetic(Cpu& cpu, const Op* op, QuickWords words,
                                              unsigned destination, Float80 source) {
    State& s = cpu.fpu.state;
    const Float80 old = at(s, destination);
    if (!fpu::quick_normal(old)) [[unlikely]] {
        return false;
    }
    const Quick q = Operation::template apply<precision>(old, source);
    if (!q.done) [[unlikely]] {
        return false;
    }
    put(s, destination, q.value);
    finish<pops>(s, words, q.raised);
    note_instruction(cpu, op);
    return true;
}

template <typename Operation, bool pops>
[[gnu::always_inline]] inline bool arithmetic(Cpu& cpu, const Op* op, QuickWords words,
                                              unsigned destination, Float80 source) {
    if (words.rounds_to<64>()) {
        return arithmetic<Operation, pops, 64>(cpu, op, words, destination, source);
    }
    return words.rounds_to<53>() &&
           arithmetic<Operation, pops, 53>(cpu, op, words, destination, source);
}

/// ST(0) := ST(0) op memory.
template <typename Operation, typename W>
[[gnu::always_inline]] inline bool with_real(Cpu& cpu, const Op* op, W bits) {
    State& s = cpu.fpu.state;
    const QuickWords words(s);
    const Quick source = fpu::quick_load(bits);
    if (!source.done || !occupied(s, s.top()) ||
        !arithmetic<Operation, false>(cpu, op, words, s.top(), source.value)) [[unlikely]] {
        return false;
    }
    note_operand(cpu, op);
    return true;
}

enum class Into : std::uint8_t { top, index, index_and_pop };

/// ST(0) := ST(0) op ST(i), or ST(i) := ST(i) op ST(0).
template <typename Operation, Into into>
[[gnu::always_inline]] inline bool with_register(Cpu& cpu, const Op* op) {
    State& s = cpu.fpu.state;
    const QuickWords words(s);
    const unsigned top = s.top();
    const unsigned other = (top + op->immediate) & 7U;
    if (!available(cpu) || !occupied(s, top) || !occupied(s, other)) [[unlikely]] {
        return false;
    }
    const unsigned destination = into == Into::top ? top : other;
    const Float80 source = at(s, into == Into::top ? other : top);
    if (!fpu::quick_normal(source)) [[unlikely]] {
        return false;
    }
    return arithmetic<Operation, into == Into::index_and_pop>(cpu, op, words, destination, source);
}

template <typename W>
[[gnu::always_inline]] inline bool load_real(Cpu& cpu, const Op* op, W bits) {
    State& s = cpu.fpu.state;
    const QuickWords words(s);
    const unsigned place = (s.top() - 1) & 7U;
    const Quick q = fpu::quick_load(bits);
    const bool zero = static_cast<W>(bits << 1) == 0;
    if (!(q.done || zero) || occupied(s, place)) [[unlikely]] {
        return false;
    }
    push(s, words, place, zero ? fpu::zero(bits != 0) : q.value);
    note_instruction(cpu, op);
    note_operand(cpu, op);
    return true;
}

template <typename W>
[[gnu::always_inline]] inline bool load_integer(Cpu& cpu, const Op* op, W bits) {
    State& s = cpu.fpu.state;
    const QuickWords words(s);
    const unsigned place = (s.top() - 1) & 7U;
    if (occupied(s, place)) [[unlikely]] {
        return false;
    }
    push(s, words, place, fpu::from_integer(static_cast<std::make_signed_t<W>>(bits)));
    note_instruction(cpu, op);
    note_operand(cpu, op);
    return true;
}

template <typename W, bool pops>
[[gnu::always_inline]] inline bool store_real(Cpu& cpu, const Op* op, std::byte* host) {
    State& s = cpu.fpu.state;
    const QuickWords words(s);
    const unsigned top = s.top();
    if (!occupied(s, top) || !words.rounds()) [[unlikely]] {
        return false;
    }
    const auto q = fpu::quick_store<W>(at(s, top));
    if (!q.done) [[unlikely]] {
        return false;
    }
    finish<pops>(s, words, q.raised);
    note_instruction(cpu, op);
    note_operand(cpu, op);
    Cpu::Place<W>{cpu, host}.set(q.bits);
    return true;
}

bool load_register(Cpu& cpu, const Op* op) {
    State& s = cpu.fpu.state;
    const QuickWords words(s);
    const unsigned source = (s.top() + op->immediate) & 7U;
    const unsigned place = (s.top() - 1) & 7U;
    if (!ready(cpu, words) || !occupied(s, source) || occupied(s, place)) [[unlikely]] {
        return false;
    }
    push(s, words, place, at(s, source));
    note_instruction(cpu, op);
    return true;
}

template <bool pops>
bool store_register(Cpu& cpu, const Op* op) {
    State& s = cpu.fpu.state;
    const QuickWords words(s);
    const unsigned top = s.top();
    const unsigned destination = (top + op->immediate) & 7U;
    if (!ready(cpu, words) || !occupied(s, top)) [[unlikely]] {
        return false;
    }
    put(s, destination, at(s, top));
    occupy(s, destination);
    finish<pops>(s, words, 0);
    note_instruction(cpu, op);
    return true;
}

bool exchange(Cpu& cpu, const Op* op) {
    State& s = cpu.fpu.state;
    const QuickWords words(s);
    const unsigned top = s.top();
    const unsigned other = (top + op->immediate) & 7U;
    if (!ready(cpu, words) || !occupied(s, top) || !occupied(s, other)) [[unlikely]] {
        return false;
    }
    finish<false>(s, words, 0);
    const Float80 old = at(s, top);
    put(s, top, at(s, other));
    put(s, other, old);
    note_instruction(cpu, op);
    return true;
}

template <unsigned precision>
bool square_root(Cpu& cpu, const Op* op, QuickWords words) {
    State& s = cpu.fpu.state;
    const Quick q = fpu::quick_square_root<precision>(at(s, s.top()));
    if (!q.done) [[unlikely]] {
        return false;
    }
    put(s, s.top(), q.value);
    finish<false>(s, words, q.raised);
    note_instruction(cpu, op);
    return true;
}

[[gnu::noinline]] bool square_root_of_top(Cpu& cpu, const Op* op) {
    const State& s = cpu.fpu.state;
    const QuickWords words(s);
    if (!available(cpu) || !occupied(s, s.top()) || !fpu::quick_normal(at(s, s.top())))
        [[unlikely]] {
        return false;
    }
    return words.rounds_to<64>() ? square_root<64>(cpu, op, words)
                                 : words.rounds_to<53>() && square_root<53>(cpu, op, words);
}

template <auto change>
bool change_sign(Cpu& cpu, const Op* op) {
    State& s = cpu.fpu.state;
    const QuickWords words(s);
    const unsigned top = s.top();
    if (!ready(cpu, words) || !occupied(s, top)) [[unlikely]] {
        return false;
    }
    finish<false>(s, words, 0);
    put(s, top, (at(s, top).*change)());
    note_instruction(cpu, op);
    return true;
}

// Selections: a usual case and what stands behind it.

template <auto body>
Selection on_registers() {
    return {&usual<body, &x87_on_registers>, false};
}
template <typename M, typename W, auto body>
Selection reading() {
    return {&usual_with<&read_real<M, W>, body, &x87_with_value>, false};
}
template <typename M, typename W, auto body>
Selection writing() {
    return {&usual_with<&writable_place<M, W>, body, &store_otherwise<W>>, false};
}

template <typename Pick>
Selection with_operation(unsigned reg, const Pick& pick) {
    switch (reg) {
        case 0: return pick.template operator()<Add>();
        case 1: return pick.template operator()<Multiply>();
        case 4: return pick.template operator()<Subtract>();
        case 5: return pick.template operator()<Reversed<Subtract>>();
        case 6: return pick.template operator()<Divide>();
        case 7: return pick.template operator()<Reversed<Divide>>();
        default: return {};
    }
}

/// With ST(i) as destination the encodings of the R forms and the plain ones change places.
[[nodiscard]] constexpr unsigned plain_reg(unsigned reg) {
    return reg >= 4 ? reg ^ 1U : reg;
}

template <typename M, typename W>
Selection select_memory(unsigned escape, unsigned reg) {
    if (escape == 0xD8 || escape == 0xDC) {
        return with_operation(
            reg, [&]<typename Operation>() { return reading<M, W, &with_real<Operation, W>>(); });
    }
    switch (reg) {
        case 0: return reading<M, W, &load_real<W>>();
        case 2: return writing<M, W, &store_real<W, false>>();
        case 3: return writing<M, W, &store_real<W, true>>();
        default: return {};
    }
}

Selection select_registers(unsigned escape, unsigned modrm) {
    const unsigned reg = modrm >> 3 & 7U;
    switch (escape) {
        case 0xD8:
            return with_operation(reg, []<typename Operation>() {
                return on_registers<&with_register<Operation, Into::top>>();
            });
        case 0xDC:
            return with_operation(plain_reg(reg), []<typename Operation>() {
                return on_registers<&with_register<Operation, Into::index>>();
            });
        case 0xDE:
            return with_operation(plain_reg(reg), []<typename Operation>() {
                return on_registers<&with_register<Operation, Into::index_and_pop>>();
            });
        case 0xD9:
            switch (reg) {
                case 0: return on_registers<&load_register>();
                case 1: return on_registers<&exchange>();
                default: break;
            }
            switch (modrm) {
                case 0xE0: return on_registers<&change_sign<&Float80::negated>>();
                case 0xFA: return on_registers<&square_root_of_top>();
                case 0xE1: return on_registers<&change_sign<&Float80::absolute>>();
                default: return {};
            }
        case 0xDD:
            switch (reg) {
                case 2: return on_registers<&store_register<false>>();
                case 3: return on_registers<&store_register<true>>();
                default: return {};
            }
        default: return {};
    }
}

}  // namespace

Selection select_quick_x87(const Decoded& d, std::uint32_t mode, const fpu::Form& form) {
    const unsigned escape = d.instruction.opcode;
    const auto& modrm = d.instruction.raw.modrm;
    if (form.direction == fpu::Direction::none) {
        return select_registers(escape, 0xC0U | unsigned{modrm.reg} << 3 | modrm.rm);
    }
    if (form.operand == fpu::Operand::ax) {
        return {};
    }
    const bool loads = form.direction == fpu::Direction::load;
    return with_memory(d, mode, [&]<typename M>() -> Selection {
        if (form.operand == fpu::Operand::real32) {
            return select_memory<M, std::uint32_t>(escape, modrm.reg);
        }
        if (form.operand == fpu::Operand::real64) {
            return select_memory<M, std::uint64_t>(escape, modrm.reg);
        }
        if (escape == 0xDF && form.operand == fpu::Operand::integer16 && loads) {
            return reading<M, std::uint16_t, &load_integer<std::uint16_t>>();
        }
        if (escape == 0xDB && form.operand == fpu::Operand::integer32 && loads) {
            return reading<M, std::uint32_t, &load_integer<std::uint32_t>>();
        }
        return {};
    });
}

}  // namespace ringside::cpu
