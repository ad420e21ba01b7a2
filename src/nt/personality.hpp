// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "guest/machine.hpp"
#include "guest/personality.hpp"
#include "nt/interrupts.hpp"
#include "nt/kernel.hpp"

namespace ringside::nt {

/// Windows NT on the machine: takes hypercalls from the CPU to the kernel and back, and beats the
/// clock of vector 0x30.
class Personality final : public guest::Personality {
  public:
    Personality(KernelConfig config, guest::Machine& machine, host::Host host);

    [[nodiscard]] std::string_view name() const override { return "nt"; }
    void boot(guest::Machine& machine) override;
    std::optional<guest::StopReason> port_io(guest::Machine& machine,
                                             const cpu::Exit& exit) override;
    bool make_present(guest::Machine& machine, LinearAddress at) override;
    bool preview(guest::Machine& machine, LinearAddress from,
                 std::span<std::byte> to) const override;
    std::optional<LinearAddress> place_kernel_module(guest::Machine& machine,
                                                     guest::Module module) override;
    [[nodiscard]] std::string_view kernel_module() const override { return "nt"; }
    std::optional<guest::StopReason> halted(guest::Machine& machine) override;
    [[nodiscard]] std::optional<std::uint64_t> next_event() const override;
    void on_event(guest::Machine& machine) override;
    void persist(Archive& archive) override;
    guest::StopReason shutdown(guest::Machine& machine) override;

    [[nodiscard]] const guest::SymbolTable& symbols() const override { return kernel_.symbols; }
    [[nodiscard]] std::vector<guest::Layout> layouts() const override;
    [[nodiscard]] std::string_view frame_layout() const override { return "KTRAP_FRAME"; }
    [[nodiscard]] std::optional<LinearAddress> current_frame(guest::Machine&) const override;
    [[nodiscard]] std::uint32_t current_thread(guest::Machine&) const override;
    [[nodiscard]] std::vector<guest::SystemThread> threads(guest::Machine&) const override;
    [[nodiscard]] unsigned callback_depth(guest::Machine&) const override;
    [[nodiscard]] std::uint32_t frame_length(guest::Machine&, LinearAddress) const override;
    [[nodiscard]] std::optional<LinearAddress> structure_at(guest::Machine&,
                                                            std::string_view) const override;
    [[nodiscard]] std::optional<guest::InterruptedCode> interrupted_code(
        guest::Machine&, LinearAddress) const override;
    [[nodiscard]] std::vector<guest::Stage> stages() const override;
    [[nodiscard]] std::vector<guest::StageDetail> stage_details(
        guest::Machine& machine, const guest::Stage& stage) const override;
    [[nodiscard]] std::optional<LinearAddress> program_entry() const override;
    [[nodiscard]] std::vector<guest::ServiceEntry> services() const override;
    [[nodiscard]] std::optional<std::string> stub_of(std::string_view module,
                                                     std::string_view symbol) const override;
    [[nodiscard]] std::string status_name(std::uint32_t status) const override;
    [[nodiscard]] std::optional<guest::View> view(guest::Machine&, std::string_view) const override;
    [[nodiscard]] std::vector<std::string> view_names() const override;
    void set_service_observer(guest::ServiceObserver* observer) override {
        kernel_.set_observer(observer);
    }

    [[nodiscard]] Kernel& kernel() { return kernel_; }
    /// Makes a device interrupt at that clock or, if it has passed, at once. The line must be one
    /// that a device can have.
    void raise_at(guest::Machine& machine, IrqRequest request);

  private:
    [[nodiscard]] LinearAddress current_kthread(guest::Machine&) const;

    Kernel kernel_;
    std::uint64_t ticks_to_a_tick_ = 0;  ///< Counter ticks between clock interrupts.
    std::uint64_t next_clock_ = 0;
    LinearAddress next_module_{0xF7000000};  ///< below the kernel stacks
    InterruptLines interrupts_;
};

}  // namespace ringside::nt
