// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "oracle/layout.hpp"

namespace ringside::oracle {

/// The pages of a program in the host's own address space below 4 GiB, and a second view of them
/// that the host may write.
class NativeMemory {
  public:
    /// Throws HostCannot.
    NativeMemory();
    ~NativeMemory();
    NativeMemory(const NativeMemory&) = delete;
    NativeMemory& operator=(const NativeMemory&) = delete;

    /// The host's view of a linear address of the layout.
    [[nodiscard]] std::byte* at(std::uint32_t linear) const;

    /// Puts HLT where exits stand, as the emulated processor has it, or the exits back. Programs
    /// end there either way, only more slowly.
    void hide_exits();
    void show_exits();

    /// What exits jump to, in 64-bit code: far from where programs look for memory.
    static constexpr std::uint32_t gate = 0x6A5D3000;
    static constexpr std::uint32_t gate_step = 16;
    static constexpr std::uint32_t gate_end = gate + 0x1000;

  private:
    void map(const layout::Stretch& stretch, int protection, std::uint32_t offset);
    void build_gate();

    int file_ = -1;
    std::byte* view_ = nullptr;
};

}  // namespace ringside::oracle
