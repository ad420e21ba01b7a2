// SPDX-License-Identifier: MIT
#include "oracle/flow.hpp"

#include <span>

#include "cpu/eflags.hpp"

namespace ringside::oracle {
namespace {

OpenFlags operator|(OpenFlags a, OpenFlags b) {
    return {a.eflags | b.eflags, static_cast<std::uint16_t>(a.fpu_status | b.fpu_status)};
}

/// Whether all that is open in `a` is open in `b`.
bool within(OpenFlags a, OpenFlags b) {
    return (a.eflags & ~b.eflags) == 0 && (a.fpu_status & ~unsigned{b.fpu_status}) == 0;
}

bool reads_fpu_status(const cpu::Decoded& decoded) {
    switch (static_cast<int>(decoded.mnemonic())) {
        case ZYDIS_MNEMONIC_FNSTSW:
        case ZYDIS_MNEMONIC_FNSTENV:
        case ZYDIS_MNEMONIC_FNSAVE:
        case ZYDIS_MNEMONIC_FXSAVE: return true;
        default: return false;
    }
}

/// A count of zero leaves the flags alone: in CL or ECX, or an immediate that is masked to it.
bool may_leave_flags_alone(const cpu::Decoded& decoded) {
    if (decoded.has(ZYDIS_ATTRIB_HAS_REPE) || decoded.has(ZYDIS_ATTRIB_HAS_REPNE)) {
        return true;
    }
    const auto category = decoded.instruction.meta.category;
    const unsigned last = decoded.operand_count();
    if (last == 0 || (category != ZYDIS_CATEGORY_SHIFT && category != ZYDIS_CATEGORY_ROTATE)) {
        return false;
    }
    return !decoded.is_immediate(last - 1) || (decoded.operand(last - 1).imm.value.u & 0x1F) == 0;
}

OpenFlags behind(const cpu::Decoded& decoded, OpenFlags open) {
    const OpenFlags now = open_behind(decoded);
    const ZydisAccessedFlags* const flags = decoded.instruction.cpu_flags;
    if (flags != nullptr && !may_leave_flags_alone(decoded)) {
        open.eflags &= ~(flags->modified | flags->set_0 | flags->set_1 | flags->undefined);
    }
    if (decoded.instruction.meta.isa_ext == ZYDIS_ISA_EXT_X87) {
        open.fpu_status = 0;
    }
    return open | now;
}

}  // namespace

std::uint32_t flags_read(const cpu::Decoded& decoded) {
    namespace flag = cpu::flag;
    switch (static_cast<int>(decoded.mnemonic())) {
        case ZYDIS_MNEMONIC_PUSHF:
        case ZYDIS_MNEMONIC_PUSHFD: return flag::arithmetic;
        case ZYDIS_MNEMONIC_LAHF: return flag::arithmetic & ~flag::of;
        default: break;
    }
    const ZydisAccessedFlags* const flags = decoded.instruction.cpu_flags;
    return flags != nullptr ? flags->tested & flag::arithmetic : 0;
}

OpenFlags Flow::at(std::uint32_t offset) const {
    const auto found = before.find(offset);
    return found != before.end() ? found->second : OpenFlags{};
}

Flow follow(const Program& program) {
    Flow flow;
    std::map<std::uint32_t, OpenFlags> arriving;  // by branches further up
    OpenFlags open;
    const auto size = static_cast<std::uint32_t>(program.code.size());
    const auto unsound = [&flow](std::uint32_t offset) {
        flow.unsound_at = flow.unsound_at.value_or(offset);
    };
    const auto arrive = [&](std::uint32_t offset) {
        if (const auto branch = arriving.find(offset); branch != arriving.end()) {
            open = open | branch->second;
            arriving.erase(branch);
        }
        flow.before[offset] = open;
    };
    std::uint32_t offset = 0;
    while (offset < size) {
        arrive(offset);
        cpu::Decoded decoded;
        if (cpu::decode(std::span(program.code).subspan(offset), program.code32(), decoded) !=
            cpu::DecodeResult::ok) {
            return flow;
        }
        if ((flags_read(decoded) & open.eflags) != 0 ||
            (reads_fpu_status(decoded) && open.fpu_status != 0)) {
            unsound(offset);
        }
        const std::uint32_t next = offset + decoded.instruction.length;
        if (decoded.is_immediate(0) && decoded.operand(0).imm.is_relative) {
            const std::uint32_t target =
                next + static_cast<std::uint32_t>(decoded.operand(0).imm.value.s);
            if (target >= next) {
                arriving[target] = arriving[target] | open;
            } else if (!flow.before.contains(target) || !within(open, flow.at(target))) {
                unsound(offset);
            }
        }
        open = behind(decoded, open);
        offset = next;
    }
    arrive(size);
    if (!arriving.empty()) {
        unsound(0);
    }
    return flow;
}

}  // namespace ringside::oracle
