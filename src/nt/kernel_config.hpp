// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "guest/image.hpp"
#include "nt/interrupts.hpp"
#include "nt/profile.hpp"

namespace ringside::nt {

/// How user code enters the kernel (`--entry`).
enum class EntryChoice : std::uint32_t { by_cpuid = 0, int2e = 1, sysenter = 2 };

/// `--service-clocks`: ticks that pass inside a service's body.
struct ServiceTicks {
    std::uint64_t base = 0;
    std::uint64_t per_1000_bytes = 0;  ///< of what the body moves to or from the caller's buffer
};

/// What the user asked for, as far as the kernel has to know.
struct KernelConfig {
    std::string profile = "xp";
    /// An nt table instead of the profile's (`--table`), or empty.
    std::vector<ServiceNumber> services;
    /// The program, read before, and where the guest sees it.
    std::shared_ptr<const guest::Image> program;
    std::u16string program_path = u"C:\\app\\program.exe";
    std::u16string command_line;
    std::u16string current_directory = u"C:\\app\\";
    std::vector<std::pair<std::u16string, std::u16string>> environment;
    /// A flat image is entered directly, and no ntdll is mapped.
    bool flat = false;
    /// The two DLLs that a process starts with. Null kernel32: the program does not import it.
    std::shared_ptr<const guest::Image> ntdll;
    std::shared_ptr<const guest::Image> kernel32;
    EntryChoice entry = EntryChoice::by_cpuid;
    std::vector<IrqRequest> irqs;  ///< `--irq`; only lines that a device can have
    bool stop_on_missing = false;  ///< `--on-missing stop`
    ServiceTicks service_ticks;
    std::uint32_t mhz = 1000;
    /// Ticks of the machine's counter in a second of guest time.
    std::uint64_t ticks_per_second = 1'000'000'000'000;
    /// Diagnostics, one line without its end.
    std::function<void(std::string_view)> warn = [](std::string_view) {};
    /// What DbgPrint says.
    std::function<void(std::string_view)> debug_print = [](std::string_view) {};
    /// Holds the host to editing trap frames in one place only; always on in debug builds.
    bool watch_frames = false;
};

}  // namespace ringside::nt
