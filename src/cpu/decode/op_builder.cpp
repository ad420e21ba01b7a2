// SPDX-License-Identifier: MIT
#include "cpu/decode/op_builder.hpp"

#include "base/ensure.hpp"
#include "cpu/dispatch.hpp"
#include "cpu/instruction.hpp"
#include "cpu/operands.hpp"
#include "cpu/timing/clock_table.hpp"
#include "cpu/timing/encoding.hpp"
#include "cpu/timing/pipeline.hpp"

namespace ringside::cpu {
namespace {

const Op* undefined(Cpu& cpu, const Op* op) {
    cpu.at = op;
    throw Fault::ud();
}

const Op* too_long(Cpu& cpu, const Op* op) {
    cpu.at = op;
    throw Fault::gp(0);
}

/// Byte offset of a register in the register file; AH to BH lie one byte into their word.
std::uint8_t register_offset(ZydisRegister r) {
    const auto id = static_cast<unsigned>(ZydisRegisterGetId(r));
    if (ZydisRegisterGetClass(r) == ZYDIS_REGCLASS_GPR8 && r >= ZYDIS_REGISTER_AH &&
        r <= ZYDIS_REGISTER_BH) {
        return static_cast<std::uint8_t>((r - ZYDIS_REGISTER_AH) * 4 + 1);
    }
    return static_cast<std::uint8_t>(id * 4);
}

bool is_conditional(const Decoded& d) {
    return d.instruction.meta.category == ZYDIS_CATEGORY_COND_BR;
}

bool is_general(ZydisRegister r) {
    const ZydisRegisterClass kind = ZydisRegisterGetClass(r);
    return kind == ZYDIS_REGCLASS_GPR8 || kind == ZYDIS_REGCLASS_GPR16 ||
           kind == ZYDIS_REGCLASS_GPR32;
}

std::uint8_t address_register(ZydisRegister r) {
    return r == ZYDIS_REGISTER_NONE ? RegisterFile::zero_offset : register_offset(r);
}

/// Zydis numbers the segment registers as encodings do.
SegmentRegister segment_of(ZydisRegister r) {
    return static_cast<SegmentRegister>(ZydisRegisterGetId(r));
}

/// Of an operand that no ModRM names: the stack, or the string that may be overridden, before
/// the one that is always in ES.
SegmentRegister implied_segment(const Decoded& d) {
    auto segment = SegmentRegister::ds;
    for (unsigned i = d.operand_count(); i < d.instruction.operand_count; ++i) {
        const ZydisDecodedOperand& operand = d.operand(i);
        if (operand.type == ZYDIS_OPERAND_TYPE_MEMORY) {
            segment = segment_of(operand.mem.segment);
            if (segment != SegmentRegister::es) {
                break;
            }
        }
    }
    return segment;
}

void fill_memory(Op& op, const ZydisDecodedOperand& operand) {
    op.base = address_register(operand.mem.base);
    op.index = address_register(operand.mem.index);
    switch (operand.mem.scale) {
        case 2: op.scale = 1; break;
        case 4: op.scale = 2; break;
        case 8: op.scale = 3; break;
        default: op.scale = 0; break;
    }
    op.displacement = static_cast<std::uint32_t>(operand.mem.disp.value);
    op.segment = static_cast<std::uint8_t>(segment_of(operand.mem.segment));
    op.modes |= op_mode::memory;
}

void fill_register(Op& op, unsigned index, ZydisRegister r) {
    std::uint8_t value = 0;
    if (is_general(r)) {
        value = register_offset(r);
    } else if (ZydisRegisterGetClass(r) == ZYDIS_REGCLASS_SEGMENT) {
        value = static_cast<std::uint8_t>(segment_of(r));
    } else {
        value = static_cast<std::uint8_t>(ZydisRegisterGetId(r));  // CRn, DRn
    }
    (index == 0 ? op.dst : op.src) = value;
}

/// Operands 0 and 1 go to dst and src, the memory operand to base, index and displacement, a
/// constant to immediate. A segment register is its number, not an offset.
Op operands_of(const Decoded& d, std::uint32_t offset) {
    Op op;
    op.base = op.index = RegisterFile::zero_offset;
    op.offset = static_cast<std::uint16_t>(offset);
    op.length = d.instruction.length;
    op.segment = static_cast<std::uint8_t>(implied_segment(d));
    if (d.address16()) {
        op.modes |= op_mode::address16;
    }
    if (d.operand16()) {
        op.modes |= op_mode::operand16;
    }
    if (d.has(ZYDIS_ATTRIB_HAS_REP) || d.has(ZYDIS_ATTRIB_HAS_REPE)) {
        op.modes |= op_mode::repeat;
    }
    if (d.has(ZYDIS_ATTRIB_HAS_REPNE)) {
        op.modes |= op_mode::repeat_not;
    }
    bool has_immediate = false;
    for (unsigned i = 0; i < d.operand_count(); ++i) {
        const ZydisDecodedOperand& operand = d.operand(i);
        if (operand.type == ZYDIS_OPERAND_TYPE_REGISTER && i < 2) {
            fill_register(op, i, operand.reg.value);
        } else if (operand.type == ZYDIS_OPERAND_TYPE_MEMORY) {
            fill_memory(op, operand);
        } else if (operand.type == ZYDIS_OPERAND_TYPE_IMMEDIATE) {
            (has_immediate ? op.displacement : op.immediate) =
                static_cast<std::uint32_t>(operand.imm.value.u);
            has_immediate = true;
        } else if (operand.type == ZYDIS_OPERAND_TYPE_POINTER) {
            op.immediate = operand.ptr.offset;
            op.displacement = operand.ptr.segment;
        }
    }
    if (d.operand_count() > 0 && d.operand(0).type == ZYDIS_OPERAND_TYPE_IMMEDIATE &&
        d.operand(0).imm.is_relative) {
        // Branches keep their target relative to the block.
        op.immediate += offset + op.length;
    }
    return op;
}

}  // namespace

AddressShape address_shape(const Decoded& d, std::uint32_t mode) {
    const ZydisDecodedOperand* memory = nullptr;
    for (unsigned i = 0; i < d.operand_count(); ++i) {
        if (d.is_memory(i)) {
            memory = &d.operand(i);
        }
    }
    ensure(memory != nullptr, "a memory form without a memory operand");
    const bool flat_segment = memory->mem.segment == ZYDIS_REGISTER_DS ||
                              memory->mem.segment == ZYDIS_REGISTER_ES ||
                              memory->mem.segment == ZYDIS_REGISTER_SS;
    if ((mode & block_mode::flat_data) == 0 || !flat_segment || d.address16()) {
        return AddressShape::segmented;
    }
    return memory->mem.index == ZYDIS_REGISTER_NONE ? AddressShape::flat_base
                                                    : AddressShape::flat_indexed;
}

OpBuilder::OpBuilder(const Cpu& cpu, std::uint32_t mode)
    : cpu_(cpu),
      mode_(mode),
      counts_components_(cpu.model == Model::i386 && cpu.level != timing::Level::count) {
    if (counts_components_) {
        add_mark(&arrived, 0);
    }
}

void OpBuilder::add_mark(Handler handler, std::uint32_t offset, std::uint32_t immediate) {
    Op op;
    op.handler = handler;
    op.offset = static_cast<std::uint16_t>(offset);
    op.clocks = clocks_;
    op.immediate = immediate;
    append(op);
}

void OpBuilder::pace(const timing::Issue& issue, std::uint32_t offset) {
    if (cpu_.pipeline) {
        add_mark(&paced, offset, static_cast<std::uint32_t>(issues_.size()));
        issues_.push_back(issue);
    }
}

void OpBuilder::add_fault(Handler handler, std::uint32_t offset) {
    pace({}, offset);
    add_mark(handler, offset);
    ended_ = true;
}

void OpBuilder::add_probe() {
    add_mark(&probed, next_offset_);
}

void OpBuilder::follow_flow() {
    follows_flow_ = true;
    add_flow(Flow::block, next_offset_);
}

void OpBuilder::add_flow(Flow point, std::uint32_t offset) {
    add_mark(&flowing, offset, static_cast<std::uint32_t>(point));
}

void OpBuilder::add_marks(const Decoded& decoded, const timing::Cost& cost, std::uint32_t offset) {
    if (cpu_.pipeline) {
        pace(timing::issue_of(decoded.instruction, decoded.operands.data(), cost), offset);
    }
    if (follows_flow_ && decoded.mnemonic() == ZYDIS_MNEMONIC_CALL) {
        add_flow(Flow::call, offset);
    } else if (follows_flow_ && decoded.mnemonic() == ZYDIS_MNEMONIC_RET) {
        add_flow(Flow::ret, offset);
    }
    if (cost.assumed && cpu_.model < Model::p6) {
        add_mark(&assuming, offset);
    }
    if (counts_components_) {
        if (instructions_ == 1) {
            const std::uint32_t components = timing::components(decoded.instruction);
            ops_.front().immediate = components;
            bound_ += components;
        }
        if (cost.plus_m) {
            add_mark(&leading, offset, is_conditional(decoded) ? 0 : 1);
        }
    }
}

void OpBuilder::charge(Op& op, const Decoded& decoded, const timing::Cost& cost) {
    clocks_ += cost.ticks;
    bound_ += cost.bound;
    op.clocks = clocks_;
    op.formula = cost.formula_index;
    std::int32_t extra = cost.taken_extra;
    if (counts_components_ && cost.plus_m && is_conditional(decoded)) {
        // So that the head of the next block can tell by the clock that the branch was taken, even
        // one to the instruction behind it; pay_refill() takes it off.
        ++extra;
    }
    if (extra != 0) {
        const bool memory = (op.modes & op_mode::memory) != 0;
        (memory ? op.immediate : op.displacement) = static_cast<std::uint32_t>(extra);
    }
}

DecodeResult OpBuilder::add(std::span<const std::byte> bytes, std::uint32_t offset, bool code32) {
    Decoded decoded;
    const DecodeResult result = decode(bytes, code32, decoded);
    if (result == DecodeResult::needs_more) {
        return result;
    }
    ++instructions_;
    // All the bytes count as read: another value in any of them may make it an instruction.
    last_length_ = static_cast<std::uint32_t>(bytes.size());
    const bool escape = is_coprocessor_escape(bytes);
    const Handler no_instruction = escape ? &coprocessor_escape : &undefined;
    if (result != DecodeResult::ok) {
        add_fault(result == DecodeResult::too_long ? &too_long : no_instruction, offset);
        return result;
    }
    const Instruction* const row = find_instruction(decoded.mnemonic());
    const bool protected_mode = (mode_ & block_mode::protected_mode) != 0;
    // A model may have a mnemonic but not this form of it (MOV CR4, long NOP).
    const bool exists =
        row != nullptr && row->first <= cpu_.model &&
        (row->clocks.empty() || cpu_.clocks.has(row->clocks, decoded.instruction,
                                                decoded.operands.data(), protected_mode));
    const Selection selection = exists ? row->select(decoded, mode_) : Selection{};
    if (selection.handler == nullptr) {
        add_fault(no_instruction, offset);
        return DecodeResult::undefined;
    }

    timing::Cost cost;
    if (!row->clocks.empty()) {
        cost = cpu_.clocks.cost(row->clocks, decoded.instruction, decoded.operands.data(),
                                protected_mode);
    }
    add_marks(decoded, cost, offset);
    Op op = operands_of(decoded, offset);
    if (escape) {
        op.immediate = x87_opcode(decoded);
    }
    op.handler = selection.handler;
    charge(op, decoded, cost);
    append(op, selection);
    last_length_ = decoded.instruction.length;
    next_offset_ = offset + last_length_;
    ended_ = selection.ends_block;
    return DecodeResult::ok;
}

void OpBuilder::finish() {
    if (!ended_) {
        add_mark(&fall_through, next_offset_);
    }
    drop_dead_flags();
    join_pairs();
    join_jump();
}

void OpBuilder::append(const Op& op, const Selection& selection) {
    ops_.push_back(op);
    selections_.push_back(selection);
}

// From the end to the start: flags that are replaced before anything looks need not be computed.
void OpBuilder::drop_dead_flags() {
    bool dead = false;
    for (std::size_t i = ops_.size(); i-- > 0;) {
        const Selection& selection = selections_[i];
        if (dead && selection.quiet != nullptr) {
            ops_[i].handler = selection.quiet;
        }
        if (selection.flags != FlagEffect::passes) {
            dead = selection.flags == FlagEffect::replaces;
        }
    }
}

// Runs of PUSH and POP, two at a time.
void OpBuilder::join_pairs() {
    for (std::size_t i = 0; i + 1 < ops_.size(); ++i) {
        if (selections_[i].twice != nullptr && ops_[i].handler == ops_[i + 1].handler) {
            ops_[i].handler = selections_[i].twice;
            ++i;
        }
    }
}

// A Jcc ends its block. Whatever an observer or a pipeline put in front of it keeps the two apart.
void OpBuilder::join_jump() {
    const std::size_t count = ops_.size();
    if (count < 2 || !selections_[count - 1].jumps_if) {
        return;
    }
    if (const JumpHandlers* joined = selections_[count - 2].with_jump; joined != nullptr) {
        const auto condition = static_cast<std::size_t>(*selections_[count - 1].jumps_if);
        ops_[count - 2].handler = (*joined)[condition];
    }
}

}  // namespace ringside::cpu
