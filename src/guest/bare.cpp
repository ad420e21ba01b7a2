// SPDX-License-Identifier: MIT
#include "guest/bare.hpp"

#include <fmt/format.h>

#include "base/ensure.hpp"

namespace ringside::guest {
namespace {

// Descriptors of a flat machine: the hidden parts are loaded as if a boot loader's GDT had them.
constexpr cpu::Descriptor flat_code{0x0000FFFF, 0x00CF9B00};
constexpr cpu::Descriptor flat_data{0x0000FFFF, 0x00CF9300};

}  // namespace

void Bare::boot(Machine& machine) {
    if (config_.images.empty()) {
        throw InputError(2, "nothing to run: give an image with --load FILE@ADDR");
    }
    for (const BareImage& image : config_.images) {
        if (std::uint64_t{image.at.value} + image.bytes.size() > machine.memory().size()) {
            throw InputError(126, fmt::format("{}: {} bytes at {:#x} reach beyond the RAM of {} "
                                              "MiB; use --ram",
                                              image.name, image.bytes.size(), image.at.value,
                                              machine.memory().size() >> 20));
        }
        machine.memory().write_bytes(image.at, image.bytes);
        symbols_.add(
            {image.name, {image.at.value}, static_cast<std::uint32_t>(image.bytes.size()), {}});
    }
    for (const BarePoke& poke : config_.pokes) {
        machine.memory().write<std::uint32_t>(poke.at, poke.value);
    }
    cpu::Cpu& cpu = machine.cpu();
    cpu.cr0 |= cpu::cr0::pe;
    cpu.segments.fill(cpu::Segment::from(cpu::Selector{0x10}, flat_data));
    cpu.segment(cpu::SegmentRegister::cs) = cpu::Segment::from(cpu::Selector{0x08}, flat_code);
    cpu.idtr.limit = 0;
    cpu.gdtr.limit = 0;
    cpu.eip = config_.start.value_or(config_.images.front().at.value);
    cpu.paging_changed();
}

std::optional<StopReason> Bare::port_io(Machine& machine, const cpu::Exit& exit) {
    if (exit.write) {
        if (config_.exit_port && exit.port == *config_.exit_port) {
            return StopReason{StopKind::guest_exit, (exit.value << 1) | 1, {}, {}};
        }
        return std::nullopt;
    }
    // Nothing answers on the bus: it floats high.
    cpu::complete_in(machine.cpu(), 0xFFFFFFFF);
    return std::nullopt;
}

std::optional<StopReason> Bare::halted(Machine& machine) {
    if ((machine.cpu().system_flags & cpu::flag::intf) == 0) {
        return StopReason{StopKind::guest_exit, 0, {}, {}};
    }
    return StopReason{StopKind::deadlock,
                      0,
                      fmt::format("HLT at {} waits for an interrupt, and nothing raises one",
                                  symbols_.describe({machine.cpu().eip - 1})),
                      {}};
}

StopReason Bare::shutdown(Machine& machine) {
    return {StopKind::guest_failure, 0,
            fmt::format("triple fault at {}", symbols_.describe({machine.cpu().eip})),
            register_text(machine.cpu())};
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
