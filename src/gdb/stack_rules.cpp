// SPDX-License-Identifier: MIT
#include "gdb/stack_rules.hpp"

#include <algorithm>
#include <deque>
#include <set>
#include <utility>

#include "base/bits.hpp"
#include "cpu/decode/decoder.hpp"
#include "gdb/user_entries.hpp"

namespace ringside::gdb {
namespace {

using cpu::Decoded;

/// SS, ESP, EFLAGS, CS, EIP.
constexpr std::int32_t hardware_frame = 20;
constexpr std::int32_t esp_in_hardware_frame = 12;
/// In the order of StackRule::saved.
constexpr std::array<ZydisRegister, 4> kept{ZYDIS_REGISTER_EBX, ZYDIS_REGISTER_EBP,
                                            ZYDIS_REGISTER_ESI, ZYDIS_REGISTER_EDI};

std::optional<std::size_t> index_of(ZydisRegister reg) {
    const auto* const found = std::find(kept.begin(), kept.end(), reg);
    return found == kept.end() ? std::nullopt
                               : std::optional(static_cast<std::size_t>(found - kept.begin()));
}

/// What is known in front of an instruction. Distances go up from a register to the reference
/// address.
struct State {
    StackRule::Kind kind{};
    bool indirect = false;            ///< the dword at the reference address is the CONTEXT's
    std::optional<std::int32_t> esp;  ///< nothing: ESP could be anywhere
    std::optional<std::int32_t> ebp;  ///< nothing: EBP does not point into the frame
    std::array<std::optional<std::int32_t>, 4> saved{};
    std::array<bool, 4> overwritten{};
    std::optional<std::int32_t> stored_esp;  ///< ESP as it was when it was stored last

    [[nodiscard]] std::optional<StackRule> rule() const {
        StackRule rule;
        rule.kind = kind;
        rule.saved = saved;
        if (kind == StackRule::Kind::sysenter && !esp) {
            rule.base = StackRule::Base::edx;
        } else if (kind == StackRule::Kind::sysenter) {
            // ESP of ring 3 is in EDX until it is pushed.
            const bool pushed = *esp >= -esp_in_hardware_frame;
            rule.base = pushed ? StackRule::Base::esp : StackRule::Base::edx;
            rule.offset = pushed ? *esp + esp_in_hardware_frame : 0;
            rule.indirect = pushed;
        } else if (kind == StackRule::Kind::outermost) {
            rule.saved = {};
        } else if (indirect) {
            if (!esp) {
                return std::nullopt;
            }
            rule.offset = *esp;
            rule.indirect = true;
        } else if (ebp) {
            rule.base = StackRule::Base::ebp;
            rule.offset = *ebp;
        } else if (esp) {
            rule.offset = *esp;
        } else {
            return std::nullopt;
        }
        return rule;
    }
};

struct Path {
    LinearAddress at{};
    State state;
};

class Walk {
  public:
    Walk(const guest::Module& module, const CodeReader& code) : module_(module), code_(code) {}

    void follow(LinearAddress at, const State& state) {
        paths_.push_back({at, state});
        begin_ = at;
        while (!paths_.empty()) {
            const Path path = paths_.front();
            paths_.pop_front();
            walk(path);
        }
    }
    /// Nobody calls the function, so that no other code leads into it either.
    void note_uncalled(LinearAddress function, StackRule::Kind kind) {
        uncalled_.insert(function.value);
        if (kind == StackRule::Kind::outermost) {
            rules_.outermost.push_back(function);
        } else {
            rules_.has_context = true;
        }
    }
    [[nodiscard]] bool knows(LinearAddress at) const {
        return rules_.instructions.contains(at.value);
    }
    [[nodiscard]] StackRules take() {
        for (const LinearAddress function : rules_.outermost) {
            claim_byte_before(function);
        }
        return std::move(rules_);
    }

  private:
    [[nodiscard]] bool decode(LinearAddress at, Decoded& decoded) const {
        const auto bytes = code_(at, longest_instruction);
        return cpu::decode(bytes, true, decoded) == cpu::DecodeResult::ok;
    }

