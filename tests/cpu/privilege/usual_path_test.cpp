// SPDX-License-Identifier: MIT
// The short way through a gate and back against the general one, which an observer makes the
// processor take: on machines of which a few things are not as usual, both end the same.
#include <catch2/catch.hpp>

#include <array>
#include <random>
#include <span>
#include <vector>

#include "cpu/privilege/rings.hpp"

using namespace ringside;
using namespace ringside::cpu;
using ringside::test::Rings;

namespace {

constexpr unsigned vector = 0x2E;
constexpr std::uint32_t handler = Rings::handlers + vector * 16;
/// Through the gate three times, so that the second finds all translations at hand; then #UD.
constexpr std::string_view program = "cd 2e cd 2e cd 2e 0f 0b";

/// One machine that is nearly usual; the same for the same numbers.
class Unusual {
  public:
    explicit Unusual(std::uint32_t seed) : random_(seed) {}

    void prepare(Rings& m) {
        m.gate(vector, Rings::interrupt32, 3);
        m.code(Rings::start, program);
        m.code(handler, "cf");
        if (one_in(2)) {
            m.enable_paging();
        }
        const std::uint32_t oddities = 1 + number() % 3;
        for (std::uint32_t i = 0; i < oddities; ++i) {
            change(m);
        }
        m.cpu.context_changed();
    }

  private:
    std::uint32_t number() { return static_cast<std::uint32_t>(random_()); }
    bool one_in(std::uint32_t n) { return number() % n == 0; }
    template <typename T, std::size_t n>
    T any_of(const std::array<T, n>& values) {
        return values.at(number() % n);
    }

    void change(Rings& m) {
        switch (number() % 10) {
            case 0: change_descriptor(m); break;
            case 1: change_frame(m); break;
            case 2: change_stack(m); break;
            case 3: change_eflags(m); break;
            case 4: change_data_segment(m); break;
            case 5: change_limits(m); break;
            case 6: change_page(m); break;
            case 7: m.code(handler, one_in(2) ? "66 cf" : "90 cf"); break;
            default:
                m.gate(vector,
                       any_of(std::array{Rings::interrupt32, Rings::trap32, Rings::interrupt16,
                                         Rings::trap16}),
                       one_in(4) ? 0 : 3,
                       any_of(std::array<std::uint16_t, 4>{Rings::code0, Rings::code0 | 3,
                                                           Rings::code3, Rings::data0}));
        }
    }
    void change_descriptor(Rings& m) {
        const auto selector =
            any_of(std::array{Rings::code0, Rings::data0, Rings::code3, Rings::data3});
        const std::uint32_t at = Rings::gdt_base + (selector & 0xFFF8U) + (one_in(4) ? 0 : 4);
        m.set_dword(at, m.dword(at) ^ 1U << number() % 32);
    }
    /// mov dword [esp + n], value; iretd
    void change_frame(Rings& m) {
        const std::array<std::uint32_t, 5> words{Rings::start + 6, Rings::code3, flag::fixed,
                                                 Rings::stack_top, Rings::data3};
        const std::uint32_t n = number() % 5;
        m.code(handler, "c7 44 24 00 00 00 00 00 cf");
        m.memory.write(PhysicalAddress{handler + 3}, static_cast<std::uint8_t>(n * 4));
        m.set_dword(handler + 4, words.at(n) ^ 1U << number() % 32);
    }
    void change_stack(Rings& m) {
        if (one_in(2)) {
            constexpr std::array<std::uint32_t, 6> pointers{
                Rings::inner_top - 2, Rings::inner_top + 8, 16, 20, 0, 0x80000000};
            m.set_dword(Rings::task_base + 4, any_of(pointers));
        } else {
            constexpr std::array<std::uint32_t, 4> selectors{Rings::data0 | 1, 0, Rings::data3,
                                                             Rings::code0};
            m.set_dword(Rings::task_base + 8, any_of(selectors));
        }
    }
    void change_eflags(Rings& m) {
        m.cpu.set_eflags((number() &
                          (flag::arithmetic | flag::tf | flag::intf | flag::df | flag::iopl |
                           flag::nt | flag::ac | flag::id) &
                          m.cpu.known_eflags) |
                         flag::fixed);
        if (one_in(2)) {
            m.cpu.cr0 |= cr0::am;
        }
    }
    void change_data_segment(Rings& m) {
        const auto r = any_of(std::array{SegmentRegister::ds, SegmentRegister::es,
                                         SegmentRegister::fs, SegmentRegister::gs});
        m.cpu.segment(r) = one_in(2)
                               ? Segment::null(Selector{static_cast<std::uint16_t>(number() % 4)})
                               : Segment::from(Selector{Rings::data0},
                                               Descriptor{Rings::flat, Rings::data32 | 0x100});
    }
    void change_limits(Rings& m) {
        switch (number() % 4) {
            case 0:
                m.cpu.gdtr.limit = any_of(std::array<std::uint16_t, 3>{0x0F, 0x17, 0x26});
                break;
            case 1: m.cpu.idtr.limit = vector * 8 + 6; break;
            case 2: m.cpu.tr.limit = any_of(std::array{7U, 10U, 11U}); break;
            default: m.cpu.tr.type = SystemType::tss16_busy;
        }
    }
    void change_page(Rings& m) {
        if ((m.cpu.cr0 & cr0::pg) == 0) {
            m.enable_paging();
        }
        const auto page = any_of(std::array{Rings::inner_top - 4, Rings::gdt_base, Rings::task_base,
                                            Rings::stack_top - 4, Rings::start});
        if (one_in(2)) {
            m.supervisor_only(page);
        } else {
            m.unmap(page);
        }
    }

