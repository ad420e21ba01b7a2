// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <cstring>

#include "base/bits.hpp"
#include "cpu/string.hpp"

namespace ringside::cpu {

// What each string instruction does to one element, and to a run of them in host memory. An index
// moves by element and in the direction of DF; `stride` is that move on the host. A run returns
// how many elements it did, fewer than asked when a comparison ended it.

/// What an F2 or F3 prefix asks of SCAS and CMPS: go on while ZF has this value.
enum class RepeatWhile : std::uint8_t { always, equal, not_equal };

struct MoveString {
    static constexpr bool has_source = true;
    static constexpr bool has_destination = true;
    static constexpr bool compares = false;
    static constexpr mmu::Access destination_access = mmu::Access::write;

    template <typename W, typename A>
    static void element(Cpu& cpu, const Op* op) {
        const W value = cpu.read<W>(StringPlace::source(op).address<A>(cpu, sizeof(W)));
        cpu.write<W>(StringPlace::destination(mmu::Access::write).address<A>(cpu, sizeof(W)),
                     value);
    }

    template <typename W, RepeatWhile>
    static std::uint32_t run(Cpu&, const std::byte* from, std::byte* to, std::ptrdiff_t stride,
                             std::uint32_t n) {
        const std::size_t bytes = n * sizeof(W);
        const bool down = stride < 0;
        const std::ptrdiff_t lowest = down ? stride * (static_cast<std::ptrdiff_t>(n) - 1) : 0;
        const auto start_from = reinterpret_cast<std::uintptr_t>(from + lowest);
        const auto start_to = reinterpret_cast<std::uintptr_t>(to + lowest);
        const bool apart = start_to + bytes <= start_from || start_from + bytes <= start_to;
        if (apart || (down ? start_to >= start_from : start_to <= start_from)) {
            std::memmove(to + lowest, from + lowest, bytes);
        } else {
            // The source runs into what was just written, which repeats the first elements.
            for (std::uint32_t i = 0; i < n; ++i, from += stride, to += stride) {
                store<W>(to, load<W>(from));
            }
        }
        return n;
    }
};

struct StoreString {
    static constexpr bool has_source = false;
    static constexpr bool has_destination = true;
    static constexpr bool compares = false;
    static constexpr mmu::Access destination_access = mmu::Access::write;

    template <typename W, typename A>
    static void element(Cpu& cpu, const Op*) {
        cpu.write<W>(StringPlace::destination(mmu::Access::write).address<A>(cpu, sizeof(W)),
                     cpu.registers.get<W>(0));
    }

    template <typename W, RepeatWhile>
    static std::uint32_t run(Cpu& cpu, const std::byte*, std::byte* to, std::ptrdiff_t stride,
                             std::uint32_t n) {
        const W value = cpu.registers.get<W>(0);
        if (stride < 0) {
            to += stride * (static_cast<std::ptrdiff_t>(n) - 1);
        }
        for (std::uint32_t i = 0; i < n; ++i) {
            store<W>(to + i * sizeof(W), value);
        }
        return n;
    }
};

struct LoadString {
    static constexpr bool has_source = true;
    static constexpr bool has_destination = false;
    static constexpr bool compares = false;
    static constexpr mmu::Access destination_access = mmu::Access::read;

    template <typename W, typename A>
    static void element(Cpu& cpu, const Op* op) {
        cpu.registers.set<W>(0, cpu.read<W>(StringPlace::source(op).address<A>(cpu, sizeof(W))));
    }

    template <typename W, RepeatWhile>
    static std::uint32_t run(Cpu& cpu, const std::byte* from, std::byte*, std::ptrdiff_t stride,
                             std::uint32_t n) {
        cpu.registers.set<W>(0, load<W>(from + stride * (static_cast<std::ptrdiff_t>(n) - 1)));
        return n;
    }
};

/// Whether a repetition goes on after comparing `a` with `b`.
template <RepeatWhile repeat_while, typename W>
[[nodiscard]] bool goes_on(W a, W b) {
    return repeat_while == RepeatWhile::equal ? a == b : a != b;
}

struct ScanString {
    static constexpr bool has_source = false;
    static constexpr bool has_destination = true;
    static constexpr bool compares = true;
    static constexpr mmu::Access destination_access = mmu::Access::read;

    template <typename W, typename A>
    static void element(Cpu& cpu, const Op*) {
        const W value =
            cpu.read<W>(StringPlace::destination(mmu::Access::read).address<A>(cpu, sizeof(W)));
        cpu.flags.compare<W>(cpu.registers.get<W>(0), value);
    }

    template <typename W, RepeatWhile repeat_while>
    static std::uint32_t run(Cpu& cpu, const std::byte*, const std::byte* to, std::ptrdiff_t stride,
                             std::uint32_t n) {
        const W wanted = cpu.registers.get<W>(0);
        W value{};
        std::uint32_t done = 0;
        do {
            value = load<W>(to);
            to += stride;
        } while (++done < n && goes_on<repeat_while>(wanted, value));
        cpu.flags.compare<W>(wanted, value);
        return done;
    }
};

struct CompareString {
    static constexpr bool has_source = true;
    static constexpr bool has_destination = true;
    static constexpr bool compares = true;
    static constexpr mmu::Access destination_access = mmu::Access::read;

    template <typename W, typename A>
    static void element(Cpu& cpu, const Op* op) {
        // Silicon looks at ES:EDI first, which shows when both operands fault.
        const W b =
            cpu.read<W>(StringPlace::destination(mmu::Access::read).address<A>(cpu, sizeof(W)));
        const W a = cpu.read<W>(StringPlace::source(op).address<A>(cpu, sizeof(W)));
        cpu.flags.compare<W>(a, b);
    }

    template <typename W, RepeatWhile repeat_while>
    static std::uint32_t run(Cpu& cpu, const std::byte* from, const std::byte* to,
                             std::ptrdiff_t stride, std::uint32_t n) {
        W a{};
        W b{};
        std::uint32_t done = 0;
        do {
            a = load<W>(from);
            b = load<W>(to);
            from += stride;
            to += stride;
        } while (++done < n && goes_on<repeat_while>(a, b));
        cpu.flags.compare<W>(a, b);
        return done;
    }
};

}  // namespace ringside::cpu
