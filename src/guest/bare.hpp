// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "guest/machine.hpp"
#include "guest/personality.hpp"

namespace ringside::guest {

/// Bytes to place at a physical address.
struct BareImage {
    std::string name;
    PhysicalAddress at{};
    std::vector<std::byte> bytes;
};

struct BarePoke {
    PhysicalAddress at{};
    std::uint32_t value = 0;
};

struct BareConfig {
    std::vector<BareImage> images;
    std::optional<std::uint32_t> start;  ///< default: where the first image stands
    std::vector<BarePoke> pokes;
    std::optional<std::uint16_t> exit_port;  ///< writing v ends with status (v << 1) | 1
};

/// No operating system: images in memory, entered in 32-bit flat protected mode at CPL 0 with
/// paging off. Ends at HLT with IF = 0.
class Bare : public Personality {
  public:
    explicit Bare(BareConfig config) : config_(std::move(config)) {}

    [[nodiscard]] std::string_view name() const override { return "bare"; }
    void boot(Machine& machine) override;
    std::optional<StopReason> port_io(Machine& machine, const cpu::Exit& exit) override;
    std::optional<StopReason> halted(Machine& machine) override;
    StopReason shutdown(Machine& machine) override;
    [[nodiscard]] const SymbolTable& symbols() const override { return symbols_; }

  private:
    BareConfig config_;
    SymbolTable symbols_;
};

/// "EAX=00000000 EBX=... EIP=... EFL=...": the registers in two lines.
[[nodiscard]] std::string register_text(const cpu::Cpu& cpu);

}  // namespace ringside::guest
