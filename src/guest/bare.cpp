// SPDX-License-Identifier: MIT
#include "guest/bare.hpp"

#include <fmt/format.h>

#include "base/archive.hpp"

namespace ringside::guest {

std::string Bare::here(const Machine& machine) const {
    const cpu::Cpu& cpu = machine.cpu();
    return symbols_.describe({cpu.segment(cpu::SegmentRegister::cs).base + cpu.eip});
}

// The exit port takes a value whole, whatever its width.
std::optional<StopReason> Bare::port_io(Machine& machine, const cpu::Exit& exit) {
    if (!exit.write) {
        cpu::complete_in(machine.cpu(), board_->in(machine.cpu(), exit.port, exit.size));
        return std::nullopt;
    }
    if (config_.exit_port && exit.port == *config_.exit_port) {
        return StopReason{StopKind::guest_exit, (exit.value << 1) | 1, {}, {}};
    }
    return board_->out(machine.cpu(), exit.port, exit.size, exit.value);
}

std::optional<StopReason> Bare::halted(Machine& machine) {
    if ((machine.cpu().system_flags & cpu::flag::intf) == 0) {
        return StopReason{StopKind::guest_exit, 0, {}, {}};
    }
    if (board_->sleep(machine.cpu())) {
        return std::nullopt;
    }
    return StopReason{StopKind::deadlock, 0,
                      fmt::format("the HLT before {} waits for an interrupt, and nothing will "
                                  "raise one",
                                  here(machine)),
                      report_lines()};
}

std::optional<std::uint64_t> Bare::next_event() const {
    return board_->next_event();
}

void Bare::on_event(Machine& machine) {
    board_->update(machine.cpu());
}

void Bare::persist(Archive& archive) {
    archive.mark("Bare");
    persist_all(archive, debug_ports_, *board_);
}

StopReason Bare::shutdown(Machine& machine) {
    return {StopKind::guest_failure, 0, fmt::format("triple fault at {}", here(machine)),
            register_text(machine.cpu()) + report_lines()};
}

void Bare::set_port_message_observer(PortMessageObserver* observer) {
    debug_ports_.finish_line();
    debug_ports_.set_observer(observer);
}

std::string Bare::report_lines() const {
    const auto post = debug_ports_.last_post();
    return post ? fmt::format("last POST code {:02X} at port {:02X}h\n", *post,
                              *debug_ports_.post_port())
                : std::string();
}

std::string register_text(const cpu::Cpu& cpu) {
    using cpu::GeneralRegister;
    using cpu::SegmentRegister;
    const auto& r = cpu.registers;
    const auto selector = [&cpu](SegmentRegister s) { return cpu.segment(s).selector.value(); };
    return fmt::format(
        "EAX={:08X} EBX={:08X} ECX={:08X} EDX={:08X} ESI={:08X} EDI={:08X}\n"
        "EBP={:08X} ESP={:08X} EIP={:08X} EFL={:08X} CS={:04X} SS={:04X} DS={:04X} ES={:04X} "
        "FS={:04X} GS={:04X}\n",
        r[GeneralRegister::eax], r[GeneralRegister::ebx], r[GeneralRegister::ecx],
        r[GeneralRegister::edx], r[GeneralRegister::esi], r[GeneralRegister::edi],
        r[GeneralRegister::ebp], r[GeneralRegister::esp], cpu.eip, cpu.eflags(),
        selector(SegmentRegister::cs), selector(SegmentRegister::ss), selector(SegmentRegister::ds),
        selector(SegmentRegister::es), selector(SegmentRegister::fs),
        selector(SegmentRegister::gs));
}

}  // namespace ringside::guest
