// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>

namespace ringside::oracle::layout {

// The memory of a program, at the same linear addresses on the real processor and on the emulated
// one. Below and behind each stretch nothing is mapped.

inline constexpr std::uint32_t page = 0x1000;

/// May be executed and read, never written.
inline constexpr std::uint32_t code = 0x00110000;
inline constexpr std::uint32_t code_end = 0x00115000;

/// Three pages to write, one that is missing, one to read only, one to write.
inline constexpr std::uint32_t data = 0x00120000;
inline constexpr std::uint32_t data_hole = 0x00123000;
inline constexpr std::uint32_t data_read_only = 0x00124000;
inline constexpr std::uint32_t data_last = 0x00125000;
inline constexpr std::uint32_t data_end = 0x00126000;

inline constexpr std::uint32_t stack = 0x0012C000;
inline constexpr std::uint32_t stack_end = 0x0012E000;

/// Pages that a program may change.
struct Stretch {
    std::uint32_t from = 0;
    std::uint32_t to = 0;  ///< one past
};
inline constexpr std::array writable{Stretch{data, data_hole}, Stretch{data_last, data_end},
                                     Stretch{stack, stack_end}};

/// Bases of the segments that do not begin at 0: 64 KiB reach all of the code, or of data and
/// stack.
inline constexpr std::uint32_t code_base = 0x00108000;
inline constexpr std::uint32_t data_base = 0x00120000;

/// Where a program ends. On the real processor a far jump out of it stands there, of the size that
/// fits the code segment; everywhere else, and for the emulated one here too, stands HLT.
struct Exit {
    std::uint32_t at = 0;
    bool code32 = true;
};
/// Bytes of a far jump, with its prefix in 16-bit code.
inline constexpr std::uint32_t exit_size = 8;

/// Behind a single instruction in the middle of a page, and behind one that crosses a page.
inline constexpr std::uint32_t after_one = 0x800;
inline constexpr std::uint32_t after_crossing = 0x1002;
/// Behind a sequence, in a page and across two.
inline constexpr std::uint32_t after_many = 0x600;
inline constexpr std::uint32_t after_many_crossing = 0x3180;
/// No program has more bytes.
inline constexpr std::uint32_t most_bytes = 0x580;
/// Where branches of single instructions go: near by on both sides, and further away.
inline constexpr std::array<std::uint32_t, 5> targets{0x7A0, 0x810, 0x830, 0x858, 0xC00};

/// Offsets in the code of the exits for 32-bit code; those for 16-bit code lie a page higher.
inline constexpr std::array<std::uint32_t, 9> exit_offsets{
    after_one,  after_crossing, after_many, after_many_crossing, targets[0],
    targets[1], targets[2],     targets[3], targets[4]};

/// Only HLT, for transfers that change CS.
inline constexpr std::uint32_t halts = code + 0x4400;
inline constexpr std::uint32_t halts_end = code + 0x4F00;

/// Offset in each page of code where no program ever stands.
inline constexpr std::uint32_t never_used = 0x20;

[[nodiscard]] constexpr std::uint32_t exit_address(std::uint32_t offset, bool code32) {
    return code + offset + (code32 ? 0 : page);
}

[[nodiscard]] constexpr std::array<Exit, 2 * exit_offsets.size()> exits() {
    std::array<Exit, 2 * exit_offsets.size()> all{};
    for (std::size_t i = 0; i < exit_offsets.size(); ++i) {
        all[2 * i] = {exit_address(exit_offsets[i], true), true};
        all[2 * i + 1] = {exit_address(exit_offsets[i], false), false};
    }
    return all;
}

}  // namespace ringside::oracle::layout