    std::mt19937 random_;
};

std::vector<std::byte> all_memory(const Rings& m) {
    std::vector<std::byte> bytes(m.memory.size());
    m.memory.read_bytes(PhysicalAddress{0}, bytes);
    return bytes;
}

void check_same(const Rings& a, const Rings& b) {
    for (unsigned i = 0; i < 8; ++i) {
        CHECK(a.cpu.registers[GeneralRegister{static_cast<std::uint8_t>(i)}] ==
              b.cpu.registers[GeneralRegister{static_cast<std::uint8_t>(i)}]);
    }
    for (unsigned i = 0; i < segment_registers; ++i) {
        const Segment& s = a.cpu.segments.at(i);
        const Segment& t = b.cpu.segments.at(i);
        CAPTURE(i);
        CHECK(s.selector == t.selector);
        CHECK(s.base == t.base);
        CHECK(s.lowest == t.lowest);
        CHECK(s.highest == t.highest);
        CHECK(s.readable == t.readable);
        CHECK(s.writable == t.writable);
        CHECK(s.descriptor.low() == t.descriptor.low());
        CHECK(s.descriptor.high() == t.descriptor.high());
        CHECK(s.as_code == t.as_code);
        CHECK(s.as_data == t.as_data);
        CHECK(s.as_stack == t.as_stack);
    }
    CHECK(a.cpu.eip == b.cpu.eip);
    CHECK(a.cpu.eflags() == b.cpu.eflags());
    CHECK(a.cpu.cpl == b.cpu.cpl);
    CHECK(a.cpu.cr2 == b.cpu.cr2);
    CHECK(a.cpu.mode == b.cpu.mode);
    CHECK(a.cpu.clock == b.cpu.clock);
    CHECK(a.cpu.exit.kind == b.cpu.exit.kind);
    CHECK(all_memory(a) == all_memory(b));
}

}  // namespace

TEST_CASE("int 2Eh and iretd: the short way ends where the general one does", "[rings]") {
    const auto model = GENERATE(Model::i386, Model::i486, Model::p6);
    unsigned undisturbed = 0;
    for (std::uint32_t seed = 0; seed < 300; ++seed) {
        CAPTURE(seed);
        Rings watched(3, model);
        Rings alone(3, model);
        const std::uint32_t numbers = seed * 8 + static_cast<std::uint32_t>(model);
        Unusual(numbers).prepare(watched);
        Unusual(numbers).prepare(alone);
        alone.cpu.observer = nullptr;
        watched.run_on(5000);
        alone.run_on(5000);
        check_same(watched, alone);
        const bool ended = !watched.transitions.empty() &&
                           watched.transitions.back().vector == Vector::invalid_opcode;
        undisturbed += ended ? 1U : 0U;
    }
    CHECK(undisturbed > 10);  // else the numbers make no usual machine
}

TEST_CASE("a fault with an error code and one without, by the short way", "[rings]") {
    // mov eax, [40000000h] / ud2, from a handler that skips them: add dword [esp + n], 5 or 2
    const auto prepare = [](Rings& m) {
        m.enable_paging();
        m.gate_to(14, Rings::trap32, 0, Rings::code0, handler);
        m.gate_to(6, Rings::interrupt32, 0, Rings::code0, handler + 0x100);
        m.code(handler, "83 c4 04 83 04 24 05 cf");
        m.code(handler + 0x100, "83 04 24 02 cf");
        m.code(Rings::start, "a1 00 00 00 40 0f 0b a1 00 00 00 40 0f 0b cd 2f");
        m.gate(0x2F, Rings::interrupt32, 3);
    };
    Rings watched;
    Rings alone;
    prepare(watched);
    prepare(alone);
    alone.cpu.observer = nullptr;
    watched.run_on();
    alone.run_on();
    CHECK(alone.cpu.eip == Rings::handlers + 0x2F1);
    check_same(watched, alone);
}
