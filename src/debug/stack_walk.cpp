// SPDX-License-Identifier: MIT
#include "debug/stack_walk.hpp"

#include <algorithm>
#include <utility>

#include "cpu/segments/task_state.hpp"
#include "debug/return_slot.hpp"

namespace ringside::debug {
namespace {

/// Registers as far as a walk knows them.
struct Context {
    std::uint32_t eip = 0;
    std::uint32_t esp = 0;
    std::uint32_t ebp = 0;
    unsigned ring = 0;
};

/// Whether `address` lies on the stack whose top is `esp`: not far above it.
bool is_near(std::uint32_t address, std::uint32_t esp) {
    constexpr std::uint32_t largest_kernel_stack = 0xF000;
    return address - esp < largest_kernel_stack;
}

class Walk {
  public:
    Walk(const Inspector& inspector, std::size_t most)
        : inspector_(inspector), machine_(inspector.machine()), most_(most) {}

    std::vector<StackFrame> frames() {
        const guest::InterruptedCode code = inspector_.registers();
        context_ = {inspector_.place().value, code.general[4], code.general[5], code.ring};
        add(FrameKind::innermost, std::nullopt);
        if (!inspector_.frame()) {
            leave_incomplete_gate();
        }
        do {
            follow_returns();
        } while (!is_full() && follow_chain());
        return std::move(frames_);
    }

  private:
    [[nodiscard]] bool is_full() const { return frames_.size() >= most_; }

    void add(FrameKind kind, std::optional<LinearAddress> trap) {
        frames_.push_back(
            {kind, LinearAddress{context_.eip}, LinearAddress{context_.ebp}, context_.ring, trap});
    }

    [[nodiscard]] std::optional<std::uint32_t> dword(std::uint32_t at) const {
        return machine_.peek<std::uint32_t>(LinearAddress{at});
    }

    [[nodiscard]] std::optional<guest::InterruptedCode> frame_at(std::uint32_t at) const {
        return inspector_.personality().interrupted_code(machine_, LinearAddress{at});
    }

    /// Return addresses on top of the stack, as long as the code there has no EBP of its own.
    void follow_returns() {
        while (!is_full()) {
            // What EBP points to is a trap frame: the handler's own code has no return address.
            const auto slot = frame_at(context_.ebp) && context_.esp == context_.ebp
                                  ? std::nullopt
                                  : return_slot(machine_, inspector_.symbols(), context_.eip,
                                                context_.esp, context_.ebp);
            const auto target = slot ? dword(slot->at) : std::nullopt;
            if (!target) {
                return;
            }
            context_ = {*target, slot->at + 4, slot->ebp, context_.ring};
            add(FrameKind::returned_to, std::nullopt);
        }
    }

    /// The first instructions behind a gate have no trap frame yet, and EBP is still that of the
    /// code outside, which is found by what the processor pushed on the stack of TSS.Esp0, or after
    /// SYSENTER by EDX.
    void leave_incomplete_gate() {
        const cpu::Cpu& cpu = machine_.cpu();
        if (context_.ring != 0 || !cpu.protected_mode() || !cpu.tr.valid ||
            !cpu::is_tss32(cpu.tr) || frame_at(context_.ebp)) {
            return;
        }
        const auto esp0 = dword((cpu.tr.base + cpu::tss32::esp0).value);
        if (!esp0 || frame_layout() == nullptr) {
            return;
        }
        constexpr std::uint32_t longest_entry = 0x100;
        const bool from_sysenter =
            cpu.sysenter_eip != 0 && context_.eip - cpu.sysenter_eip < longest_entry;
        constexpr std::uint32_t pushed_size = 20;  // EIP CS EFLAGS ESP SS
        const std::uint32_t pushed = *esp0 - pushed_size;
        // KiFastCallEntry's EBP comes down from the top of the stack to where the frame will be.
        constexpr std::uint32_t most_above = 0x300;
        const bool ebp_saved = (is_near(pushed, context_.ebp) && pushed - context_.ebp < 0x100) ||
                               context_.ebp - pushed < most_above;
        if (!ebp_saved && is_near(context_.ebp, context_.esp)) {
            return;
        }
        if (from_sysenter) {
            leave_sysenter(cpu.registers[cpu::GeneralRegister::edx], ebp_saved, pushed);
        } else if (context_.esp <= pushed && is_near(pushed, context_.esp)) {
            leave_gate(pushed, ebp_saved);
        } else if (const auto user = sysexit_ahead(machine_, context_.eip, context_.esp)) {
            context_ = {user->eip, user->esp, context_.ebp, 3};
            add(FrameKind::entered, std::nullopt);
        }
    }

