// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/address.hpp"

namespace ringside::nt {

/// A service number with the id that its thunk asks for.
struct ThunkRow {
    static constexpr std::uint32_t no_number = 0xFFFFFFFF;

    std::string name;
    /// As in EAX; no_number for a body that the profile has no service for.
    std::uint32_t number = no_number;
    std::uint32_t argument_bytes{};
    std::uint32_t id{};
    bool implemented = false;
    LinearAddress address{};
};

/// Where things were placed, and the state in which the CPU is handed over.
struct BootState {
    // The hand-over: flat segments of the boot GDT (CS 08, DS ES SS 10), IDT limit 0, IF = 0.
    std::uint32_t cr0{};
    PhysicalAddress directory{};
    LinearAddress boot_gdt{};
    std::uint16_t boot_gdt_limit{};
    LinearAddress entry{};  ///< KiSystemStartup
    LinearAddress stack{};  ///< ESP; [ESP+4] is the boot block's address

    LinearAddress boot_block{};
    LinearAddress pcr{};
    LinearAddress first_thread{};
    LinearAddress idle_thread{};
    LinearAddress base_trap_frame{};
    LinearAddress service_descriptor_table{};  ///< KeServiceDescriptorTable
    LinearAddress thread_startup{};            ///< KiThreadStartup
    LinearAddress suspend_nop{};               ///< KiSuspendNop
    LinearAddress suspend_thread{};            ///< KiSuspendThread
    LinearAddress user_thread_startup{};       ///< PspUserThreadStartup
    LinearAddress service_table{};
    LinearAddress argument_table{};
    LinearAddress program_base{};
    LinearAddress program_entry{};
    LinearAddress ntdll_base{};
    // ntdll exports; 0 without an ntdll.
    LinearAddress loader_init_routine{};  ///< LdrInitializeThunk
    LinearAddress user_apc_dispatcher{};
    LinearAddress user_exception_dispatcher{};
    LinearAddress raise_user_exception_dispatcher{};

    /// By hypercall id: id n is row n - 1.
    std::vector<ThunkRow> thunks;
};

}  // namespace ringside::nt
