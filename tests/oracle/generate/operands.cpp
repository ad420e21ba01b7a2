// SPDX-License-Identifier: MIT
#include "oracle/generate/operands.hpp"

#include <algorithm>

#include "oracle/layout.hpp"

namespace ringside::oracle {
namespace {

using vectors::Register;

constexpr std::array by_encoding{Register::eax, Register::ecx, Register::edx, Register::ebx,
                                 Register::esp, Register::ebp, Register::esi, Register::edi};

/// Where an operand of `size` bytes may begin, in flat addresses.
std::uint32_t choose_linear(Random& random, std::uint32_t size) {
    const auto before = [&](std::uint32_t end) { return end - 1 - random.below(size + 2); };
    switch (random.below(40)) {
        case 0:
        case 1: return before(layout::data + layout::page);
        case 2: return before(layout::data + 2 * layout::page);
        case 3:
        case 4: return before(layout::data_hole);
        case 5: return before(layout::data_read_only);
        case 6: return layout::data_read_only + random.below(layout::page - 16);
        case 7: return before(layout::data_last);
        case 8: return before(layout::data_end);
        case 9: return layout::data_last + random.below(layout::page);
        case 10: return layout::stack + random.below(2 * layout::page);
        case 11: return random.percent(50) ? random.u32() : before(layout::data);
        case 12:
        case 13:
        case 14: return layout::data + random.below(0x2F00);
        default: return layout::data + (random.below(0x2E00) & ~15U) + random.below(2) * size;
    }
}

std::uint32_t near_limit(Random& random, std::uint32_t limit, std::uint32_t size) {
    return limit + 1 - size + random.below(2 * size + 2) - size / 2;
}

}  // namespace

std::optional<Register> whole_register(ZydisRegister name) {
    const auto index = [name](ZydisRegister first) {
        return by_encoding[static_cast<std::size_t>(name - first) & 7];
    };
    if (name >= ZYDIS_REGISTER_AL && name <= ZYDIS_REGISTER_BL) {
        return index(ZYDIS_REGISTER_AL);
    }
    if (name >= ZYDIS_REGISTER_AH && name <= ZYDIS_REGISTER_BH) {
        return index(ZYDIS_REGISTER_AH);
    }
    if (name >= ZYDIS_REGISTER_AX && name <= ZYDIS_REGISTER_DI) {
        return index(ZYDIS_REGISTER_AX);
    }
    if (name >= ZYDIS_REGISTER_EAX && name <= ZYDIS_REGISTER_EDI) {
        return index(ZYDIS_REGISTER_EAX);
    }
    return std::nullopt;
}

namespace {

struct Part {
    unsigned shift = 0;
    std::uint32_t mask = 0xFFFFFFFF;
};

Part part_of(ZydisRegister name) {
    if (name >= ZYDIS_REGISTER_AL && name <= ZYDIS_REGISTER_BL) {
        return {0, 0xFF};
    }
    if (name >= ZYDIS_REGISTER_AH && name <= ZYDIS_REGISTER_BH) {
        return {8, 0xFF};
    }
    return {0, name <= ZYDIS_REGISTER_DI ? 0xFFFFU : 0xFFFFFFFFU};
}

}  // namespace

std::uint32_t read_register(const vectors::Registers& registers, ZydisRegister name) {
    const auto whole = whole_register(name);
    const Part part = part_of(name);
    return whole ? (registers[*whole] >> part.shift) & part.mask : 0;
}

void write_register(vectors::Registers& registers, ZydisRegister name, std::uint32_t value) {
    if (const auto whole = whole_register(name)) {
        const Part part = part_of(name);
        const std::uint32_t mask = part.mask << part.shift;
        registers[*whole] = (registers[*whole] & ~mask) | ((value << part.shift) & mask);
    }
}

std::uint16_t selector_of(const vectors::Registers& registers, ZydisRegister segment) {
    switch (static_cast<int>(segment)) {
        case ZYDIS_REGISTER_CS: return registers.low(Register::cs);
        case ZYDIS_REGISTER_SS: return registers.low(Register::ss);
        case ZYDIS_REGISTER_ES: return registers.low(Register::es);
        case ZYDIS_REGISTER_FS: return registers.low(Register::fs);
        case ZYDIS_REGISTER_GS: return registers.low(Register::gs);
        default: return registers.low(Register::ds);
    }
}

std::uint32_t effective_address(const vectors::Registers& registers, const cpu::Decoded& decoded,
                                const ZydisDecodedOperand& operand) {
    const auto& memory = operand.mem;
    const std::uint32_t scale = memory.scale != 0 ? memory.scale : 1;
    const std::uint32_t sum = static_cast<std::uint32_t>(memory.disp.value) +
                              read_register(registers, memory.base) +
                              read_register(registers, memory.index) * scale;
    return decoded.address16() ? sum & 0xFFFF : sum;
}

std::uint32_t linear_address(const vectors::Registers& registers, const cpu::Decoded& decoded,
                             const ZydisDecodedOperand& operand) {
    return base_of(selector_of(registers, operand.mem.segment)) +
           effective_address(registers, decoded, operand);
}

std::uint32_t stack_top(const vectors::Registers& registers) {
    const std::uint16_t ss = registers.low(Register::ss);
    const std::uint32_t esp = registers[Register::esp];
    return base_of(ss) + (is_32bit(ss) ? esp : esp & 0xFFFF);
}

std::uint32_t choose_offset(Random& random, std::uint16_t selector, bool address16,
                            std::uint32_t size) {
    const SegmentRow* const row = row_of(selector);
    size = std::max(size, 1U);
    if (row == nullptr) {
        return random.u32();
    }
    const std::uint32_t limit = row->in_pages ? (row->limit << 12 | 0xFFF) : row->limit;
    const bool reaches_all = limit == 0xFFFFFFFF || limit == 0xFFFF;
    const std::uint32_t wraps = address16 ? 0xFFFF : 0xFFFFFFFF;
    if (random.percent(reaches_all ? 3 : 25)) {
        return near_limit(random, random.percent(80) ? limit : 0xFFFF, size) & wraps;
    }
    std::uint32_t offset = choose_linear(random, size) - row->base;
    if (row->expand_down_or_conforming && row->kind == data_segment && offset <= limit &&
        random.percent(80)) {
        offset += limit + 1;
    } else if (!row->expand_down_or_conforming && !reaches_all && offset > limit &&
               random.percent(80)) {
        offset %= limit;
    }
    return offset & wraps;
}

bool is_writable(std::uint32_t linear) {
    return std::any_of(
        layout::writable.begin(), layout::writable.end(),
        [linear](const layout::Stretch& s) { return linear >= s.from && linear < s.to; });
}

void put(Program& program, std::uint32_t linear, std::uint64_t value, std::uint32_t size) {
    for (std::uint32_t i = 0; i < size; ++i) {
        if (is_writable(linear + i)) {
            program.memory.push_back({linear + i, static_cast<std::uint8_t>(value >> (8 * i))});
        }
    }
}

}  // namespace ringside::oracle