    void claim_byte_before(LinearAddress function) {
        auto& all = rules_.instructions;
        const auto first = all.find(function.value);
        const std::uint32_t before = function.value - 1;
        const bool is_instruction = all.contains(before);
        if (first == all.end() || is_instruction || function == module_.base) {
            return;
        }
        if (first != all.begin()) {
            auto& [at, last] = *std::prev(first);
            last.length = std::min(last.length, before - at);
        }
        all[before] = {1, first->second.rule};
    }

    void walk(Path path) {
        for (;;) {
            Decoded decoded{};
            const bool strange = path.at != begin_ && uncalled_.contains(path.at.value);
            if (path.at - module_.base >= module_.size || strange || knows(path.at) ||
                !decode(path.at, decoded)) {
                return;
            }
            const auto rule = path.state.rule();
            if (!rule) {
                return;
            }
            rules_.instructions[path.at.value] = {decoded.instruction.length, *rule};
            if (!advance(decoded, path)) {
                return;
            }
        }
    }

    /// Moves the path behind the instruction. False when control does not go on there.
    bool advance(const Decoded& decoded, Path& path) {
        const LinearAddress next = path.at + decoded.instruction.length;
        const auto target = branch_target(decoded, next);
        const ZydisInstructionCategory category = decoded.instruction.meta.category;
        if (category == ZYDIS_CATEGORY_COND_BR && target) {
            paths_.push_back({*target, path.state});
        } else if (category == ZYDIS_CATEGORY_UNCOND_BR) {
            if (target) {
                paths_.push_back({*target, path.state});
            }
            return false;
        } else if (category == ZYDIS_CATEGORY_CALL) {
            called(decoded, target, path.state);
        } else if (category == ZYDIS_CATEGORY_RET || category == ZYDIS_CATEGORY_SYSRET) {
            return false;
        } else {
            change(decoded, path.state);
        }
        path.at = next;
        return true;
    }

    static std::optional<LinearAddress> branch_target(const Decoded& decoded, LinearAddress next) {
        const ZydisDecodedOperand& operand = decoded.operand(0);
        if (!decoded.is_immediate(0) || operand.imm.is_relative == ZYAN_FALSE) {
            return std::nullopt;
        }
        return next + static_cast<std::uint32_t>(operand.imm.value.s);
    }

    void called(const Decoded& decoded, std::optional<LinearAddress> target, State& state) const {
        if (!target && decoded.is_memory(0)) {
            const auto& memory = decoded.operand(0).mem;
            if (memory.base == ZYDIS_REGISTER_NONE && memory.index == ZYDIS_REGISTER_NONE) {
                target = dword_at(LinearAddress{static_cast<std::uint32_t>(memory.disp.value)});
            }
        }
        const auto taken = target ? taken_by(*target) : std::nullopt;
        if (state.esp && taken) {
            *state.esp -= static_cast<std::int32_t>(*taken);
        } else {
            state.esp.reset();
        }
    }

    [[nodiscard]] std::optional<LinearAddress> dword_at(LinearAddress at) const {
        const auto bytes = code_(at, sizeof(std::uint32_t));
        if (bytes.size() != sizeof(std::uint32_t)) {
            return std::nullopt;
        }
        return LinearAddress{load<std::uint32_t>(bytes.data())};
    }

    /// Bytes of arguments that a function takes off the stack by its RET.
    [[nodiscard]] std::optional<std::uint32_t> taken_by(LinearAddress function) const {
        constexpr unsigned most_instructions = 400;
        LinearAddress at = function;
        for (unsigned i = 0; i < most_instructions; ++i) {
            Decoded decoded{};
            if (!decode(at, decoded)) {
                return std::nullopt;
            }
            const LinearAddress next = at + decoded.instruction.length;
            const auto category = decoded.instruction.meta.category;
            if (decoded.mnemonic() == ZYDIS_MNEMONIC_RET) {
                return decoded.is_immediate(0)
                           ? static_cast<std::uint32_t>(decoded.operand(0).imm.value.u)
                           : 0;
            }
            if (category == ZYDIS_CATEGORY_UNCOND_BR) {
                const auto target = branch_target(decoded, next);
                if (!target) {
                    return std::nullopt;
                }
                at = *target;
            } else if (category == ZYDIS_CATEGORY_RET || category == ZYDIS_CATEGORY_SYSRET) {
                return std::nullopt;
            } else {
                at = next;
            }
        }
        return std::nullopt;
    }

