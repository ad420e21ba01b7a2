// SPDX-License-Identifier: MIT
#include "debug/return_slot.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "cpu/decode/decoder.hpp"

namespace ringside::debug {
namespace {

std::optional<cpu::Decoded> decoded_at(const guest::Machine& machine, std::uint32_t at) {
    std::array<std::byte, 15> bytes{};
    std::size_t known = bytes.size();
    while (known != 0 && !machine.peek(LinearAddress{at}, std::span(bytes).first(known))) {
        --known;
    }
    cpu::Decoded decoded;
    const bool ok =
        cpu::decode(std::span(bytes).first(known), true, decoded) == cpu::DecodeResult::ok;
    return known != 0 && ok ? std::optional(decoded) : std::nullopt;
}

bool is_register(const cpu::Decoded& decoded, unsigned index, ZydisRegister which) {
    return decoded.is_register(index) && decoded.operand(index).reg.value == which;
}

bool writes(const cpu::Decoded& decoded, ZydisRegister which) {
    const auto operands = std::span(decoded.operands).first(decoded.instruction.operand_count);
    return std::any_of(operands.begin(), operands.end(), [which](const auto& operand) {
        return operand.type == ZYDIS_OPERAND_TYPE_REGISTER && operand.reg.value == which &&
               (operand.actions & ZYDIS_OPERAND_ACTION_MASK_WRITE) != 0;
    });
}

bool sets_up_frame(const cpu::Decoded& decoded) {
    return decoded.mnemonic() == ZYDIS_MNEMONIC_MOV &&
           is_register(decoded, 0, ZYDIS_REGISTER_EBP) &&
           is_register(decoded, 1, ZYDIS_REGISTER_ESP);
}

/// Adds up what code does to ESP and EBP on its way to a RET.
class Follower {
  public:
    explicit Follower(const guest::Machine& machine) : machine_(machine) {}

    std::optional<ReturnSlot> follow(std::uint32_t eip, std::uint32_t esp, std::uint32_t ebp) {
        while (left_ != 0) {
            --left_;
            const auto decoded = decoded_at(machine_, eip);
            if (!decoded) {
                return std::nullopt;
            }
            const ZydisMnemonic what = decoded->mnemonic();
            if (what == ZYDIS_MNEMONIC_RET) {
                return ReturnSlot{esp, ebp};
            }
            // SYSEXIT goes on at a RET, with the ESP that the stub had.
            if (what == ZYDIS_MNEMONIC_SYSENTER) {
                return ReturnSlot{esp, ebp};
            }
            const std::uint32_t next = eip + decoded->instruction.length;
            if (decoded->instruction.meta.branch_type != ZYDIS_BRANCH_TYPE_NONE) {
                if (what == ZYDIS_MNEMONIC_CALL || !decoded->is_immediate(0)) {
                    return std::nullopt;
                }
                const auto target =
                    next + static_cast<std::uint32_t>(decoded->operand(0).imm.value.s);
                if (what != ZYDIS_MNEMONIC_JMP) {
                    if (const auto found = follow(next, esp, ebp)) {
                        return found;
                    }
                }
                eip = target;
                continue;
            }
            if (!step(*decoded, esp, ebp)) {
                return std::nullopt;
            }
            eip = next;
        }
        return std::nullopt;
    }

