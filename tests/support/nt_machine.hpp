// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "guest/machine.hpp"
#include "host/console.hpp"
#include "host/mounts.hpp"
#include "nt/ktrap_frame.hpp"
#include "nt/personality.hpp"

namespace ringside::test {

/// Assembled code with the names in it.
struct GuestCode {
    std::string name;
    LinearAddress base{};
    std::vector<std::byte> bytes;
    std::vector<std::pair<std::string, LinearAddress>> symbols;

    /// STEM.flat and STEM.sym, as the build makes them. Fails the test when they are missing.
    static GuestCode read(const std::string& stem, LinearAddress base);
};

/// What the program or the kernel has in its registers.
struct CpuState {
    std::uint32_t eax{}, ecx{}, edx{}, ebx{}, esp{}, ebp{}, esi{}, edi{};
    std::uint32_t eip{}, eflags{};
    std::uint32_t es{}, cs{}, ss{}, ds{}, fs{}, gs{};
    std::uint64_t clock{};  ///< clocks of the model since reset
};

/// The kernel of a profile on a whole machine, with a program that is entered at one of its labels
/// and ring-0 code beside the kernel. It runs from place to place; at each, everything can be read,
/// and what ring 0 could write can be written.
class TestNtMachine {
  public:
    struct World {
        std::string profile = "xp";
        cpu::Model model = cpu::Model::p6;
        nt::EntryChoice entry = nt::EntryChoice::by_cpuid;
        std::uint32_t block_limit = 64;
        cpu::timing::Level timing = cpu::timing::Level::table;
        std::optional<std::uint32_t> mhz = std::nullopt;
    };
    static constexpr LinearAddress program_base{0x00400000};
    static constexpr LinearAddress driver_base{0x81800000};
    /// What mark_stack() writes.
    static constexpr std::uint32_t stack_mark = 0x5AFE57AC;

    /// Boots, and stands at `start`, the program's first instruction.
    TestNtMachine(const World& world, const GuestCode& program, const GuestCode& driver,
                  std::string_view start);

    /// Runs to an address by its symbol, at least one instruction. Any other end fails the test.
    void run_to(std::string_view symbol) { run_to(at(symbol)); }
    void run_to(LinearAddress place);
    /// Runs to the end.
    guest::StopReason run();

    [[nodiscard]] LinearAddress at(std::string_view symbol) const;
    [[nodiscard]] CpuState state() const;
    [[nodiscard]] cpu::Cpu& cpu() { return machine_.cpu(); }
    [[nodiscard]] guest::Machine& machine() { return machine_; }
    [[nodiscard]] guest::Personality& personality() { return *nt_; }

    [[nodiscard]] std::uint32_t dword(LinearAddress from) const;
    void set_dword(LinearAddress to, std::uint32_t value);
    void set_byte(LinearAddress to, std::uint8_t value);

    /// A field of the current KTHREAD, or of the PCR. Fields of up to four bytes.
    [[nodiscard]] std::uint32_t thread(std::string_view field) const;
    void set_thread(std::string_view field, std::uint32_t value);
    [[nodiscard]] LinearAddress thread_field(std::string_view field) const;
    /// The dword that begins at the field.
    [[nodiscard]] std::uint32_t thread_dword(std::string_view field) const;
    [[nodiscard]] std::uint32_t pcr(std::string_view field) const;
    void set_pcr(std::string_view field, std::uint32_t value);
    [[nodiscard]] const nt::Profile& profile() const { return nt_->kernel().profile; }
    [[nodiscard]] LinearAddress pcr_base() const { return profile().pcr; }
    [[nodiscard]] std::uint32_t exception_list() const { return dword(pcr_base()); }
    void set_exception_list(std::uint32_t value) { set_dword(pcr_base(), value); }
    /// Where a frame of ring 3 stands on this thread's stack: InitialStack - 0x29C.
    [[nodiscard]] LinearAddress user_frame() const;

    /// Makes a device interrupt, as `--irq` does.
    void raise_at(nt::IrqRequest request) { nt_->raise_at(machine_, request); }

    /// Fills the unused part of the kernel stack: in ring 3 all below the FX save area.
    void mark_stack();
    /// Makes a service of the table another one, in ring 0.
    void replace_service(std::uint32_t number, std::string_view symbol,
                         std::uint8_t argument_bytes);
    /// Lets ring 3 use the gate of a vector by INT.
    void open_gate(std::uint8_t vector);
    void set_gate(std::uint8_t vector, std::uint64_t gate);
    void set_descriptor(std::uint16_t selector, std::uint64_t descriptor);

  private:
    [[nodiscard]] nt::KernelMemory& structures() const { return nt_->kernel().structures; }
    [[nodiscard]] LinearAddress kthread() const { return nt_->kernel().thread->kthread; }

    host::Mounts mounts_;
    host::CapturedConsole console_{""};
    guest::Machine machine_;
    std::unique_ptr<nt::Personality> nt_;
};

}  // namespace ringside::test