    void leave_sysenter(std::uint32_t user_esp, bool ebp_saved, std::uint32_t pushed) {
        // On its way KiFastCallEntry steps EDX over the two return addresses.
        for (const std::uint32_t esp : {user_esp, user_esp - 8}) {
            const auto target = dword(esp);
            if (target && is_return_address(machine_, inspector_.symbols(), *target)) {
                context_ = {*target, esp + 4, outer_ebp(ebp_saved, pushed), 3};
                add(FrameKind::entered, std::nullopt);
                return;
            }
        }
    }

    void leave_gate(std::uint32_t pushed, bool ebp_saved) {
        const auto eip = dword(pushed);
        const auto cs = dword(pushed + 4);
        const auto esp = dword(pushed + 12);
        if (eip && cs && esp && (*cs & 3) != 0) {
            context_ = {*eip, *esp, outer_ebp(ebp_saved, pushed), *cs & 3U};
            add(FrameKind::entered, LinearAddress{pushed});
        }
    }

    [[nodiscard]] std::uint32_t outer_ebp(bool saved, std::uint32_t pushed) const {
        const guest::Layout* const layout = saved ? frame_layout() : nullptr;
        return layout == nullptr
                   ? context_.ebp
                   : dword(pushed - offset(*layout, "Eip") + offset(*layout, "Ebp")).value_or(0);
    }

    [[nodiscard]] const guest::Layout* frame_layout() const {
        if (layouts_.empty()) {
            layouts_ = inspector_.personality().layouts();
        }
        const auto found = std::find_if(layouts_.begin(), layouts_.end(), [this](const auto& l) {
            return l.name == inspector_.personality().frame_layout();
        });
        return found != layouts_.end() ? &*found : nullptr;
    }

    static std::uint32_t offset(const guest::Layout& layout, std::string_view field) {
        const auto found = std::find_if(layout.rows.begin(), layout.rows.end(),
                                        [field](const auto& row) { return row.name == field; });
        return found != layout.rows.end() ? found->offset : 0;
    }

    /// Follows EBP up to a trap frame, whose registers become the context. False at the end.
    bool follow_chain() {
        while (!is_full()) {
            const std::uint32_t at = context_.ebp;
            if (const auto code = frame_at(at)) {
                if (std::find(traps_.begin(), traps_.end(), at) != traps_.end()) {
                    return false;  // a guest may let a frame lead to itself
                }
                traps_.push_back(at);
                context_ = {code->eip, code->general[4], code->general[5], code->ring};
                add(FrameKind::trapped, LinearAddress{at});
                return true;
            }
            const auto caller = dword(at);
            const auto target = dword(at + 4);
            if (at == 0 || !caller || !target || *target == 0 || (*caller != 0 && *caller <= at)) {
                return false;
            }
            context_ = {*target, at + 8, *caller, context_.ring};
            add(FrameKind::called, std::nullopt);
        }
        return false;
    }

    const Inspector& inspector_;
    guest::Machine& machine_;
    std::size_t most_;
    Context context_;
    std::vector<std::uint32_t> traps_;
    std::vector<StackFrame> frames_;
    mutable std::vector<guest::Layout> layouts_;
};

}  // namespace

std::vector<StackFrame> walk_stack(const Inspector& inspector, std::size_t most) {
    return Walk(inspector, most).frames();
}

}  // namespace ringside::debug