    void change(const Decoded& decoded, State& state) {
        const bool wide = !decoded.operand16();
        switch (static_cast<unsigned>(decoded.mnemonic())) {
            case ZYDIS_MNEMONIC_PUSH:
                if (wide) {
                    pushed(decoded, state);
                    return;
                }
                break;
            case ZYDIS_MNEMONIC_PUSHFD: move_esp(state, 4); return;
            case ZYDIS_MNEMONIC_POPFD: move_esp(state, -4); return;
            case ZYDIS_MNEMONIC_POP:
                if (wide) {
                    popped(decoded, state);
                    return;
                }
                break;
            case ZYDIS_MNEMONIC_ADD:
            case ZYDIS_MNEMONIC_SUB:
                if (decoded.is_register(0) && decoded.is_immediate(1) &&
                    decoded.operand(0).reg.value == ZYDIS_REGISTER_ESP) {
                    const auto by = static_cast<std::int32_t>(decoded.operand(1).imm.value.s);
                    move_esp(state, decoded.mnemonic() == ZYDIS_MNEMONIC_SUB ? by : -by);
                    return;
                }
                break;
            case ZYDIS_MNEMONIC_LEA:
                if (decoded.operand(0).reg.value == ZYDIS_REGISTER_ESP) {
                    set_esp(state, distance_of(decoded.operand(1), state));
                    return;
                }
                break;
            case ZYDIS_MNEMONIC_LEAVE:
                set_esp(state, state.ebp);
                pop_register(ZYDIS_REGISTER_EBP, state);
                return;
            case ZYDIS_MNEMONIC_MOV:
                if (moved(decoded, state)) {
                    return;
                }
                break;
            default: break;
        }
        overwrite(decoded, state);
    }

    void pushed(const Decoded& decoded, State& state) {
        move_esp(state, 4);
        if (!state.esp) {
            return;
        }
        if (state.kind == StackRule::Kind::sysenter && *state.esp == 0) {
            // The frame is complete: its EIP is where SYSENTER's caller goes on.
            state.kind = StackRule::Kind::gate;
            if (decoded.is_immediate(0)) {
                rules_.sysenter_return =
                    LinearAddress{static_cast<std::uint32_t>(decoded.operand(0).imm.value.u)};
            } else if (decoded.is_memory(0)) {
                rules_.sysenter_return = dword_at(
                    LinearAddress{static_cast<std::uint32_t>(decoded.operand(0).mem.disp.value)});
            }
        }
        const auto index =
            decoded.is_register(0) ? index_of(decoded.operand(0).reg.value) : std::nullopt;
        if (index && !state.overwritten.at(*index) && !state.saved.at(*index)) {
            state.saved.at(*index) = -*state.esp;
        }
    }

    static void popped(const Decoded& decoded, State& state) {
        if (decoded.is_register(0)) {
            pop_register(decoded.operand(0).reg.value, state);
        } else {
            move_esp(state, -4);
        }
    }

    static void pop_register(ZydisRegister reg, State& state) {
        const std::optional<std::int32_t> slot =
            state.esp ? std::optional(-*state.esp) : std::nullopt;
        move_esp(state, -4);
        if (const auto index = index_of(reg)) {
            const bool restored = slot && state.saved.at(*index) == slot;
            if (restored) {
                state.saved.at(*index).reset();
            }
            state.overwritten.at(*index) = !restored;
        }
        if (reg == ZYDIS_REGISTER_EBP) {
            state.ebp.reset();
        }
        if (reg == ZYDIS_REGISTER_ESP) {
            state.esp.reset();
        }
    }

    /// MOV between ESP, EBP and memory; false for any other.
    static bool moved(const Decoded& decoded, State& state) {
        if (!decoded.is_register(0)) {
            if (decoded.is_register(1) && decoded.operand(1).reg.value == ZYDIS_REGISTER_ESP) {
                state.stored_esp = state.esp;
            }
            return true;  // a store changes no register
        }
        const ZydisRegister to = decoded.operand(0).reg.value;
        const bool between = decoded.is_register(1);
        const ZydisRegister from = between ? decoded.operand(1).reg.value : ZYDIS_REGISTER_NONE;
        if (to == ZYDIS_REGISTER_EBP && from == ZYDIS_REGISTER_ESP) {
            state.ebp = state.esp;
            state.overwritten.at(*index_of(ZYDIS_REGISTER_EBP)) = true;
            return true;
        }
        if (to != ZYDIS_REGISTER_ESP) {
            return false;
        }
        if (from == ZYDIS_REGISTER_EBP) {
            set_esp(state, state.ebp);
        } else if (state.kind == StackRule::Kind::sysenter) {
            state.esp = -hardware_frame;  // a fresh stack, on which the frame will be built
        } else if (!state.stored_esp || state.stored_esp != state.esp) {
            state.esp.reset();
        }  // else a switch to another thread's stack, which the same code left
        return true;
    }