  private:
    bool step(const cpu::Decoded& decoded, std::uint32_t& esp, std::uint32_t& ebp) const {
        const auto pop = [&](std::uint32_t& to) {
            const auto value = machine_.peek<std::uint32_t>(LinearAddress{esp});
            to = value.value_or(0);
            esp += 4;
            return value.has_value();
        };
        const ZydisMnemonic what = decoded.mnemonic();
        if (what == ZYDIS_MNEMONIC_PUSH) {
            esp -= 4;
            return true;
        }
        if (what == ZYDIS_MNEMONIC_POP) {
            std::uint32_t unused = 0;
            return pop(is_register(decoded, 0, ZYDIS_REGISTER_EBP) ? ebp : unused) &&
                   !is_register(decoded, 0, ZYDIS_REGISTER_ESP);
        }
        if (what == ZYDIS_MNEMONIC_LEAVE) {
            esp = ebp;
            return pop(ebp);
        }
        if (what == ZYDIS_MNEMONIC_MOV && is_register(decoded, 0, ZYDIS_REGISTER_ESP) &&
            is_register(decoded, 1, ZYDIS_REGISTER_EBP)) {
            esp = ebp;
            return true;
        }
        const bool adds = what == ZYDIS_MNEMONIC_ADD || what == ZYDIS_MNEMONIC_SUB;
        if (adds && is_register(decoded, 0, ZYDIS_REGISTER_ESP) && decoded.is_immediate(1)) {
            const auto by = static_cast<std::uint32_t>(decoded.operand(1).imm.value.s);
            esp += what == ZYDIS_MNEMONIC_ADD ? by : 0 - by;
            return true;
        }
        // A system call comes back behind its INT.
        if (what == ZYDIS_MNEMONIC_INT) {
            return true;
        }
        return !writes(decoded, ZYDIS_REGISTER_ESP) && !writes(decoded, ZYDIS_REGISTER_EBP);
    }

