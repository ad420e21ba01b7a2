// SPDX-License-Identifier: MIT
#include "gdb/registers.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "cpu/fpu/environment.hpp"
#include "gdb/hex.hpp"

namespace ringside::gdb {
namespace {

constexpr std::string_view core = "org.gnu.gdb.i386.core";
constexpr std::string_view sse = "org.gnu.gdb.i386.sse";
constexpr std::string_view segments = "ringside.i386.segments";
constexpr std::string_view system = "ringside.i386.system";

constexpr std::array<std::string_view, 8> general_names{"eax", "ecx", "edx", "ebx",
                                                        "esp", "ebp", "esi", "edi"};
/// gdb's order, and what it is in the processor's.
struct NamedSegment {
    std::string_view name;
    cpu::SegmentRegister segment;
};
constexpr std::array<NamedSegment, 6> segment_names{{{"cs", cpu::SegmentRegister::cs},
                                                     {"ss", cpu::SegmentRegister::ss},
                                                     {"ds", cpu::SegmentRegister::ds},
                                                     {"es", cpu::SegmentRegister::es},
                                                     {"fs", cpu::SegmentRegister::fs},
                                                     {"gs", cpu::SegmentRegister::gs}}};
constexpr std::array<std::string_view, 8> x87_names{"fctrl", "fstat", "ftag",  "fiseg",
                                                    "fioff", "foseg", "fooff", "fop"};

using Value = std::array<std::byte, 16>;

template <typename Number>
Value number(Number value) {
    Value bytes{};
    store(bytes.data(), value);
    return bytes;
}

Value x87_value(const cpu::fpu::State& x87, unsigned index) {
    const cpu::fpu::Pointers& at = x87.pointers;
    const std::array<std::uint32_t, 8> values{x87.control.value,
                                              x87.status_word(),
                                              cpu::fpu::full_tag_word(x87),
                                              at.instruction_selector,
                                              at.instruction_offset,
                                              at.data_selector,
                                              at.data_offset,
                                              at.opcode};
    return number(values.at(index));
}

Value control_value(const cpu::Cpu& cpu, unsigned index) {
    switch (index) {
        case 0: return number(cpu.cr0);
        case 2: return number(cpu.cr2);
        case 3: return number(cpu.cr3);
        default: return number(cpu.cr4);
    }
}

const cpu::Segment& segment(const cpu::Cpu& cpu, const Register& reg) {
    return cpu.segment(static_cast<cpu::SegmentRegister>(reg.index));
}

Value read(const cpu::Cpu& cpu, const Register& reg) {
    const auto& table = reg.index == 0 ? cpu.gdtr : cpu.idtr;
    const auto& task = reg.index < 2 ? cpu.ldtr : cpu.tr;
    switch (reg.source) {
        case Source::general:
            return number(cpu.registers[static_cast<cpu::GeneralRegister>(reg.index)]);
        case Source::eip: return number(cpu.eip);
        case Source::eflags: return number(cpu.eflags());
        case Source::selector: return number(std::uint32_t{segment(cpu, reg).selector.value()});
        case Source::stack_of_x87: {
            const cpu::fpu::Float80& st = cpu.fpu.state.st(reg.index);
            Value bytes = number(st.significand);
            store(bytes.data() + sizeof st.significand, st.sign_exponent);
            return bytes;
        }
        case Source::control_of_x87: return x87_value(cpu.fpu.state, reg.index);
        case Source::xmm: {
            const cpu::simd::Xmm& xmm = cpu.simd.xmm.at(reg.index);
            Value bytes = number(xmm.quads[0]);
            store(bytes.data() + sizeof xmm.quads[0], xmm.quads[1]);
            return bytes;
        }
        case Source::mxcsr: return number(cpu.simd.mxcsr);
        case Source::segment_base: return number(segment(cpu, reg).base);
        case Source::segment_limit: {
            const cpu::Segment& s = segment(cpu, reg);
            return number(s.usable() ? s.highest : 0U);
        }
        case Source::ring: return number(std::uint32_t{cpu.cpl});
        case Source::control: return control_value(cpu, reg.index);
        case Source::table_base: return number(table.base.value);
        case Source::table_limit: return number(std::uint32_t{table.limit});
        case Source::task:
            return reg.index % 2 == 0 ? number(std::uint32_t{task.selector.value()})
                                      : number(task.base.value);
        case Source::debug:
            return number(reg.index < cpu.dr.size() ? cpu.dr.at(reg.index)
                          : reg.index == 6          ? cpu.dr6
                                                    : cpu.dr7);
        case Source::clock: return number(cpu.cycles().value);
    }
    return {};
}

}  // namespace

std::vector<Register> registers_of(cpu::Model model) {
    std::vector<Register> rows;
    const auto add = [&rows](std::string_view name, unsigned bits, std::string_view type,
                             std::string_view group, std::string_view feature, Source source,
                             unsigned index = 0) {
        rows.push_back({std::string(name), bits, std::string(type), std::string(group),
                        std::string(feature), source, index});
    };
    for (unsigned i = 0; i < general_names.size(); ++i) {
        const bool points = i == register_number::esp || i == register_number::ebp;
        add(general_names.at(i), 32, points ? "data_ptr" : "int32", "general", core,
            Source::general, i);
    }
    add("eip", 32, "code_ptr", "general", core, Source::eip);
    add("eflags", 32, "eflags_bits", "general", core, Source::eflags);
    for (const NamedSegment& row : segment_names) {
        add(row.name, 32, "int32", "general", core, Source::selector,
            static_cast<unsigned>(row.segment));
    }
    for (unsigned i = 0; i < 8; ++i) {
        add(fmt::format("st{}", i), 80, "i387_ext", "float", core, Source::stack_of_x87, i);
    }
    for (unsigned i = 0; i < x87_names.size(); ++i) {
        add(x87_names.at(i), 32, "int", "float", core, Source::control_of_x87, i);
    }
    if ((cpu::traits(model).features & cpu::feature::sse) != 0) {
        for (unsigned i = 0; i < 8; ++i) {
            add(fmt::format("xmm{}", i), 128, "vec128", "vector", sse, Source::xmm, i);
        }
        add("mxcsr", 32, "mxcsr_bits", "vector", sse, Source::mxcsr);
    }
    for (const NamedSegment& row : segment_names) {
        const auto index = static_cast<unsigned>(row.segment);
        add(fmt::format("{}_base", row.name), 32, "uint32", "system", segments,
            Source::segment_base, index);
        add(fmt::format("{}_limit", row.name), 32, "uint32", "system", segments,
            Source::segment_limit, index);
    }
    add("cpl", 32, "uint32", "system", system, Source::ring);
    add("cr0", 32, "cr0_bits", "system", system, Source::control, 0);
    add("cr2", 32, "data_ptr", "system", system, Source::control, 2);
    add("cr3", 32, "uint32", "system", system, Source::control, 3);
    add("cr4", 32, "uint32", "system", system, Source::control, 4);
    for (const unsigned i : {0U, 1U}) {
        const std::string_view table = i == 0 ? "gdt" : "idt";
        add(fmt::format("{}_base", table), 32, "data_ptr", "system", system, Source::table_base, i);
        add(fmt::format("{}_limit", table), 32, "uint32", "system", system, Source::table_limit, i);
    }
    for (const unsigned i : {0U, 2U}) {
        const std::string_view task = i == 0 ? "ldtr" : "tr";
        add(task, 32, "int32", "system", system, Source::task, i);
        add(fmt::format("{}_base", task), 32, "data_ptr", "system", system, Source::task, i + 1);
    }
    for (const unsigned i : {0U, 1U, 2U, 3U, 6U, 7U}) {
        add(fmt::format("dr{}", i), 32, "uint32", "system", system, Source::debug, i);
    }
    add("clock", 64, "uint64", "system", system, Source::clock);
    return rows;
}

std::string value_of(const cpu::Cpu& cpu, const Register& reg) {
    const Value value = read(cpu, reg);
    return to_hex(std::span(value).first(reg.bytes()));
}

std::string value_of(const guest::SystemThread::Place& place, const Register& reg) {
    const auto known = [&reg](std::uint32_t value) {
        const Value bytes = number(value);
        return to_hex(std::span(bytes).first(reg.bytes()));
    };
    if (reg.source == Source::eip) {
        return known(place.eip);
    }
    if (reg.source == Source::ring) {
        return known(0);
    }
    if (reg.source == Source::general && reg.index == register_number::esp) {
        return known(place.esp);
    }
    return std::string(reg.bytes() * 2, 'x');
}

}  // namespace ringside::gdb
