// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "guest/devices/debug_ports.hpp"
#include "guest/devices/pc_board.hpp"
#include "guest/kernel_image.hpp"
#include "guest/machine.hpp"
#include "guest/personality.hpp"
#include "guest/placement.hpp"

namespace ringside::guest {

/// Bytes to place at a physical address.
struct BareImage {
    std::string name;
    PhysicalAddress at{};
    std::vector<std::byte> bytes;
};

/// A file for a Multiboot kernel; where it stands is the loader's choice.
struct BareModule {
    std::string name;
    std::string command_line;
    std::vector<std::byte> bytes;
};

struct BarePoke {
    PhysicalAddress at{};
    std::uint32_t value = 0;
};

struct BareInterrupt {
    unsigned line = 0;
    std::uint64_t clock = 0;
};

struct BareConfig {
    std::vector<BareImage> images;
    std::optional<KernelImage> kernel;
    std::string command_line;  ///< of a Multiboot kernel
    std::vector<BareModule> modules;
    std::vector<BareImage> roms;
    std::vector<Module> symbols;         ///< names beside those that a kernel brings
    std::optional<std::uint32_t> start;  ///< default: where the first image stands
    std::vector<BarePoke> pokes;
    std::vector<BareInterrupt> interrupts;
    std::optional<std::uint16_t> exit_port;  ///< writing v ends with status (v << 1) | 1
    DebugPortsConfig debug_ports;
};

/// No operating system: a PC with a few devices. Images and kernels are entered in 32-bit flat
/// protected mode at CPL 0 with paging off, ROMs alone at the reset vector. Ends at HLT with IF =
/// 0.
class Bare : public Personality {
  public:
    explicit Bare(BareConfig config)
        : config_(std::move(config)), debug_ports_(config_.debug_ports) {}

    [[nodiscard]] std::string_view name() const override { return "bare"; }
    void boot(Machine& machine) override;
    std::optional<StopReason> port_io(Machine& machine, const cpu::Exit& exit) override;
    std::optional<StopReason> halted(Machine& machine) override;
    [[nodiscard]] std::optional<std::uint64_t> next_event() const override;
    void on_event(Machine& machine) override;
    void persist(Archive& archive) override;
    StopReason shutdown(Machine& machine) override;
    [[nodiscard]] const SymbolTable& symbols() const override { return symbols_; }
    void set_port_message_observer(PortMessageObserver* observer) override;
    [[nodiscard]] std::string report_lines() const override;

  private:
    void place(Machine& machine, std::string_view name, PhysicalAddress at,
               std::span<const std::byte> bytes, std::uint64_t size);
    void place_images(Machine& machine);
    void place_kernel(Machine& machine);
    void place_roms(Machine& machine);
    std::uint32_t place_boot_information(Machine& machine);
    void enter_flat(cpu::Cpu& cpu, std::uint32_t start) const;
    void enter_at_reset(cpu::Cpu& cpu) const;
    [[nodiscard]] std::string here(const Machine& machine) const;

    BareConfig config_;
    SymbolTable symbols_;
    Placement placement_;
    unsigned owners_ = 0;
    DebugPorts debug_ports_;
    std::unique_ptr<PcBoard> board_;  ///< from boot() on
};

/// "EAX=00000000 EBX=... EIP=... EFL=...": the registers in two lines.
[[nodiscard]] std::string register_text(const cpu::Cpu& cpu);

}  // namespace ringside::guest
