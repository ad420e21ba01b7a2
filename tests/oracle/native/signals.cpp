// SPDX-License-Identifier: MIT
#include "oracle/native/signals.hpp"

#include <array>
#include <csignal>
#include <cstring>

#include <sys/time.h>
#include <ucontext.h>

#include "base/bits.hpp"
#include "oracle/native/frame.hpp"
#include "oracle/native/host.hpp"
#include "oracle/native/memory.hpp"

namespace ringside::oracle {
namespace {

constexpr std::array program_signals{SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGVTALRM};
constexpr suseconds_t tick_microseconds = 20000;
constexpr std::uint16_t host_code = 0x33;
constexpr std::uint64_t program_limit = std::uint64_t{1} << 32;

// A signal handler has only globals to speak through.
volatile bool program_runs = false;
volatile std::uint64_t programs = 0;
std::uint64_t programs_at_tick = 0;
SignalReport report;

/// A program that is there at two ticks in a row has had the processor for one whole tick.
bool is_stuck() {
    const bool same = programs_at_tick == programs;
    programs_at_tick = programs;
    return same;
}

/// The part of the frame that the kernel saved with the signal.
void save_state(const ucontext_t& context, const SignalSegments& segments) {
    const auto& saved = context.uc_mcontext.gregs;
    constexpr std::array order{REG_RAX, REG_RCX, REG_RDX, REG_RBX,
                               REG_RSP, REG_RBP, REG_RSI, REG_RDI};
    const auto low = [&saved](int r) { return static_cast<std::uint32_t>(saved[r]); };
    for (std::size_t i = 0; i < order.size(); ++i) {
        oracle_frame.general[i] = low(order[i]);
    }
    oracle_frame.eip = low(REG_RIP);
    oracle_frame.eflags = low(REG_EFL);
    const auto selectors = static_cast<std::uint64_t>(saved[REG_CSGSFS]);
    oracle_frame.cs = static_cast<std::uint16_t>(selectors);
    oracle_frame.ss = static_cast<std::uint16_t>(selectors >> 48);
    oracle_frame.ds = segments.ds;
    oracle_frame.es = segments.es;
    oracle_frame.fs = segments.fs;
    oracle_frame.gs = segments.gs;
    std::memcpy(oracle_frame.fpu.data(), context.uc_mcontext.fpregs, oracle_frame.fpu.size());
}

/// A fault of the host's own: let it die of it.
void give_up(int signal) {
    std::signal(signal, SIG_DFL);
}

}  // namespace

extern "C" bool oracle_on_signal(int signal, void*, void* context, const SignalSegments* segments) {
    const auto& interrupted = *static_cast<const ucontext_t*>(context);
    const auto& saved = interrupted.uc_mcontext.gregs;
    const bool in_host = static_cast<std::uint16_t>(saved[REG_CSGSFS]) == host_code;
    const auto rip = static_cast<std::uint64_t>(saved[REG_RIP]);
    const bool in_gate = in_host && rip >= NativeMemory::gate && rip < NativeMemory::gate_end;
    if (signal == SIGVTALRM) {
        const bool stuck = is_stuck();
        if (in_host || !program_runs || !stuck) {
            return false;
        }
    } else if (!program_runs || (in_host && rip >= program_limit)) {
        give_up(signal);
        return false;
    }
    save_state(interrupted, *segments);
    if (in_gate) {
        oracle_frame.exit =
            static_cast<std::uint32_t>((rip - NativeMemory::gate) / NativeMemory::gate_step);
    }
    report.exited = in_gate;
    // A far transfer may have found the host's 64-bit code segment.
    report.stuck = signal == SIGVTALRM || (in_host && !in_gate);
    report.vector = static_cast<std::uint8_t>(saved[REG_TRAPNO]);
    report.error_code = static_cast<std::uint32_t>(saved[REG_ERR]);
    report.page_fault_address = static_cast<std::uint32_t>(saved[REG_CR2]);
    return true;
}

void program_starts() {
    programs = programs + 1;
    program_runs = true;
}

const SignalReport& program_ended() {
    program_runs = false;
    return report;
}

void install_handlers(void* stack, std::size_t size) {
    stack_t alternate{};
    alternate.ss_sp = stack;
    alternate.ss_size = size;
    if (sigaltstack(&alternate, nullptr) != 0) {
        throw host_refuses("sigaltstack");
    }
    struct sigaction action {};
    action.sa_sigaction = reinterpret_cast<void (*)(int, siginfo_t*, void*)>(&oracle_signal);
    // Handlers end by going back to the host's code, so nothing may stay blocked.
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
    for (const int signal : program_signals) {
        sigaction(signal, &action, nullptr);
    }
    const itimerval tick{{0, tick_microseconds}, {0, tick_microseconds}};
    setitimer(ITIMER_VIRTUAL, &tick, nullptr);
}

void remove_handlers() {
    const itimerval none{};
    setitimer(ITIMER_VIRTUAL, &none, nullptr);
    for (const int signal : program_signals) {
        std::signal(signal, SIG_DFL);
    }
    stack_t alternate{};
    alternate.ss_flags = SS_DISABLE;
    sigaltstack(&alternate, nullptr);
}

}  // namespace ringside::oracle