    const guest::Machine& machine_;
    unsigned left_ = 64;  ///< instructions, over all branches
};

/// Whether the code from `start` up to `eip` has made EBP its own.
bool has_frame(const guest::Machine& machine, std::uint32_t start, std::uint32_t eip) {
    constexpr unsigned longest_prologue = 8;
    std::uint32_t at = start;
    for (unsigned i = 0; i < longest_prologue && at < eip; ++i) {
        const auto decoded = decoded_at(machine, at);
        if (!decoded) {
            return false;
        }
        if (sets_up_frame(*decoded)) {
            return true;
        }
        at += decoded->instruction.length;
    }
    return false;
}

/// Where the CALL whose return address that is goes, when the instruction says so.
std::optional<std::uint32_t> call_target(const guest::Machine& machine, std::uint32_t behind) {
    const auto near_call = decoded_at(machine, behind - 5);
    if (near_call && near_call->mnemonic() == ZYDIS_MNEMONIC_CALL &&
        near_call->instruction.length == 5 && near_call->is_immediate(0)) {
        return behind + static_cast<std::uint32_t>(near_call->operand(0).imm.value.s);
    }
    const auto through = decoded_at(machine, behind - 6);
    if (through && through->mnemonic() == ZYDIS_MNEMONIC_CALL && through->instruction.length == 6 &&
        through->is_memory(0) && through->operand(0).mem.base == ZYDIS_REGISTER_NONE &&
        through->operand(0).mem.index == ZYDIS_REGISTER_NONE) {
        return machine.peek<std::uint32_t>(
            LinearAddress{static_cast<std::uint32_t>(through->operand(0).mem.disp.value)});
    }
    return std::nullopt;
}

/// `jmp [X]` of an import library stands between a CALL and what it calls.
std::uint32_t behind_jump(const guest::Machine& machine, std::uint32_t at) {
    const auto decoded = decoded_at(machine, at);
    if (!decoded || decoded->mnemonic() != ZYDIS_MNEMONIC_JMP || !decoded->is_memory(0) ||
        decoded->operand(0).mem.base != ZYDIS_REGISTER_NONE) {
        return at;
    }
    return machine
        .peek<std::uint32_t>(
            LinearAddress{static_cast<std::uint32_t>(decoded->operand(0).mem.disp.value)})
        .value_or(at);
}

std::optional<ReturnSlot> by_call(const guest::Machine& machine, const guest::SymbolTable& symbols,
                                  std::uint32_t start, std::uint32_t esp, std::uint32_t ebp) {
    constexpr std::uint32_t most_words = 256;
    for (std::uint32_t i = 0; i < most_words; ++i) {
        const auto word = machine.peek<std::uint32_t>(LinearAddress{esp + 4 * i});
        if (!word) {
            return std::nullopt;
        }
        if (!is_return_address(machine, symbols, *word)) {
            continue;
        }
        const auto target = call_target(machine, *word);
        if (target && (*target == start || behind_jump(machine, *target) == start)) {
            return ReturnSlot{esp + 4 * i, ebp};
        }
    }
    return std::nullopt;
}

}  // namespace

bool is_return_address(const guest::Machine& machine, const guest::SymbolTable& symbols,
                       std::uint32_t address) {
    std::array<std::byte, 7> bytes{};
    if (!symbols.place(LinearAddress{address}) ||
        !machine.peek(LinearAddress{address} - 7, std::span(bytes))) {
        return false;
    }
    const auto at = [&bytes](std::size_t back) {
        return std::to_integer<unsigned>(bytes.at(bytes.size() - back));
    };
    const auto indirect = [&at](std::size_t length) {
        return at(length) == 0xFF && ((at(length - 1) >> 3) & 7) == 2;
    };
    return at(5) == 0xE8 || indirect(2) || indirect(3) || indirect(4) || indirect(6) || indirect(7);
}

std::optional<UserPlace> sysexit_ahead(const guest::Machine& machine, std::uint32_t eip,
                                       std::uint32_t esp) {
    const cpu::RegisterFile& registers = machine.cpu().registers;
    UserPlace user{registers[cpu::GeneralRegister::edx], registers[cpu::GeneralRegister::ecx]};
    constexpr unsigned most_instructions = 8;
    for (unsigned i = 0; i < most_instructions; ++i) {
        const auto decoded = decoded_at(machine, eip);
        if (!decoded) {
            return std::nullopt;
        }
        const ZydisMnemonic what = decoded->mnemonic();
        if (what == ZYDIS_MNEMONIC_SYSEXIT) {
            return user;
        }
        const auto top = machine.peek<std::uint32_t>(LinearAddress{esp});
        if (what == ZYDIS_MNEMONIC_POP && is_register(*decoded, 0, ZYDIS_REGISTER_EDX)) {
            user.eip = top.value_or(0);
            esp += 4;
        } else if (what == ZYDIS_MNEMONIC_POP && is_register(*decoded, 0, ZYDIS_REGISTER_ECX)) {
            user.esp = top.value_or(0);
            esp += 4;
        } else if (what == ZYDIS_MNEMONIC_POPFD) {
            esp += 4;
        } else if (what == ZYDIS_MNEMONIC_ADD && decoded->is_immediate(1) &&
                   is_register(*decoded, 0, ZYDIS_REGISTER_ESP)) {
            esp += static_cast<std::uint32_t>(decoded->operand(1).imm.value.s);
        } else if (decoded->instruction.meta.branch_type != ZYDIS_BRANCH_TYPE_NONE ||
                   writes(*decoded, ZYDIS_REGISTER_ESP) || writes(*decoded, ZYDIS_REGISTER_EDX) ||
                   writes(*decoded, ZYDIS_REGISTER_ECX)) {
            return std::nullopt;
        }
        eip += decoded->instruction.length;
    }
    return std::nullopt;
}

std::optional<ReturnSlot> return_slot(const guest::Machine& machine,
                                      const guest::SymbolTable& symbols, std::uint32_t eip,
                                      std::uint32_t esp, std::uint32_t ebp) {
    const auto returns = [&](std::uint32_t slot) {
        const auto target = machine.peek<std::uint32_t>(LinearAddress{slot});
        return target && is_return_address(machine, symbols, *target);
    };
    if (const auto slot = Follower(machine).follow(eip, esp, ebp); slot && returns(slot->at)) {
        return slot;
    }
    const auto place = symbols.place(LinearAddress{eip});
    if (!place || place->symbol.empty()) {
        return std::nullopt;
    }
    const std::uint32_t start = eip - place->offset;
    if (place->offset == 0 && returns(esp)) {
        return ReturnSlot{esp, ebp};
    }
    return has_frame(machine, start, eip) ? std::nullopt
                                          : by_call(machine, symbols, start, esp, ebp);
}

}  // namespace ringside::debug
