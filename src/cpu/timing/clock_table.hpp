// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <Zydis/Zydis.h>

#include "base/ensure.hpp"
#include "cpu/model.hpp"
#include "cpu/timing/clock_row.hpp"
#include "cpu/timing/encoding.hpp"
#include "cpu/timing/figure.hpp"
#include "cpu/timing/level.hpp"
#include "cpu/timing/operand_form.hpp"
#include "cpu/timing/pairing.hpp"
#include "cpu/timing/path.hpp"

namespace ringside::cpu::timing {

/// What one decoded instruction costs, in ticks of the model's counter.
struct Cost {
    std::uint32_t ticks = 0;  ///< static; of a conditional form the not taken, false or unequal way
    std::int32_t taken_extra = 0;      ///< added when taken, true or equal
    const Formula* formula = nullptr;  ///< its value is added at run time; null when all is static
    std::uint16_t formula_index = 0;   ///< of ClockTable::formula; 0 when all is static
    std::uint32_t bound = 0;  ///< largest total; of a repeated string, of its start and one element
    bool assumed = false;     ///< rests on a figure that no manual prints
    bool plus_m = false;      ///< add `components` of the target instruction, if taken (i386)
    std::uint32_t prefix_ticks = 0;    ///< what of `ticks` is for prefixes, but for LOCK
    Pairing pairing = Pairing::alone;  ///< of the pentium
};

/// What a path through a gate or descriptor costs, in ticks.
struct PathCost {
    /// In place of the ticks of a path that the model lacks.
    static constexpr std::uint32_t lacking = UINT32_MAX;

    std::uint32_t ticks = 0;
    bool assumed = false;
    bool plus_m = false;  ///< add `components` of the instruction at the target (i386)
    /// Has a +m, is assumed where figures usually are not, or is lacking.
    bool noted = false;
};

/// The clocks of one processor: data/clocks.tsv as docs/timing.md reads it, or one clock for every
/// instruction at the level `count`.
///
/// `cost` answers for an instruction by itself. INT n, INT3, INT1, UD2, IRET, far CALL, JMP and
/// RET, SYSENTER, SYSEXIT, IN, OUT, INS and OUTS cost what they meet on their way: for these `cost`
/// has the adders of prefixes and address only, and the handler adds `transition` or `port`. INTO
/// and BOUND that do not trap have their figure in `cost`; one that traps costs the transition
/// instead. A faulting instruction costs nothing itself, only the transition of its fault.
class ClockTable {
  public:
    /// The table of a model at a level, built from the embedded data on first use.
    static const ClockTable& of(Model model, Level level = Level::table);

    /// `rows` and the texts in them outlive the table.
    ClockTable(Model model, std::span<const ClockRow> rows, const P6Parameters& parameters,
               Level level = Level::table);
    ClockTable(const ClockTable&) = delete;
    ClockTable& operator=(const ClockTable&) = delete;

    /// `key` is the table's key column. `protected_mode` is false in real and virtual 8086 mode.
    /// Throws BrokenInvariant when the model has no figure for the form; the decoder makes an
    /// instruction that the model lacks an invalid opcode before it asks.
    [[nodiscard]] Cost cost(std::string_view key, const ZydisDecodedInstruction& instruction,
                            const ZydisDecodedOperand* operands, bool protected_mode) const;

    /// Whether the model has the form at all, as far as the table knows: false for the long NOPs
    /// before p6 and for MOV to and from CR4 on i386, whose mnemonics are older than they.
    [[nodiscard]] bool has(std::string_view key, const ZydisDecodedInstruction& instruction,
                           const ZydisDecodedOperand* operands, bool protected_mode) const;

