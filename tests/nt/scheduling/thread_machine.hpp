// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "support/nt_machine.hpp"

namespace ringside::test {

/// A machine that runs one of the programs of guests/threads.S.
class ThreadMachine : public TestNtMachine {
  public:
    explicit ThreadMachine(std::string_view start, const World& world = {})
        : TestNtMachine(world, program(), no_driver(), start) {}

    /// KTHREAD by its address, at the offsets of xp.
    struct Thread {
        LinearAddress at;
        LinearAddress initial_stack, stack_limit, teb, kernel_stack;
        std::uint32_t context_switches;
    };
    [[nodiscard]] Thread thread_at(std::uint32_t kthread) const {
        const LinearAddress at{kthread};
        return {.at = at,
                .initial_stack = {dword(at + 0x18)},
                .stack_limit = {dword(at + 0x1C)},
                .teb = {dword(at + 0x20)},
                .kernel_stack = {dword(at + 0x28)},
                .context_switches = dword(at + 0x4C)};
    }
    [[nodiscard]] std::uint8_t byte(LinearAddress at) const {
        return static_cast<std::uint8_t>(dword(at));
    }

    static constexpr LinearAddress pcr_at{0xFFDFF000};
    static constexpr LinearAddress prcb_at{0xFFDFF120};
    static constexpr LinearAddress gdt_at{0x8003F000};
    static constexpr LinearAddress tss_at{0x80042000};
    static constexpr std::uint32_t current_thread = 0x4;  // of the PRCB
    static constexpr std::uint32_t next_thread = 0x8;
    static constexpr std::uint32_t context_switches = 0x4FC;

  private:
    static GuestCode program() {
        return GuestCode::read(std::string(RINGSIDE_SCHEDULING_GUESTS) + "/threads", program_base);
    }
    static GuestCode no_driver() {
        return {.name = "driver", .base = driver_base, .bytes = {std::byte{}}, .symbols = {}};
    }
};

}  // namespace ringside::test
