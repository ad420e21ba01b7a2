// SPDX-License-Identifier: MIT
#include <algorithm>
#include <string>

#include "gdb/byte_writer.hpp"
#include "gdb/stack_rules.hpp"
#include "gdb/user_entries.hpp"

namespace ringside::gdb {
namespace {

// DWARF 4, "Call Frame Information" and "DWARF Expressions".
namespace rule {
constexpr std::uint8_t advance_by_4_bytes = 0x04;
constexpr std::uint8_t undefined = 0x07;
constexpr std::uint8_t same_value = 0x08;
constexpr std::uint8_t define_reference = 0x0C;
constexpr std::uint8_t define_reference_by_expression = 0x0F;
constexpr std::uint8_t at_signed_offset = 0x11;
constexpr std::uint8_t value_of_expression = 0x16;
}  // namespace rule
namespace op {
constexpr std::uint8_t dereference = 0x06;
constexpr std::uint8_t constant_4u = 0x0C;
constexpr std::uint8_t duplicate = 0x12;
constexpr std::uint8_t both_bits = 0x1A;
constexpr std::uint8_t either_bit = 0x21;
constexpr std::uint8_t plus_constant = 0x23;
constexpr std::uint8_t shift_right = 0x25;
constexpr std::uint8_t branch_unless_zero = 0x28;
constexpr std::uint8_t skip = 0x2F;
constexpr std::uint8_t literal_0 = 0x30;
constexpr std::uint8_t register_0_plus = 0x70;
}  // namespace op

// The i386 numbering of registers.
constexpr std::array<std::uint32_t, 4> kept{3, 5, 6, 7};  // EBX, EBP, ESI, EDI
constexpr std::uint32_t edx = 2;
constexpr std::uint32_t esp = 4;
constexpr std::uint32_t ebp = 5;
constexpr std::uint32_t eip = 8;
constexpr std::uint32_t eflags = 9;
constexpr std::int32_t unit = -4;  // offsets are told in multiples of it
constexpr std::uint32_t no_entry = 0xFFFFFFFF;
/// The way into a user entry lies behind the way into a gate.
constexpr std::uint32_t context_border = border_bytes / 2;

std::uint32_t number_of(StackRule::Base base) {
    switch (base) {
        case StackRule::Base::esp: return esp;
        case StackRule::Base::ebp: return ebp;
        case StackRule::Base::edx: return edx;
    }
    return esp;
}

void add_block(ByteWriter& to, const ByteWriter& block) {
    to.uleb(static_cast<std::uint32_t>(block.size()));
    to.text(block.bytes());
}

void add_constant(ByteWriter& rules, std::uint32_t reg, std::uint32_t value) {
    ByteWriter expression;
    expression.byte(op::constant_4u);
    expression.word(value);
    rules.byte(rule::value_of_expression);
    rules.uleb(reg);
    add_block(rules, expression);
}

void add_saved(ByteWriter& rules, std::uint32_t reg, std::int32_t offset) {
    rules.byte(rule::at_signed_offset);
    rules.uleb(reg);
    rules.sleb(offset / unit);
}

void add_rule(ByteWriter& rules, const StackRule& row, const StackRules& all,
              std::uint32_t border) {
    const std::uint32_t base = number_of(row.base);
    if (row.indirect || row.offset < 0) {
        ByteWriter expression;
        expression.byte(static_cast<std::uint8_t>(op::register_0_plus + base));
        expression.sleb(row.offset);
        if (row.indirect) {
            expression.byte(op::dereference);
        }
        rules.byte(rule::define_reference_by_expression);
        add_block(rules, expression);
    } else {
        rules.byte(rule::define_reference);
        rules.uleb(base);
        rules.uleb(static_cast<std::uint32_t>(row.offset));
    }
    switch (row.kind) {
        case StackRule::Kind::call: add_saved(rules, eip, -4); break;
        // The byte before a return address is what tells the caller.
        case StackRule::Kind::gate: add_constant(rules, eip, border + 1); break;
        case StackRule::Kind::sysenter:
            add_constant(rules, eip, all.sysenter_return.value_or(LinearAddress{}).value);
            break;
        case StackRule::Kind::context: add_constant(rules, eip, border + context_border + 1); break;
        case StackRule::Kind::outermost:
            rules.byte(rule::undefined);
            rules.uleb(eip);
            break;
    }
    for (std::size_t i = 0; i < kept.size(); ++i) {
        if (row.saved.at(i) && row.kind != StackRule::Kind::context) {
            add_saved(rules, kept.at(i), *row.saved.at(i));
        } else {
            rules.byte(rule::same_value);
            rules.uleb(kept.at(i));
        }
    }
}

/// Puts an entry's length in front of it.
void add_entry(ByteWriter& section, ByteWriter entry) {
    entry.fill_to(4, '\0');
    section.word(static_cast<std::uint32_t>(entry.size()));
    section.text(entry.bytes());
}

ByteWriter common_entry(std::string_view augmentation) {
    ByteWriter entry;
    entry.word(no_entry);
    entry.byte(1);  // version
    entry.string(augmentation);
    entry.uleb(1);
    entry.sleb(unit);
    entry.byte(eip);
    if (!augmentation.empty()) {
        entry.uleb(0);
    }
    return entry;
}

/// ESP of the interrupted code: pushed when it ran in an outer ring or in virtual 8086 mode, else
/// what lies above the three dwords. The reference address is on the expression's stack.
ByteWriter esp_before_gate() {
    ByteWriter far;
    far.byte(op::plus_constant);
    far.uleb(12);
    ByteWriter pushed = far;
    pushed.byte(op::dereference);
    far.byte(op::skip);
    far.half(static_cast<std::uint16_t>(pushed.size()));

    ByteWriter expression;
    expression.byte(op::duplicate);
    expression.byte(op::plus_constant);
    expression.uleb(4);
    expression.byte(op::dereference);  // CS
    expression.byte(op::literal_0 + 3);
    expression.byte(op::both_bits);
    expression.byte(0x14);  // over: the reference address again
    expression.byte(op::plus_constant);
    expression.uleb(8);
    expression.byte(op::dereference);  // EFLAGS
    expression.byte(op::literal_0 + 17);
    expression.byte(op::shift_right);
    expression.byte(op::literal_0 + 1);
    expression.byte(op::both_bits);
    expression.byte(op::either_bit);
    expression.byte(op::branch_unless_zero);
    expression.half(static_cast<std::uint16_t>(far.size()));
    expression.text(far.bytes());
    expression.text(pushed.bytes());
    return expression;
}

/// An entry for half of the border. ESP there is the reference address of the frame inside.
ByteWriter border_entry(std::uint32_t common, std::uint32_t at) {
    ByteWriter entry;
    entry.word(common);
    entry.word(at);
    entry.word(context_border);
    entry.uleb(0);
    entry.byte(rule::define_reference);
    entry.uleb(esp);
    entry.uleb(0);
    return entry;
}

void add_border(ByteWriter& section, std::uint32_t common, std::uint32_t at) {
    ByteWriter entry = border_entry(common, at);
    add_saved(entry, eip, 0);
    add_saved(entry, eflags, 8);
    entry.byte(rule::value_of_expression);
    entry.uleb(esp);
    add_block(entry, esp_before_gate());
    add_entry(section, std::move(entry));
    ByteWriter context = border_entry(common, at + context_border);
    for (const ContextRegister& row : context_registers) {
        add_saved(context, row.number, row.offset);
    }
    add_entry(section, std::move(context));
}

}  // namespace

std::string frame_section(const StackRules& rules, std::uint32_t bias, std::uint32_t border) {
    ByteWriter section;
    const std::uint32_t plain = 0;
    add_entry(section, common_entry(""));
    const auto crossing = static_cast<std::uint32_t>(section.size());
    add_entry(section, common_entry("zS"));

    const auto& instructions = rules.instructions;
    for (auto first = instructions.begin(); first != instructions.end();) {
        ByteWriter entry;
        const std::uint32_t start = first->first;
        entry.word(plain);
        entry.word(start - bias);
        const std::size_t range_at = entry.size();
        entry.word(0);
        std::uint32_t told = start;
        std::uint32_t end = start;
        const StackRule* previous = nullptr;
        for (; first != instructions.end() && first->first == end; ++first) {
            const StackRule& row = first->second.rule;
            if (previous == nullptr || !(*previous == row)) {
                if (previous != nullptr) {
                    entry.byte(rule::advance_by_4_bytes);
                    entry.word(end - told);
                    told = end;
                }
                add_rule(entry, row, rules, border);
                previous = &row;
            }
            end += first->second.length;
        }
        entry.set_word(range_at, end - start);
        add_entry(section, std::move(entry));
    }
    if (border != 0) {
        add_border(section, crossing, border - bias);
    }
    return section.bytes();
}

}  // namespace ringside::gdb
