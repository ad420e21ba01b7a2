// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/bits.hpp"
#include "base/ensure.hpp"
#include "guest/bare.hpp"
#include "guest/multiboot_header.hpp"
#include "guest/multiboot_info.hpp"

namespace ringside::guest {
namespace {

// Descriptors of a flat machine: the hidden parts are loaded as if a boot loader's GDT had them.
constexpr cpu::Descriptor flat_code{0x0000FFFF, 0x00CF9B00};
constexpr cpu::Descriptor flat_data{0x0000FFFF, 0x00CF9300};
// The same of a segment after RESET: 64 KiB, and CS with a base that its selector does not give.
constexpr cpu::Descriptor reset_code{0x0000FFFF, 0xFF009BFF};
constexpr cpu::Descriptor reset_data{0x0000FFFF, 0x00009300};
constexpr std::uint16_t reset_selector = 0xF000;
constexpr std::uint32_t reset_offset = 0xFFF0;
constexpr PhysicalAddress reset_vector{0xFFFFFFF0};

constexpr std::uint64_t bios_end = 0x100000;
/// From the end of the first megabyte to the end of the last.
constexpr std::uint32_t bios_distance = 0xFFF00000;

constexpr std::uint64_t low_memory_begin = 0x1000;
constexpr std::uint64_t low_memory_end = 0x9F000;

}  // namespace

void Bare::boot(Machine& machine) {
    if (config_.images.empty() && !config_.kernel && config_.roms.empty()) {
        throw InputError(2,
                         "nothing to run: give a kernel, an image with --load FILE@ADDR, or a "
                         "ROM with --rom FILE@ADDR");
    }
    const std::uint64_t frequency =
        std::uint64_t{machine.mhz()} * 1'000'000 * cpu::traits(machine.cpu().model).ticks_per_clock;
    board_ = std::make_unique<PcBoard>(frequency);
    debug_ports_.attach_to(board_->ports());
    for (const BareInterrupt& one : config_.interrupts) {
        board_->schedule(one.line, one.clock * cpu::traits(machine.cpu().model).ticks_per_clock);
    }
    place_roms(machine);
    place_images(machine);
    place_kernel(machine);
    for (const Module& module : config_.symbols) {
        symbols_.add(module);
    }
    const bool multiboot = config_.kernel && config_.kernel->multiboot;
    if (!config_.modules.empty() && !multiboot) {
        throw InputError(2, "--module wants a Multiboot kernel as PROGRAM");
    }
    const std::uint32_t information = multiboot ? place_boot_information(machine) : 0;
    for (const BarePoke& poke : config_.pokes) {
        machine.memory().write<std::uint32_t>(poke.at, poke.value);
    }

    cpu::Cpu& cpu = machine.cpu();
    if (config_.start || config_.kernel || !config_.images.empty()) {
        board_->start();
        enter_flat(cpu, config_.start    ? *config_.start
                        : config_.kernel ? config_.kernel->entry
                                         : config_.images.front().at.value);
    } else {
        enter_at_reset(cpu);
        if (machine.memory().host(reset_vector) == nullptr) {
            throw InputError(2,
                             "no ROM answers at the reset vector FFFFFFF0; let one end at "
                             "0xFFFFF, or give --start");
        }
    }
    if (multiboot && !config_.start) {
        cpu.registers[cpu::GeneralRegister::eax] = MultibootHeader::loader_magic;
        cpu.registers[cpu::GeneralRegister::ebx] = information;
    }
    cpu.paging_changed();
}

void Bare::place(Machine& machine, std::string_view name, PhysicalAddress at,
                 std::span<const std::byte> bytes, std::uint64_t size) {
    if (at.value + size > machine.memory().size()) {
        throw InputError(126, fmt::format("{}: {} bytes at {:#x} reach beyond the RAM of {} MiB; "
                                          "use --ram",
                                          name, size, at.value, machine.memory().size() >> 20));
    }
    placement_.claim(owners_, name, at, size);
    machine.memory().write_bytes(at, bytes);
}

void Bare::place_images(Machine& machine) {
    for (const BareImage& image : config_.images) {
        ++owners_;
        place(machine, image.name, image.at, image.bytes, image.bytes.size());
        symbols_.add(
            {image.name, {image.at.value}, static_cast<std::uint32_t>(image.bytes.size()), {}});
    }
}

void Bare::place_kernel(Machine& machine) {
    if (!config_.kernel) {
        return;
    }
    ++owners_;
    for (const KernelPart& part : config_.kernel->parts) {
        place(machine, config_.kernel->name, part.at, part.bytes, part.size);
    }
    for (const Module& module : config_.kernel->modules) {
        symbols_.add(module);
    }
}

// Claimed by whole pages, since nothing else can live in one that cannot be written.
void Bare::place_roms(Machine& machine) {
    for (const BareImage& rom : config_.roms) {
        const std::uint64_t end = rom.at.value + std::uint64_t{rom.bytes.size()};
        if (end > std::uint64_t{1} << 32) {
            throw InputError(126, fmt::format("{}: {} bytes at {:#x} reach beyond 4 GiB", rom.name,
                                              rom.bytes.size(), rom.at.value));
        }
        const auto put = [&](PhysicalAddress at) {
            ++owners_;
            const PhysicalAddress page = page_of(at);
            placement_.claim(
                owners_, rom.name, page,
                align_up<std::uint64_t>(page_offset(at) + rom.bytes.size(), page_size));
            machine.memory().place_rom(at, rom.bytes);
            symbols_.add({rom.name, {at.value}, static_cast<std::uint32_t>(rom.bytes.size()), {}});
        };
        put(rom.at);
        if (end == bios_end) {
            put(rom.at + bios_distance);
        }
    }
}

std::uint32_t Bare::place_boot_information(Machine& machine) {
    const std::uint64_t ram = machine.memory().size();
    BootFacts facts{machine.memory().size(), config_.command_line, {}};
    std::uint64_t lowest = bios_end;
    for (const KernelPart& part : config_.kernel->parts) {
        lowest = std::max(lowest, std::uint64_t{part.at.value} + part.size);
    }
    for (const BareModule& module : config_.modules) {
        const auto at = placement_.hole(module.bytes.size(), lowest, ram);
        if (!at) {
            throw InputError(126, fmt::format("{}: no room for the module's {} bytes in {} MiB of "
                                              "RAM; use --ram",
                                              module.name, module.bytes.size(), ram >> 20));
        }
        ++owners_;
        place(machine, module.name, *at, module.bytes, module.bytes.size());
        facts.modules.push_back(
            {*at, static_cast<std::uint32_t>(module.bytes.size()), module.command_line});
    }
    // The block's size does not depend on its place.
    const std::uint64_t size = multiboot_info(facts, {}).size();
    auto at = placement_.hole(size, low_memory_begin, low_memory_end);
    if (!at) {
        at = placement_.hole(size, lowest, ram);
    }
    if (!at) {
        throw InputError(126, "no room in RAM for the Multiboot information; use --ram");
    }
    ++owners_;
    place(machine, "Multiboot information", *at, multiboot_info(facts, *at), size);
    return at->value;
}

void Bare::enter_flat(cpu::Cpu& cpu, std::uint32_t start) const {
    cpu.cr0 |= cpu::cr0::pe;
    cpu.segments.fill(cpu::Segment::from(cpu::Selector{0x10}, flat_data));
    cpu.segment(cpu::SegmentRegister::cs) = cpu::Segment::from(cpu::Selector{0x08}, flat_code);
    cpu.idtr.limit = 0;
    cpu.gdtr.limit = 0;
    cpu.eip = start;
}

// Intel SDM vol. 3, "Processor State After Reset".
void Bare::enter_at_reset(cpu::Cpu& cpu) const {
    cpu.segments.fill(cpu::Segment::from(cpu::Selector{0}, reset_data));
    cpu.segment(cpu::SegmentRegister::cs) =
        cpu::Segment::from(cpu::Selector{reset_selector}, reset_code);
    cpu.eip = reset_offset;
    if (cpu.model >= cpu::Model::i486) {
        cpu.cr0 |= cpu::cr0::cd | cpu::cr0::nw;
    }
}

}  // namespace ringside::guest
