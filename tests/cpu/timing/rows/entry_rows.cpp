// SPDX-License-Identifier: MIT
// Everything that goes through the interrupt table, by every route.
#include <array>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "cpu/timing/rows/ledger.hpp"
#include "cpu/timing/rows/stage.hpp"
#include "cpu/timing/rows/task_image.hpp"
#include "cpu/timing/rows/transfer.hpp"

namespace ringside::test {
namespace {

using cpu::GeneralRegister;
using cpu::Model;
using cpu::Vector;
using cpu::timing::ClockRow;

enum class Route : std::uint8_t { real, same, inner, v86, task, v86_task };
constexpr std::array<std::string_view, 6> route_names{"real", "same", "inner",
                                                      "v86",  "task", "v86 task"};

/// What sends the processor through the table.
struct Cause {
    std::string_view key;
    std::string_view stem;
    std::string_view code;
    unsigned vector;
    void (*arrange)(Stage& stage) = [](Stage&) {};
    bool in_real_mode = true;
    std::string_view also = {};  ///< a key whose figure is added: nothing, as it says
};

void overflow(Stage& stage) {
    stage.set_flags(cpu::flag::of);
}

void out_of_range(Stage& stage) {
    stage.reg(GeneralRegister::ecx) = 7;  // the bounds are zeros
}

template <unsigned vector>
void request(Stage& stage) {
    stage.cpu().system_flags |= cpu::flag::intf;
    stage.cpu().pending_interrupt = static_cast<Vector>(vector);
}

void touch_absent_page(Stage& stage) {
    Rings& rings = stage.rings();
    rings.enable_paging();
    rings.unmap(0x60000);  // [BX] in virtual 8086 mode
    rings.unmap(0x54000);  // [EDI]
}

/// A word across the end of the segment; in flat segments a selector beyond the table.
void break_protection(Stage& stage) {
    stage.reg(GeneralRegister::eax) = 0xFFF8;
    if (!stage.code32()) {
        stage.reg(GeneralRegister::ebx) = 0xFFFF;
    }
}

constexpr std::array causes{
    Cause{"INT n", "", "cd 30", 0x30},
    Cause{"INT n", "", "cd 80", 0x80},
    Cause{"INT3", "", "cc", 3},
    Cause{"INT3", "", "f1", 1, [](Stage&) {}, true, "ICEBP"},
    Cause{"INTO", "taken, ", "ce", 4, overflow},
    Cause{"BOUND", "out of range, ", "62 0f", 5, out_of_range},
    Cause{"EXC", "external interrupt, ", "90", 0x31, request<0x31>},
    Cause{"EXC", "NMI, ", "90", 2, request<2>},
    Cause{"EXC", "page fault, ", "8b 07", 14, touch_absent_page, false},
    // mov ax,[bx], or mov ds,eax / mov ax,[bx]
    Cause{"EXC", "with error code, ", "8e d8 8b 07", 13, break_protection},
    // An INT that its gate does not let through costs nothing itself.
    Cause{"EXC", "with error code, ", "cd 70", 13, [](Stage&) {}, false},
    Cause{"EXC", "without error code, ", "0f 0b", 6, [](Stage&) {}, true, "UD2/undefined opcode"},
    Cause{"EXC", "without error code, ", "0f b9 c1", 6},
    Cause{"EXC", "without error code, ", "0f ff c1", 6},
    Cause{"EXC", "without error code, ", "f7 f1", 0},
};

/// A gate as the IDT may hold it.
struct Gate {
    unsigned type = Rings::interrupt32;
    std::uint16_t code = Rings::code0;
};

class EntryRun {
  public:
    EntryRun(Ledger& ledger, const Cause& cause, Route route, Model model)
        : ledger_(ledger), cause_(cause), route_(route), model_(model) {}

    void run(Where where, const Gate& gate = {}) {
        Stage stage(where, model_);
        if (where != Where::real) {
            Rings& rings = stage.rings();
            add_middle_rings(rings);
            rings.descriptor(Rings::spare, Rings::flat, Rings::conforming32);
            rings.gate(cause_.vector, gate.type, 3, gate.code);
        }
        std::uint32_t handler = cause_.vector * 16;
        std::uint64_t added = 0;
        if (gate.type == Rings::task_gate) {
            place_other_task(stage.rings(), TaskKind::tss386);
            handler = transfer_target;
            const std::string_view from = where == Where::v86 ? "386 v86" : "386";
            added = printed_figure(Ledger::row("TS", fmt::format("path {} to 386", from)), model_)
                        ->value();
        }
        cause_.arrange(stage);
        const Bytes bytes = from_hex(skips_first(stage) ? cause_.code.substr(6) : cause_.code);
        stage.set_code(stage.start(), bytes);
        ledger_.saw(bytes, stage.code32());

        const ClockRow& row =
            Ledger::row(cause_.key, fmt::format("path {}{}", cause_.stem, route_names.at(index())));
        const std::uint64_t expected = printed_figure(row, model_)->value() + added;
        const std::uint64_t measured = stage.run(std::max<std::uint64_t>(expected, 1));
        const std::string what = fmt::format("{} in {} through a gate of type {} to {:x}",
                                             to_hex(bytes), name_of(where), gate.type, gate.code);
        if ((stage.eip() & 0xFFFF) != handler) {
            ledger_.astray(row, model_, fmt::format("{}: at {:x}", what, stage.eip()));
            return;
        }
        ledger_.note(row, model_, what, expected, measured);
        if (!cause_.also.empty()) {
            const ClockRow& other = Ledger::row(cause_.also, "any");
            const std::uint64_t nothing = printed_figure(other, model_)->value();
            ledger_.note(other, model_, what, expected + nothing, measured);
        }
    }

  private:
    [[nodiscard]] std::size_t index() const { return static_cast<std::size_t>(route_); }
    /// MOV DS is no fault where selectors are paragraphs.
    [[nodiscard]] bool skips_first(const Stage& stage) const {
        return !stage.code32() && cause_.code.starts_with("8e");
    }

    Ledger& ledger_;
    const Cause& cause_;
    Route route_;
    Model model_;
};

constexpr std::array gate_types{Rings::interrupt32, Rings::trap32, Rings::interrupt16,
                                Rings::trap16};

void run_route(EntryRun run, Route route) {
    switch (route) {
        case Route::real: run.run(Where::real); break;
        case Route::same:
            for (const unsigned type : gate_types) {
                run.run(Where::protected_mode, {type});
                run.run(Where::user, {type, Rings::spare});  // conforming: no change of ring
            }
            break;
        case Route::inner:
            for (const unsigned type : gate_types) {
                for (const std::uint16_t code : {Rings::code0, code_of_ring(1), code_of_ring(2)}) {
                    run.run(Where::user, {type, code});
                }
            }
            break;
        case Route::v86:
            for (const unsigned type : gate_types) {
                run.run(Where::v86, {type});
            }
            break;
        case Route::task:
            run.run(Where::protected_mode, {Rings::task_gate, Rings::other_task});
            run.run(Where::user, {Rings::task_gate, Rings::other_task});
            break;
        case Route::v86_task: run.run(Where::v86, {Rings::task_gate, Rings::other_task}); break;
    }
}

}  // namespace

void run_entry_rows(Ledger& ledger) {
    for (const Cause& cause : causes) {
        for (const Model model : clocked_models) {
            for (std::size_t i = 0; i < route_names.size(); ++i) {
                const auto route = static_cast<Route>(i);
                if (route != Route::real || cause.in_real_mode) {
                    run_route({ledger, cause, route, model}, route);
                }
            }
        }
    }
}

}  // namespace ringside::test
