// SPDX-License-Identifier: MIT
#include "oracle/emulated_cpu.hpp"

#include <cstring>
#include <set>

#include "base/bits.hpp"
#include "cpu/decode/block.hpp"
#include "oracle/layout.hpp"
#include "oracle/segments.hpp"

namespace ringside::oracle {
namespace {

using vectors::Register;

constexpr std::byte hlt{0xF4};
/// Ticks until a program counts as one that does not end.
constexpr std::uint64_t most_ticks = std::uint64_t{1} << 32;
/// A block cache that is full forgets everything.
constexpr std::uint64_t runs_between_keeping = 1U << 14;

}  // namespace

EmulatedCpu::EmulatedCpu(std::uint32_t block_limit)
    : environment_(environment()), system_("oracle", environment_, cpu::Model::modern) {
    for (const vectors::MemoryRun& run : environment_.base) {
        write(run.address, run.bytes);
    }
    std::set<std::uint32_t> exits;
    for (const layout::Exit& exit : layout::exits()) {
        exits.insert(exit.at);
    }
    system_.cpu().blocks->set_block_limit(block_limit);
    system_.cpu().blocks->set_probes(exits);
}

/// Decodes a block in each page of code that nobody overwrites: a page without any would be given
/// free and marked again with every program.
void EmulatedCpu::keep_code_pages() {
    for (std::uint32_t page = layout::code; page < layout::code_end; page += layout::page) {
        State state;
        state.registers[Register::cs] = flat_code;
        state.registers[Register::ss] = flat_data;
        state.registers[Register::eip] = page + layout::never_used;
        system_.load(state.registers);
        system_.run(most_ticks);
    }
}

void EmulatedCpu::write(std::uint32_t linear, std::span<const std::byte> bytes) {
    system_.memory().write_bytes({linear}, bytes);
}

void EmulatedCpu::run(const State& state, Result& result) {
    if (runs_++ % runs_between_keeping == 0) {
        keep_code_pages();
    }
    system_.load(state.registers);
    load_fpu(state.fpu);
    const cpu::Exit exit = system_.run(most_ticks);
    vectors::Observation seen;
    system_.read_registers(seen);
    result.state.registers = seen.registers;
    store_fpu(result.state.fpu);
    result.outcome = seen.outcome;
    result.ending = seen.outcome.event ? Ending::event : Ending::completed;
    if (exit.kind != cpu::ExitKind::debug_stop || !seen.trouble.empty()) {
        result.ending = Ending::stuck;
    } else if (at_terminator(state, seen)) {
        result.ending = Ending::completed;
        result.outcome = {};
    }
    if (result.ending == Ending::completed) {
        // The real processor is behind the exit, and RF lasts for one instruction.
        result.state.registers[Register::eflags] &= ~cpu::flag::rf;
    }
}

bool EmulatedCpu::at_terminator(const State& before, const vectors::Observation& seen) {
    const vectors::Registers& now = seen.registers;
    if (seen.outcome.vector != 13 || seen.outcome.error_code != 0 ||
        (now[Register::eip] == before.registers[Register::eip] &&
         now[Register::cs] == before.registers[Register::cs])) {
        return false;
    }
    const std::uint32_t linear = base_of(now.low(Register::cs)) + now[Register::eip];
    return linear >= layout::code && linear < layout::code_end && *at(linear) == hlt;
}

void EmulatedCpu::load_fpu(const vectors::FpuState& state) {
    cpu::fpu::State& fpu = system_.cpu().fpu.state;
    fpu.control = cpu::fpu::Control::loaded(state.control);
    fpu.set_status_word(state.status);
    fpu.occupied = state.tags;
    fpu.pointers = {};
    fpu.summarize();
    for (unsigned i = 0; i < 8; ++i) {
        const auto* const from = reinterpret_cast<const std::byte*>(state.st[i].data());
        fpu.st(i) = {load<std::uint64_t>(from), load<std::uint16_t>(from + 8)};
        std::memcpy(&system_.cpu().simd.xmm[i], state.xmm[i].data(), state.xmm[i].size());
    }
    system_.cpu().simd.mxcsr = state.mxcsr;
}

void EmulatedCpu::store_fpu(vectors::FpuState& state) const {
    const cpu::fpu::State& fpu = system_.cpu().fpu.state;
    state.control = fpu.control.value;
    state.status = fpu.status_word();
    state.tags = fpu.occupied;
    for (unsigned i = 0; i < 8; ++i) {
        auto* const to = reinterpret_cast<std::byte*>(state.st[i].data());
        store(to, fpu.st(i).significand);
        store(to + 8, fpu.st(i).sign_exponent);
        std::memcpy(state.xmm[i].data(), &system_.cpu().simd.xmm[i], state.xmm[i].size());
    }
    state.mxcsr = system_.cpu().simd.mxcsr;
}

}  // namespace ringside::oracle
