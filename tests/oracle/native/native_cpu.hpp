// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "oracle/native/memory.hpp"
#include "oracle/state.hpp"

namespace ringside::oracle {

/// The processor under this process. It runs a program at CPL 3 in a 16- or 32-bit code segment,
/// until that reaches an exit or raises an exception. One at a time, in one thread.
class NativeCpu {
  public:
    /// Takes the handlers of SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP and SIGVTALRM. Throws
    /// HostCannot.
    NativeCpu();
    ~NativeCpu();
    NativeCpu(const NativeCpu&) = delete;
    NativeCpu& operator=(const NativeCpu&) = delete;

    [[nodiscard]] NativeMemory& memory() { return memory_; }

    /// Runs from `state`, whose segment registers must be loadable. With EFLAGS.TF the stack
    /// segment must be a 32-bit one.
    void run(const State& state, Result& result);

  private:
    NativeMemory memory_;
    void* signal_stack_ = nullptr;
};

}  // namespace ringside::oracle