    static std::optional<std::int32_t> distance_of(const ZydisDecodedOperand& operand,
                                                   const State& state) {
        const auto& memory = operand.mem;
        if (memory.index != ZYDIS_REGISTER_NONE) {
            return std::nullopt;
        }
        const auto base = memory.base == ZYDIS_REGISTER_ESP   ? state.esp
                          : memory.base == ZYDIS_REGISTER_EBP ? state.ebp
                                                              : std::nullopt;
        const auto by = static_cast<std::int32_t>(memory.disp.value);
        return base ? std::optional(*base - by) : std::nullopt;
    }

    static void move_esp(State& state, std::int32_t down) {
        if (state.esp) {
            *state.esp += down;
        }
    }
    static void set_esp(State& state, std::optional<std::int32_t> distance) {
        state.esp = distance;
    }

    /// Whatever else writes a register that matters.
    static void overwrite(const Decoded& decoded, State& state) {
        for (unsigned i = 0; i < decoded.instruction.operand_count; ++i) {
            const ZydisDecodedOperand& operand = decoded.operands.at(i);
            if (operand.type != ZYDIS_OPERAND_TYPE_REGISTER ||
                (operand.actions & ZYDIS_OPERAND_ACTION_MASK_WRITE) == 0) {
                continue;
            }
            const ZydisRegister whole =
                ZydisRegisterGetLargestEnclosing(ZYDIS_MACHINE_MODE_LEGACY_32, operand.reg.value);
            if (whole == ZYDIS_REGISTER_ESP) {
                state.esp.reset();
            } else if (whole == ZYDIS_REGISTER_EBP) {
                state.ebp.reset();
            }
            if (const auto index = index_of(whole)) {
                state.overwritten.at(*index) = true;
            }
        }
    }

    const guest::Module& module_;
    const CodeReader& code_;
    StackRules rules_;
    std::deque<Path> paths_;
    LinearAddress begin_{};  ///< of what is followed
    std::set<std::uint32_t> uncalled_;
};

/// What is known in front of a function's first instruction.
State state_at(const guest::ModuleSymbol& symbol, const CodeReader& code, Walk& walk) {
    State state;
    state.esp = 4;
    const auto entry = user_entry(symbol.name);
    if (entry && entry->leaves != UserEntry::Leaves::nothing) {
        state.kind = StackRule::Kind::context;
        state.indirect = entry->leaves == UserEntry::Leaves::context_pointer;
        state.esp = entry->offset;
    } else if (entry || begins_a_stack(symbol.address, code)) {
        state.kind = StackRule::Kind::outermost;
    }
    if (state.kind != StackRule::Kind::call) {
        walk.note_uncalled(symbol.address, state.kind);
    }
    return state;
}

}  // namespace

StackRules stack_rules(const guest::Module& module, const std::vector<KernelEntry>& entries,
                       const CodeReader& code) {
    Walk walk(module, code);
    for (const KernelEntry& entry : entries) {
        State state;
        state.kind = entry.sysenter ? StackRule::Kind::sysenter : StackRule::Kind::gate;
        if (!entry.sysenter) {
            state.esp = entry.error_code ? 4 : 0;
        }
        walk.follow(entry.at, state);
    }
    std::vector<Path> functions;
    for (const guest::ModuleSymbol& symbol : module.symbols) {
        // A name without a size may be that of a place within a function; those begin at multiples
        // of 16.
        if (symbol.size != 0 || symbol.address.value % 16 == 0) {
            functions.push_back({symbol.address, state_at(symbol, code, walk)});
        }
    }
    for (const Path& function : functions) {
        if (!walk.knows(function.at)) {
            walk.follow(function.at, function.state);
        }
    }
    return walk.take();
}

}  // namespace ringside::gdb
