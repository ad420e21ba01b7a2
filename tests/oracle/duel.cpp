// SPDX-License-Identifier: MIT
#include "oracle/duel.hpp"

#include <algorithm>
#include <cstring>

#include "base/ensure.hpp"
#include "cpu/decode/decoder.hpp"
#include "oracle/layout.hpp"
#include "oracle/undefined.hpp"

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

}  // namespace

Duel::Duel() {
    container_.path = "oracle";
    container_.cpu = "HOST";
    container_.environment = environment();
}

void Duel::place(const Program& program, EmulatedCpu& emulated) {
    std::memcpy(native_.memory().at(program.start), program.code.data(), program.code.size());
    emulated.write(program.start, program.code);
    for (const vectors::MemoryByte& byte : program.memory) {
        *native_.memory().at(byte.address) = std::byte{byte.value};
        *emulated.at(byte.address) = std::byte{byte.value};
    }
}

/// Puts everything back that a program may have changed, and takes the program away.
void Duel::clear(const Program& program, EmulatedCpu& emulated) {
    for (const vectors::MemoryRun& run : container_.environment->base) {
        if (run.address < layout::data) {
            continue;
        }
        for (std::size_t at = 0; at < run.bytes.size(); at += layout::page) {
            const auto linear = run.address + static_cast<std::uint32_t>(at);
            const std::byte* const base = run.bytes.data() + at;
            for (std::byte* const page : {native_.memory().at(linear), emulated.at(linear)}) {
                if (std::memcmp(page, base, layout::page) != 0) {
                    std::memcpy(page, base, layout::page);
                }
            }
        }
    }
    std::memset(native_.memory().at(program.start), std::to_integer<int>(hlt), program.code.size());
    emulated.write(program.start, std::vector<std::byte>(program.code.size(), hlt));
}

Verdict Duel::run(const Program& program, Blocks blocks) {
    EmulatedCpu& emulated = blocks == Blocks::single ? single_ : whole_;
    Verdict verdict;
    attempt(program, emulated, verdict);
    if (verdict.kind == Verdict::Kind::different) {
        // The program may have read or run into an exit, whose bytes differ.
        native_.memory().hide_exits();
        verdict = {};
        attempt(program, emulated, verdict);
        native_.memory().show_exits();
    }
    return verdict;
}

void Duel::attempt(const Program& program, EmulatedCpu& emulated, Verdict& verdict) {
    place(program, emulated);
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
        if (emulated_result_.ending == Ending::not_built) {
            verdict.kind = Verdict::Kind::not_built;
        } else {
            judge(program, emulated, verdict);
        }
    }
    clear(program, emulated);
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
    const vectors::Outcome& outcome = native_result_.outcome;
    const vectors::Registers& after = native_result_.state.registers;
    // An instruction completes before a trap, and before the fetch of the next one fails.
    const bool completed = !outcome.event || outcome.vector == debug_vector ||
                           after[Register::eip] != program.before.registers[Register::eip];
    cpu::Decoded decoded;
    if (!completed ||
        cpu::decode(program.code, program.code32(), decoded) != cpu::DecodeResult::ok) {
        return {};
    }
    return undefined_behind(program, decoded, native_result_.state);
}

/// Whether everything is the same that `undefined` leaves defined.
bool Duel::same_but(const Undefined& undefined, bool memory_is_same) const {
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
    return memory_is_same && native_result_.ending == emulated_result_.ending &&
           same_outcome(native_result_.outcome, emulated_result_.outcome) &&
           same_registers(expected, got.registers) && same_fpu(native_result_.state.fpu, got.fpu);
}

void Duel::judge(const Program& program, EmulatedCpu& emulated, Verdict& verdict) {
    const bool same_memory = memory_is_same(emulated);
    if (same_but({}, same_memory)) {
        verdict.kind = Verdict::Kind::same;
        return;
    }
    const Undefined undefined = undefined_results(program);
    if (same_but(undefined, same_memory)) {
        verdict.kind = Verdict::Kind::same_but_undefined;
        return;
    }
    record(program, undefined, verdict);
    std::vector<vectors::MemoryDifference> memory;
    if (!same_memory) {
        find_memory_differences(emulated, undefined, memory);
    }
    verdict.differences = vectors::compare(verdict.recorded, verdict.seen, memory);
    verdict.kind =
        verdict.differences.empty() ? Verdict::Kind::same_but_undefined : Verdict::Kind::different;
}

/// The run as a vector, and what Ringside made of it.
void Duel::record(const Program& program, const Undefined& undefined, Verdict& verdict) {
    vectors::TestVector& test = verdict.recorded;
    test.name =
        cpu::disassemble(program.code, program.code32(), program.before.registers[Register::eip]);
    test.bytes = program.code;
    test.before = program.before.registers;
    test.after = native_result_.state.registers;
    for (unsigned i = 0; i < vectors::register_count; ++i) {
        const auto r = static_cast<Register>(i);
        test.mask[r] = ~undefined.registers[r];
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
