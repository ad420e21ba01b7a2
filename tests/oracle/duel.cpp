// SPDX-License-Identifier: MIT
#include "oracle/duel.hpp"

#include <algorithm>
#include <cstring>
#include <span>

#include <fmt/format.h>

#include "base/ensure.hpp"
#include "cpu/decode/decoder.hpp"
#include "cpu/eflags.hpp"
#include "oracle/flow.hpp"
#include "oracle/layout.hpp"
#include "oracle/undefined.hpp"
#include "vectors/system_layout.hpp"

namespace ringside::oracle {
namespace {

using vectors::Register;

constexpr std::uint8_t debug_vector = 1;
constexpr std::uint8_t page_fault_vector = 14;
/// Set in a #PF's code for a fetch, on processors that can forbid it.
constexpr std::uint32_t fetch_bit = 0x10;
constexpr std::uint32_t present_bit = 1;
constexpr std::byte hlt{0xF4};

bool same_registers(const vectors::Registers& a, const vectors::Registers& b) {
    for (auto i = static_cast<unsigned>(Register::eax);
         i <= static_cast<unsigned>(Register::eflags); ++i) {
        if (a[static_cast<Register>(i)] != b[static_cast<Register>(i)]) {
            return false;
        }
    }
    return true;
}

bool same_fpu(const vectors::FpuState& a, const vectors::FpuState& b) {
    return a.control == b.control && a.status == b.status && a.tags == b.tags &&
           a.mxcsr == b.mxcsr && a.st == b.st && a.xmm == b.xmm;
}

bool same_outcome(const vectors::Outcome& a, const vectors::Outcome& b) {
    return a.event == b.event && a.vector == b.vector && a.has_error_code == b.has_error_code &&
           a.error_code == b.error_code && a.page_fault_address == b.page_fault_address;
}

/// The disassembly: the instruction at which the program ended, and in brackets all of them when
/// there are several.
std::string name_of(const Program& program, std::uint32_t last_eip) {
    std::string all;
    std::string last;
    unsigned count = 0;
    std::uint32_t eip = program.before.registers[Register::eip];
    for (std::span<const std::byte> rest = program.code; !rest.empty();) {
        cpu::Decoded decoded;
        const bool good = cpu::decode(rest, program.code32(), decoded) == cpu::DecodeResult::ok;
        const std::string text = cpu::disassemble(rest, program.code32(), eip);
        all += (all.empty() ? "" : " | ") + text;
        if (last.empty() || eip == last_eip) {
            last = text;
        }
        const std::size_t length = good ? decoded.instruction.length : rest.size();
        eip += static_cast<std::uint32_t>(length);
        rest = rest.subspan(length);
        ++count;
    }
    return count > 1 ? fmt::format("{} [{}]", last, all) : all;
}

}  // namespace

Duel::Duel() {
    container_.path = "oracle";
    container_.cpu = "HOST";
    container_.environment = environment();
}

/// Puts the code where it belongs, and HLT where the last program stood. Programs that share their
/// code cost nothing here, nor are they decoded anew.
template <typename Write>
void Duel::place_code(const Program& program, Placed& placed, const Write& write) {
    if (placed.start == program.start && placed.code == program.code) {
        return;
    }
    std::fill(placed.code.begin(), placed.code.end(), hlt);
    write(placed.start, placed.code);
    write(program.start, program.code);
    placed.start = program.start;
    placed.code = program.code;
}

void Duel::place(const Program& program, EmulatedCpu& emulated, Placed& placed) {
    using Code = std::vector<std::byte>;
    place_code(program, native_placed_, [this](std::uint32_t start, const Code& code) {
        std::memcpy(native_.memory().at(start), code.data(), code.size());
    });
    place_code(program, placed,
               [&emulated](std::uint32_t start, const Code& code) { emulated.write(start, code); });
    for (const vectors::MemoryByte& byte : program.memory) {
        *native_.memory().at(byte.address) = std::byte{byte.value};
        *emulated.at(byte.address) = std::byte{byte.value};
    }
}

/// Puts everything back that a program may have changed.
void Duel::restore(EmulatedCpu& emulated) {
    for (const layout::Stretch& stretch : layout::writable) {
        const std::byte* base = base_of_stretch(stretch).data();
        for (std::uint32_t page = stretch.from; page < stretch.to; page += layout::page) {
            std::byte* const native = native_.memory().at(page);
            std::byte* const ours = emulated.at(page);
            if (std::memcmp(native, base, layout::page) != 0) {
                std::memcpy(native, base, layout::page);
                std::memcpy(ours, base, layout::page);
            } else if (!same_memory_ && std::memcmp(ours, base, layout::page) != 0) {
                std::memcpy(ours, base, layout::page);
            }
            base += layout::page;
        }
    }
}

Verdict Duel::run(const Program& program, Blocks blocks) {
    const bool single = blocks == Blocks::single;
    EmulatedCpu& emulated = single ? single_ : whole_;
    Placed& placed = single ? single_placed_ : whole_placed_;
    Verdict verdict;
    attempt(program, emulated, placed, verdict);
    if (verdict.kind == Verdict::Kind::different) {
        // The program may have read or run into an exit, whose bytes differ.
        native_.memory().hide_exits();
        verdict = {};
        attempt(program, emulated, placed, verdict);
        native_.memory().show_exits();
    }
    return verdict;
}

void Duel::attempt(const Program& program, EmulatedCpu& emulated, Placed& placed,
                   Verdict& verdict) {
    place(program, emulated, placed);
    same_memory_ = false;
    native_.run(program.before, native_result_);
    vectors::Outcome& outcome = native_result_.outcome;
    verdict.event = outcome.event;
    verdict.vector = outcome.vector;
    // Data may not be executed here; a processor without that protection would go on.
    constexpr std::uint32_t forbidden = fetch_bit | present_bit;
    const bool ran_data =
        outcome.vector == page_fault_vector && (outcome.error_code & forbidden) == forbidden;
    if (native_result_.ending == Ending::stuck || ran_data) {
        verdict.kind = Verdict::Kind::discarded;
    } else {
        if (outcome.vector == page_fault_vector) {
            outcome.error_code &= ~fetch_bit;
        }
        emulated.run(program.before, emulated_result_);
        if (emulated_result_.outcome.page_fault_address - vectors::layout::base <
            vectors::layout::size) {
            // Ringside's own tables lie there, where the other machine has nothing.
            verdict.kind = Verdict::Kind::discarded;
            restore(emulated);
            return;
        }
        judge(program, emulated, verdict);
    }
    restore(emulated);
}

bool Duel::memory_is_same(EmulatedCpu& emulated) {
    for (const layout::Stretch& stretch : layout::writable) {
        if (std::memcmp(native_.memory().at(stretch.from), emulated.at(stretch.from),
                        stretch.to - stretch.from) != 0) {
            return false;
        }
    }
    return true;
}

Undefined Duel::undefined_results(const Program& program) const {
    cpu::Decoded decoded;
    if (cpu::decode(program.code, program.code32(), decoded) != cpu::DecodeResult::ok) {
        return {};
    }
    const vectors::Outcome& outcome = native_result_.outcome;
    const std::uint32_t eip = native_result_.state.registers[Register::eip];
    const std::uint32_t distance = eip - program.before.registers[Register::eip];
    if (decoded.instruction.length < program.code.size()) {
        const OpenFlags open = follow(program).at(distance);
        Undefined undefined;
        undefined.registers[Register::eflags] = open.eflags;
        undefined.fpu_status = open.fpu_status;
        return undefined;
    }
    // An instruction completes before a trap, and before the fetch of the next one fails.
    const bool completed = !outcome.event || outcome.vector == debug_vector || distance != 0;
    return completed ? undefined_behind(program, decoded, native_result_.state) : Undefined{};
}

/// Whether everything is the same that `undefined` leaves defined.
bool Duel::same_but(const Undefined& undefined) const {
    vectors::Registers expected = native_result_.state.registers;
    State got = emulated_result_.state;
    for (unsigned i = 0; i < vectors::register_count; ++i) {
        const auto r = static_cast<Register>(i);
        expected[r] |= undefined.registers[r];
        got.registers[r] |= undefined.registers[r];
    }
    got.fpu.status =
        static_cast<std::uint16_t>((got.fpu.status & ~undefined.fpu_status) |
                                   (native_result_.state.fpu.status & undefined.fpu_status));
    return same_memory_ && native_result_.ending == emulated_result_.ending &&
           same_outcome(native_result_.outcome, emulated_result_.outcome) &&
           same_registers(expected, got.registers) && same_fpu(native_result_.state.fpu, got.fpu);
}

void Duel::judge(const Program& program, EmulatedCpu& emulated, Verdict& verdict) {
    same_memory_ = memory_is_same(emulated);
    if (same_but({})) {
        verdict.kind = Verdict::Kind::same;
        return;
    }
    const Undefined undefined = undefined_results(program);
    if (same_but(undefined)) {
        verdict.kind = Verdict::Kind::same_but_undefined;
        return;
    }
    record(program, undefined, verdict);
    std::vector<vectors::MemoryDifference> memory;
    if (!same_memory_) {
        find_memory_differences(emulated, undefined, memory);
    }
    verdict.differences = vectors::compare(verdict.recorded, verdict.seen, memory);
    verdict.kind =
        verdict.differences.empty() ? Verdict::Kind::same_but_undefined : Verdict::Kind::different;
}

/// The run as a vector, and what Ringside made of it.
void Duel::record(const Program& program, const Undefined& undefined, Verdict& verdict) {
    vectors::TestVector& test = verdict.recorded;
    test.name = name_of(program, native_result_.state.registers[Register::eip]);
    test.bytes = program.code;
    test.before = program.before.registers;
    test.after = native_result_.state.registers;
    for (unsigned i = 0; i < vectors::register_count; ++i) {
        const auto r = static_cast<Register>(i);
        test.mask[r] = ~undefined.registers[r];
    }
    if (!native_result_.outcome.event) {
        test.mask[Register::eflags] &= ~cpu::flag::rf;  // it ended with the HLT behind the program
    }
    test.outcome = native_result_.outcome;
    test.error_code_mask = ~fetch_bit;
    test.fpu_before = program.before.fpu;
    test.fpu_after = native_result_.state.fpu;
    test.fpu_status_mask = static_cast<std::uint16_t>(~undefined.fpu_status);
    test.memory_undefined = undefined.memory;
    test.notes = undefined.approximate ? vectors::note::approximate : 0;
    for (std::size_t i = 0; i < program.code.size(); ++i) {
        test.memory_before.push_back({program.start + static_cast<std::uint32_t>(i),
                                      std::to_integer<std::uint8_t>(program.code[i])});
    }
    test.memory_before.insert(test.memory_before.end(), program.memory.begin(),
                              program.memory.end());
    for (const layout::Stretch& stretch : layout::writable) {
        const std::vector<std::byte>& base = base_of_stretch(stretch);
        for (std::uint32_t i = 0; i < base.size(); ++i) {
            const std::byte now = *native_.memory().at(stretch.from + i);
            if (now != base[i]) {
                test.memory_after.push_back({stretch.from + i, std::to_integer<std::uint8_t>(now)});
            }
        }
    }
    // What the program set back to the machine's own contents.
    for (const vectors::MemoryByte& byte : program.memory) {
        test.memory_after.push_back(
            {byte.address, std::to_integer<std::uint8_t>(*native_.memory().at(byte.address))});
    }
    verdict.seen.registers = emulated_result_.state.registers;
    verdict.seen.outcome = emulated_result_.outcome;
    verdict.seen.fpu = emulated_result_.state.fpu;
    if (emulated_result_.ending == Ending::stuck) {
        verdict.seen.trouble = "Ringside does not come to an end";
    }
}

const std::vector<std::byte>& Duel::base_of_stretch(const layout::Stretch& stretch) const {
    const auto& runs = container_.environment->base;
    const auto found = std::find_if(runs.begin(), runs.end(), [&stretch](const auto& run) {
        return run.address == stretch.from;
    });
    ensure(found != runs.end(), "contents of every stretch");
    return found->bytes;
}

void Duel::find_memory_differences(EmulatedCpu& emulated, const Undefined& undefined,
                                   std::vector<vectors::MemoryDifference>& differences) {
    const auto is_open = [&undefined](std::uint32_t address) {
        return std::any_of(
            undefined.memory.begin(), undefined.memory.end(),
            [address](const vectors::MemoryByte& open) { return open.address == address; });
    };
    for (const layout::Stretch& stretch : layout::writable) {
        for (std::uint32_t linear = stretch.from; linear < stretch.to; ++linear) {
            const auto want = std::to_integer<std::uint8_t>(*native_.memory().at(linear));
            const auto have = std::to_integer<std::uint8_t>(*emulated.at(linear));
            if (want != have && !is_open(linear)) {
                differences.push_back({linear, want, have});
            }
        }
    }
}

}  // namespace ringside::oracle
