// SPDX-License-Identifier: MIT
#include "oracle/native/native_cpu.hpp"

#include <array>
#include <cstring>

#include <immintrin.h>
#include <sys/mman.h>

#include "cpu/eflags.hpp"
#include "oracle/layout.hpp"
#include "oracle/native/frame.hpp"
#include "oracle/native/host.hpp"
#include "oracle/native/signals.hpp"
#include "oracle/segments.hpp"
#include "vectors/fpu_image.hpp"

namespace ringside::oracle {

NativeFrame oracle_frame;

namespace {

using vectors::Register;

constexpr std::size_t signal_stack_size = 1 << 17;
constexpr std::byte hlt{0xF4};

/// Registers in the order of the frame, which is that of their encoding.
constexpr std::array general{Register::eax, Register::ecx, Register::edx, Register::ebx,
                             Register::esp, Register::ebp, Register::esi, Register::edi};

__attribute__((target("fsgsbase"))) std::uint64_t fs_base() {
    return _readfsbase_u64();
}

void load_frame(const State& state) {
    const vectors::Registers& from = state.registers;
    for (std::size_t i = 0; i < general.size(); ++i) {
        oracle_frame.general[i] = from[general[i]];
    }
    oracle_frame.eip = from[Register::eip];
    oracle_frame.cs = from.low(Register::cs);
    oracle_frame.ss = from.low(Register::ss);
    oracle_frame.ds = from.low(Register::ds);
    oracle_frame.es = from.low(Register::es);
    oracle_frame.fs = from.low(Register::fs);
    oracle_frame.gs = from.low(Register::gs);
    oracle_frame.eflags = from[Register::eflags];
    oracle_frame.interrupt_return = {oracle_frame.eip, oracle_frame.cs, oracle_frame.eflags,
                                     from[Register::esp], oracle_frame.ss};
    oracle_frame.fpu = vectors::to_image(state.fpu);
}

void store_frame(State& state) {
    vectors::Registers& to = state.registers;
    for (std::size_t i = 0; i < general.size(); ++i) {
        to[general[i]] = oracle_frame.general[i];
    }
    to[Register::eip] = oracle_frame.eip;
    to[Register::cs] = oracle_frame.cs;
    to[Register::ss] = oracle_frame.ss;
    to[Register::ds] = oracle_frame.ds;
    to[Register::es] = oracle_frame.es;
    to[Register::fs] = oracle_frame.fs;
    to[Register::gs] = oracle_frame.gs;
    to[Register::eflags] = static_cast<std::uint32_t>(oracle_frame.eflags);
    state.fpu = vectors::from_image(oracle_frame.fpu);
}

bool has_error_code(std::uint8_t vector) {
    return vector == 8 || (vector >= 10 && vector <= 14) || vector == 17;
}

/// Whether the fault is that of an HLT other than the program's first instruction.
bool at_terminator(const State& before, const Result& result, const NativeMemory& memory) {
    const vectors::Registers& now = result.state.registers;
    if (result.outcome.vector != 13 || result.outcome.error_code != 0 ||
        (now[Register::eip] == before.registers[Register::eip] &&
         now[Register::cs] == before.registers[Register::cs])) {
        return false;
    }
    const std::uint32_t linear = base_of(now.low(Register::cs)) + now[Register::eip];
    return linear >= layout::code && linear < layout::code_end && *memory.at(linear) == hlt;
}

}  // namespace

NativeCpu::NativeCpu() {
    install_segments();
    oracle_frame.host_fs_base = fs_base();
    signal_stack_ = mmap(nullptr, signal_stack_size, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (signal_stack_ == MAP_FAILED) {
        throw host_refuses("mmap");
    }
    install_handlers(signal_stack_, signal_stack_size);
}

NativeCpu::~NativeCpu() {
    remove_handlers();
    munmap(signal_stack_, signal_stack_size);
}

void NativeCpu::run(const State& state, Result& result) {
    load_frame(state);
    program_starts();
    const bool left = oracle_enter();
    const SignalReport& report = program_ended();
    result.outcome = {};
    if (left || report.exited) {
        const layout::Exit exit = layout::exits()[oracle_frame.exit];
        result.ending = Ending::completed;
        store_frame(result.state);
        // The far jump left its own CS. Programs that change CS do not go to exits.
        const std::uint16_t cs = state.registers.low(Register::cs);
        result.state.registers[Register::cs] = cs;
        result.state.registers[Register::eip] = exit.at - base_of(cs);
        return;
    }
    store_frame(result.state);
    if (report.stuck) {
        result.ending = Ending::stuck;
        return;
    }
    result.ending = Ending::event;
    result.outcome.event = true;
    result.outcome.vector = report.vector;
    result.outcome.has_error_code = has_error_code(report.vector);
    result.outcome.error_code = result.outcome.has_error_code ? report.error_code : 0;
    result.outcome.page_fault_address = report.vector == 14 ? report.page_fault_address : 0;
    if (at_terminator(state, result, memory_)) {
        result.ending = Ending::completed;
        result.outcome = {};
        result.state.registers[Register::eflags] &= ~cpu::flag::rf;
    }
}

}  // namespace ringside::oracle
