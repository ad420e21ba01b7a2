// SPDX-License-Identifier: MIT
#include "debug/cpu_views.hpp"

#include <array>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "cpu/segments/descriptor.hpp"
#include "cpu/vector.hpp"

namespace ringside::debug {
namespace {

constexpr std::uint32_t descriptor_size = 8;

std::optional<cpu::Descriptor> read_descriptor(const guest::Machine& machine, LinearAddress at) {
    const auto low = machine.peek<std::uint32_t>(at);
    const auto high = machine.peek<std::uint32_t>(at + 4);
    return low && high ? std::optional(cpu::Descriptor(*low, *high)) : std::nullopt;
}

/// Descriptors or gates that fit into a table of that limit.
std::uint32_t entries(const cpu::TableRegister& table) {
    return (std::uint32_t{table.limit} + 1) / descriptor_size;
}

std::string table_title(std::string_view name, const cpu::TableRegister& table) {
    return fmt::format("{} at {:08X}, limit {:04X}", name, table.base.value, table.limit);
}

bool is_task_gate(const cpu::Descriptor& gate) {
    return gate.system_type() == cpu::SystemType::task_gate;
}

/// Attributes in short: P present, A accessed, W writable, R readable, C conforming, E
/// expand-down, B busy.
std::string segment_flags(const cpu::Descriptor& descriptor) {
    std::string flags = descriptor.present() ? "P" : "-";
    if (descriptor.is_system()) {
        flags += descriptor.system_type() == cpu::SystemType::tss32_busy ||
                         descriptor.system_type() == cpu::SystemType::tss16_busy
                     ? " B"
                     : "";
        return flags;
    }
    if (descriptor.is_code()) {
        flags += descriptor.readable() ? " R" : "";
        flags += descriptor.conforming() ? " C" : "";
    } else {
        flags += descriptor.writable() ? " W" : "";
        flags += descriptor.expand_down() ? " E" : "";
    }
    flags += descriptor.accessed() ? " A" : "";
    flags += bit(descriptor.high(), 23) != 0 ? " 4K" : "";
    return flags;
}

struct TssField {
    std::uint32_t offset;
    std::string_view name;
    unsigned size;
};

// Intel SDM vol. 3, "Task-State Segment (TSS)"; names as NT spells them.
constexpr std::array tss_fields{
    TssField{0x00, "Backlink", 2}, TssField{0x04, "Esp0", 4},  TssField{0x08, "Ss0", 2},
    TssField{0x0C, "Esp1", 4},     TssField{0x10, "Ss1", 2},   TssField{0x14, "Esp2", 4},
    TssField{0x18, "Ss2", 2},      TssField{0x1C, "Cr3", 4},   TssField{0x20, "Eip", 4},
    TssField{0x24, "EFlags", 4},   TssField{0x28, "Eax", 4},   TssField{0x2C, "Ecx", 4},
    TssField{0x30, "Edx", 4},      TssField{0x34, "Ebx", 4},   TssField{0x38, "Esp", 4},
    TssField{0x3C, "Ebp", 4},      TssField{0x40, "Esi", 4},   TssField{0x44, "Edi", 4},
    TssField{0x48, "Es", 2},       TssField{0x4C, "Cs", 2},    TssField{0x50, "Ss", 2},
    TssField{0x54, "Ds", 2},       TssField{0x58, "Fs", 2},    TssField{0x5C, "Gs", 2},
    TssField{0x60, "Ldt", 2},      TssField{0x64, "Flags", 2}, TssField{0x66, "IoMapBase", 2},
};

}  // namespace

guest::View idt_view(const guest::Machine& machine, const guest::SymbolTable& symbols) {
    const cpu::TableRegister& table = machine.cpu().idtr;
    guest::View view{
        table_title("IDT", table), {"vector", "name", "type", "DPL", "target", "symbol"}, {}};
    for (std::uint32_t i = 0; i < entries(table) && i < 256; ++i) {
        const auto gate = read_descriptor(machine, table.base + i * descriptor_size);
        const std::string vector = fmt::format("{:02X}", i);
        const std::string name(cpu::mnemonic(static_cast<cpu::Vector>(i)));
        if (!gate) {
            view.rows.push_back({{vector, name, "page not present", "", "", ""}});
        } else if (!gate->present()) {
            view.rows.push_back({{vector, name, "not present", "", "", ""}});
        } else if (is_task_gate(*gate)) {
            view.rows.push_back(
                {{vector, name, std::string(cpu::type_name(*gate)), fmt::format("{}", gate->dpl()),
                  fmt::format("TSS {}", gate->gate_selector()), ""}});
        } else {
            view.rows.push_back(
                {{vector, name, std::string(cpu::type_name(*gate)), fmt::format("{}", gate->dpl()),
                  fmt::format("{}:{:08X}", gate->gate_selector(), gate->gate_offset()),
                  symbols.describe(LinearAddress{gate->gate_offset()})}});
        }
    }
    return view;
}

guest::View gdt_view(const guest::Machine& machine) {
    const cpu::TableRegister& table = machine.cpu().gdtr;
    guest::View view{
        table_title("GDT", table), {"selector", "type", "base", "limit", "DPL", "flags"}, {}};
    for (std::uint32_t i = 0; i < entries(table); ++i) {
        const std::uint32_t selector = i * descriptor_size;
        const auto descriptor = read_descriptor(machine, table.base + selector);
        if (!descriptor) {
            view.rows.push_back(
                {{fmt::format("{:04X}", selector), "page not present", "", "", "", ""}});
        } else if (descriptor->low() != 0 || descriptor->high() != 0) {
            view.rows.push_back(
                {{fmt::format("{:04X}", selector), std::string(cpu::type_name(*descriptor)),
                  fmt::format("{:08X}", descriptor->base()),
                  fmt::format("{:08X}", descriptor->limit()), fmt::format("{}", descriptor->dpl()),
                  segment_flags(*descriptor)}});
        }
    }
    return view;
}

guest::View tss_view(const guest::Machine& machine, const guest::SymbolTable& symbols) {
    const cpu::SystemSegment& tr = machine.cpu().tr;
    guest::View view{"", {"offset", "field", "value", "symbol"}, {}};
    if (!tr.valid) {
        view.title = "TR holds no task state segment";
        return view;
    }
    view.title =
        fmt::format("TSS {} at {:08X}, limit {:04X}", tr.selector, tr.base.value, tr.limit);
    for (const TssField& field : tss_fields) {
        std::string value = "page not present";
        std::string symbol;
        if (field.offset + field.size - 1 > tr.limit) {
            value = "beyond the limit";
        } else if (field.size == 2) {
            if (const auto word = machine.peek<std::uint16_t>(tr.base + field.offset)) {
                value = fmt::format("{:04X}", *word);
            }
        } else if (const auto dword = machine.peek<std::uint32_t>(tr.base + field.offset)) {
            value = fmt::format("{:08X}", *dword);
            symbol =
                field.name == "Eip" && *dword != 0 ? symbols.describe(LinearAddress{*dword}) : "";
        }
        view.rows.push_back(
            {{fmt::format("+{:02X}", field.offset), std::string(field.name), value, symbol}});
    }
    return view;
}

guest::View msr_view(const guest::Machine& machine, const guest::SymbolTable& symbols) {
    const cpu::Cpu& cpu = machine.cpu();
    const std::uint32_t features = cpu::traits(cpu.model).features;
    guest::View view{fmt::format("Model-specific registers of {}", cpu::traits(cpu.model).name),
                     {"number", "name", "value", "symbol"},
                     {}};
    if ((features & cpu::feature::tsc) != 0) {
        view.rows.push_back(
            {{"0010", "TSC", fmt::format("{:016X}", cpu.time_stamp(cpu.clock)), ""}});
    }
    if ((features & cpu::feature::sep) != 0) {
        view.rows.push_back({{"0174", "SYSENTER_CS", fmt::format("{:016X}", cpu.sysenter_cs), ""}});
        view.rows.push_back(
            {{"0175", "SYSENTER_ESP", fmt::format("{:016X}", cpu.sysenter_esp), ""}});
        view.rows.push_back(
            {{"0176", "SYSENTER_EIP", fmt::format("{:016X}", cpu.sysenter_eip),
              cpu.sysenter_eip == 0 ? "" : symbols.describe(LinearAddress{cpu.sysenter_eip})}});
    }
    return view;
}

}  // namespace ringside::debug
