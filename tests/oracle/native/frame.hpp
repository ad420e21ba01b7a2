// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace ringside::oracle {

/// What the trampoline loads into the processor, and where it puts what a program left. Its code
/// knows these offsets.
struct NativeFrame {
    std::array<std::uint32_t, 8> general{};  ///< EAX ECX EDX EBX ESP EBP ESI EDI
    std::uint32_t eip = 0;                   ///< with cs the operand of a far jump
    std::uint16_t cs = 0;
    std::uint16_t ss = 0;
    std::uint16_t ds = 0;
    std::uint16_t es = 0;
    std::uint16_t fs = 0;
    std::uint16_t gs = 0;
    std::uint64_t eflags = 0;
    std::array<std::uint64_t, 5> interrupt_return{};  ///< RIP CS RFLAGS RSP SS
    std::uint64_t host_stack = 0;
    std::uint64_t host_fs_base = 0;
    std::uint32_t exit = 0;  ///< number of the exit that was reached
    std::uint32_t host_ss = 0;
    std::uint32_t host_mxcsr = 0x1F80;
    alignas(16) std::array<std::byte, 512> fpu{};  ///< FXSAVE image
};
static_assert(offsetof(NativeFrame, eip) == 32);
static_assert(offsetof(NativeFrame, ss) == 38);
static_assert(offsetof(NativeFrame, eflags) == 48);
static_assert(offsetof(NativeFrame, interrupt_return) == 56);
static_assert(offsetof(NativeFrame, host_stack) == 96);
static_assert(offsetof(NativeFrame, host_fs_base) == 104);
static_assert(offsetof(NativeFrame, exit) == 112);
static_assert(offsetof(NativeFrame, host_ss) == 116);
static_assert(offsetof(NativeFrame, host_mxcsr) == 120);
static_assert(offsetof(NativeFrame, fpu) == 128);

extern "C" {
/// One for the process: signal handlers have no other way to it.
extern NativeFrame oracle_frame;

/// Runs the program of oracle_frame. False when a signal ended it, and on_signal() has put its
/// state into the frame.
bool oracle_enter();
/// What exits jump to, with their number in R15.
void oracle_leave();
/// The handler of every signal that a program can cause.
void oracle_signal();

/// Segment registers as a signal found them.
struct SignalSegments {
    std::uint16_t ds, es, fs, gs;
};
/// True to give up the program.
bool oracle_on_signal(int signal, void* info, void* context, const SignalSegments* segments);
}

}  // namespace ringside::oracle