    /// Delivery through the IDT.
    [[nodiscard]] PathCost transition(Cause cause, Route route) const {
        return known(path_cost(cause, route));
    }
    /// Throws BrokenInvariant for a path that the model lacks (SYSENTER before p6).
    [[nodiscard]] PathCost transition(Path path) const { return known(path_cost(path)); }
    /// `parameters` counts what a call gate copies.
    [[nodiscard]] PathCost transition(Path path, std::uint32_t parameters) const;
    /// The same for who looks at `noted` first: ticks of a path that the model lacks are `lacking`.
    [[nodiscard]] const PathCost& path_cost(Cause cause, Route route) const {
        return entry_costs_[static_cast<std::size_t>(cause) * route_count +
                            static_cast<std::size_t>(route)];
    }
    [[nodiscard]] const PathCost& path_cost(Path path) const {
        return path_costs_[static_cast<std::size_t>(path)];
    }
    /// Comes on top of the path that leads to the task. `by_iret` for Path::iret_task.
    [[nodiscard]] PathCost task_switch(Task from, Task to, bool by_iret = false) const;
    /// The repeated forms have a formula of the elements done.
    [[nodiscard]] Cost port(PortForm form, PortRight right) const;
    /// Its ticks alone: a kernel calls its host by a port.
    [[nodiscard]] std::uint32_t port_ticks(PortForm form, PortRight right) const {
        return ports_[static_cast<std::size_t>(form)][static_cast<std::size_t>(right)].figure->base;
    }

    /// The formula with this Cost::formula_index, which is not 0.
    [[nodiscard]] const Formula& formula(std::uint16_t index) const {
        ensure(index != 0 && index <= formulas_.size(), "formula index of a cost");
        return formulas_[index - 1U];
    }

    /// 1, or 1000 on p6 and modern.
    [[nodiscard]] std::uint64_t ticks_per_clock() const { return ticks_per_clock_; }

    /// For listings: the figure of a row of clock_rows() in this model, nothing when the model
    /// lacks the form, and what the figure rests on: the row's confidence (H widely printed,
    /// M lists differ, L unsettled) or, on p6, p6_basis.
    [[nodiscard]] std::optional<Figure> figure(const ClockRow& row) const;
    [[nodiscard]] std::string source(const ClockRow& row) const;

  private:
    /// No instruction has more bytes, so none has more components.
    static constexpr std::uint32_t most_components = 15;

    struct Filed {
        std::optional<Figure> figure;
        std::uint16_t formula_index = 0;
        Pairing pairing = Pairing::alone;
    };
    struct Form {
        OperandForm operands;
        std::string_view mode;
        Filed filed;
    };
    struct Key {
        std::vector<Form> forms;
        std::uint64_t path_bound = 0;
    };
    using FiledRows = std::unordered_map<std::string, Filed>;

    [[nodiscard]] Figure counted(const ClockRow& row) const;
    [[nodiscard]] std::optional<Figure> charged(const ClockRow& row) const;
    Filed file(const ClockRow& row);
    void add_row(const ClockRow& row, FiledRows& paths);
    void fill_adders(const FiledRows& adders);
    void fill_paths(const FiledRows& paths);
    std::uint64_t path_bound(const ClockRow& row, const Figure& figure) const;
    const Key& key_named(std::string_view name) const;
    static const Filed* find(const Key& key, const ZydisDecodedInstruction& instruction,
                             const ZydisDecodedOperand* operands, bool protected_mode);
    Cost cost_of(const Filed& filed) const;
    PathCost cost_at(const Filed& filed, std::uint32_t n) const;
    [[nodiscard]] PathCost known(PathCost cost) const {
        if (cost.ticks == PathCost::lacking) [[unlikely]] {
            throw_lacking();
        }
        return cost;
    }
    [[noreturn]] void throw_lacking() const;

    Model model_;
    Level level_;
    const P6Parameters& parameters_;
    std::uint64_t ticks_per_clock_;
    std::uint64_t longest_task_switch_ = 0;
    std::vector<Formula> formulas_;
    std::unordered_map<std::string_view, Key> keys_;
    Adders adders_;
    std::array<Filed, path_count> paths_;
    // As every change of ring asks for them; `lacking` where the model has no figure.
    std::array<PathCost, std::size_t{cause_count} * route_count> entry_costs_;
    std::array<PathCost, path_count> path_costs_;
    std::array<std::array<std::array<Filed, task_count>, task_count>, 2> tasks_;
    std::array<std::array<Filed, port_right_count>, port_form_count> ports_;
};

}  // namespace ringside::cpu::timing
