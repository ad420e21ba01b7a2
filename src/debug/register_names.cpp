// SPDX-License-Identifier: MIT
#include "debug/register_names.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include <fmt/format.h>

namespace ringside::debug {
namespace {

constexpr std::array<std::string_view, 8> general_names{"eax", "ecx", "edx", "ebx",
                                                        "esp", "ebp", "esi", "edi"};
constexpr std::array<std::string_view, 8> byte_names{"al", "cl", "dl", "bl",
                                                     "ah", "ch", "dh", "bh"};
constexpr std::array<std::string_view, 6> segment_names{"es", "cs", "ss", "ds", "fs", "gs"};

template <std::size_t n>
std::optional<std::size_t> index_of(const std::array<std::string_view, n>& names,
                                    std::string_view name) {
    const auto* const found = std::find(names.begin(), names.end(), name);
    return found != names.end() ? std::optional(static_cast<std::size_t>(found - names.begin()))
                                : std::nullopt;
}

std::optional<std::uint32_t> control_register(const cpu::Cpu& cpu, std::string_view name) {
    if (name.size() == 3 && name.starts_with("dr") && name[2] >= '0' && name[2] <= '3') {
        return cpu.dr.at(static_cast<std::size_t>(name[2] - '0'));
    }
    struct Row {
        std::string_view name;
        std::uint32_t value;
    };
    const std::array rows{Row{"cr0", cpu.cr0},
                          Row{"cr2", cpu.cr2},
                          Row{"cr3", cpu.cr3},
                          Row{"cr4", cpu.cr4},
                          Row{"dr6", cpu.dr6},
                          Row{"dr7", cpu.dr7},
                          Row{"tr", cpu.tr.selector.value()},
                          Row{"ldtr", cpu.ldtr.selector.value()},
                          Row{"gdtr", cpu.gdtr.base.value},
                          Row{"idtr", cpu.idtr.base.value}};
    const auto* const found =
        std::find_if(rows.begin(), rows.end(), [name](const Row& row) { return row.name == name; });
    return found != rows.end() ? std::optional(found->value) : std::nullopt;
}

}  // namespace

std::optional<std::uint32_t> register_value(const Inspector& inspector, std::string_view name) {
    std::string lower(name);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const std::string_view word = lower;
    const guest::InterruptedCode code = inspector.registers();
    if (const auto i = index_of(general_names, word)) {
        return code.general.at(*i);
    }
    if (const auto i = index_of(segment_names, word)) {
        return code.selectors.at(*i);
    }
    if (const auto i = index_of(byte_names, word)) {
        return (code.general.at(*i % 4) >> (*i < 4 ? 0 : 8)) & 0xFF;
    }
    if (word == "eip" || word == "pc") {
        return code.eip;
    }
    if (word == "efl" || word == "eflags") {
        return code.eflags;
    }
    if (word == "sp" || word == "ip" || word.size() != 2) {
        return word == "sp"   ? code.general[4] & 0xFFFF
               : word == "ip" ? code.eip & 0xFFFF
                              : control_register(inspector.machine().cpu(), word);
    }
    const std::string whole = "e" + lower;
    if (const auto i = index_of(general_names, std::string_view(whole))) {
        return code.general.at(*i) & 0xFFFF;
    }
    return control_register(inspector.machine().cpu(), word);
}

std::string flag_names(std::uint32_t eflags) {
    struct Row {
        std::uint32_t bit;
        std::string_view name;
    };
    namespace flag = cpu::flag;
    constexpr std::array rows{
        Row{flag::cf, "CF"}, Row{flag::pf, "PF"},   Row{flag::af, "AF"},   Row{flag::zf, "ZF"},
        Row{flag::sf, "SF"}, Row{flag::tf, "TF"},   Row{flag::intf, "IF"}, Row{flag::df, "DF"},
        Row{flag::of, "OF"}, Row{flag::nt, "NT"},   Row{flag::rf, "RF"},   Row{flag::vm, "VM"},
        Row{flag::ac, "AC"}, Row{flag::vif, "VIF"}, Row{flag::vip, "VIP"}, Row{flag::id, "ID"}};
    std::string text;
    for (const Row& row : rows) {
        if ((eflags & row.bit) != 0) {
            text += fmt::format("{}{}", text.empty() ? "" : " ", row.name);
        }
    }
    return text;
}

std::string register_lines(const Inspector& inspector) {
    const guest::InterruptedCode code = inspector.registers();
    const auto& [eax, ecx, edx, ebx, esp, ebp, esi, edi] = code.general;
    const auto& [es, cs, ss, ds, fs, gs] = code.selectors;
    std::string source;
    if (const auto frame = inspector.frame()) {
        source = fmt::format("of the frame at {:08X}", frame->value);
    } else {
        source = fmt::format("clock {}", inspector.machine().cpu().cycles());
        const auto thread = inspector.personality().current_thread(inspector.machine());
        source += thread != 0 ? fmt::format(", thread {:X}", thread) : std::string();
    }
    return fmt::format(
        "eax={:08X} ebx={:08X} ecx={:08X} edx={:08X} esi={:08X} edi={:08X}\n"
        "eip={:08X} esp={:08X} ebp={:08X} efl={:08X} iopl={} {}\n"
        "cs={:04X} ss={:04X} ds={:04X} es={:04X} fs={:04X} gs={:04X} ring {}, {}\n",
        eax, ebx, ecx, edx, esi, edi, code.eip, esp, ebp, code.eflags, (code.eflags >> 12) & 3U,
        flag_names(code.eflags), cs, ss, ds, es, fs, gs, code.ring, source);
}

std::string control_register_lines(const cpu::Cpu& cpu) {
    return fmt::format(
        "cr0={:08X} cr2={:08X} cr3={:08X} cr4={:08X}\n"
        "dr0={:08X} dr1={:08X} dr2={:08X} dr3={:08X} dr6={:08X} dr7={:08X}\n"
        "gdtr={:08X} limit {:04X} idtr={:08X} limit {:04X} tr={} ldtr={}\n",
        cpu.cr0, cpu.cr2, cpu.cr3, cpu.cr4, cpu.dr[0], cpu.dr[1], cpu.dr[2], cpu.dr[3], cpu.dr6,
        cpu.dr7, cpu.gdtr.base.value, cpu.gdtr.limit, cpu.idtr.base.value, cpu.idtr.limit,
        cpu.tr.selector, cpu.ldtr.selector);
}

std::string segment_lines(const cpu::Cpu& cpu) {
    std::string text;
    for (std::size_t i = 0; i < segment_names.size(); ++i) {
        const cpu::Segment& segment = cpu.segments[i];
        text += fmt::format("{}={} ", segment_names[i], segment.selector);
        text += segment.usable() ? fmt::format("base {:08X}, offsets {:08X} to {:08X}, {}{}\n",
                                               segment.base, segment.lowest, segment.highest,
                                               segment.is_32bit() ? "32-bit " : "16-bit ",
                                               segment.descriptor.is_code() ? "code"
                                               : segment.writable           ? "data"
                                                                            : "read-only data")
                                 : "unusable\n";
    }
    return text;
}

}  // namespace ringside::debug
