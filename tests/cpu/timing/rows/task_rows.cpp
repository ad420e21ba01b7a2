// SPDX-License-Identifier: MIT
// Switches between tasks of every kind: by JMP, CALL, IRET and INT n.
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "cpu/timing/rows/far_pointer.hpp"
#include "cpu/timing/rows/ledger.hpp"
#include "cpu/timing/rows/stage.hpp"
#include "cpu/timing/rows/task_image.hpp"
#include "cpu/timing/rows/transfer.hpp"

namespace ringside::test {
namespace {

using cpu::Model;
using cpu::timing::ClockRow;

const ClockRow& switch_row(std::string_view key, TaskKind from, TaskKind to) {
    return Ledger::row(key, fmt::format("path {} to {}", name_of(from), name_of(to)));
}

/// The way and the switch that it ends in are two rows; both are noted.
void run_switch(Ledger& ledger, const ClockRow& way, const ClockRow& between, Model model,
                Stage& stage, Transfer transfer) {
    transfer.added = printed_figure(between, model)->value();
    run_transfer(ledger, way, model, stage, transfer, &between);
}

void run_far(Ledger& ledger, Model model, const FarForm& form, bool gate, TaskKind from,
             TaskKind to) {
    Stage stage(Where::user, model);
    Rings& rings = stage.rings();
    make_own_task(rings, from == TaskKind::tss286);
    place_other_task(rings, to);
    rings.descriptor(Rings::spare, std::uint32_t{Rings::other_task} << 16,
                     Rings::present | Rings::dpl(3) | (Rings::task_gate << 8));
    const std::string code = far_code(form, stage, 0, gate ? Rings::spare : Rings::other_task);
    const std::string way =
        fmt::format("path far {}{}", form.indirect ? "indirect " : "", gate ? "task gate" : "tss");
    run_switch(ledger, Ledger::row(form.call ? "CALL" : "JMP", way), switch_row("TS", from, to),
               model, stage, {code, form.toggles_operand_size});
}

void run_nested_return(Ledger& ledger, Model model, bool toggled, TaskKind from, TaskKind to) {
    Stage stage(Where::protected_mode, model);
    Rings& rings = stage.rings();
    make_own_task(rings, from == TaskKind::tss286);
    place_other_task(rings, to, true);
    rings.set_dword(Rings::task_base, Rings::other_task);
    rings.cpu.system_flags |= cpu::flag::nt;
    run_switch(ledger, Ledger::row("IRET/IRETD", "path task"), switch_row("TS(iret)", from, to),
               model, stage, {"cf", toggled});
}

/// Virtual 8086 tasks are left by an interrupt alone.
void run_interrupt(Ledger& ledger, Model model, Where where, TaskKind from, TaskKind to) {
    Stage stage(where, model);
    Rings& rings = stage.rings();
    if (from != TaskKind::v86) {
        make_own_task(rings, from == TaskKind::tss286);
    }
    place_other_task(rings, to);
    rings.gate(0x30, Rings::task_gate, 3, Rings::other_task);
    const std::string_view way = where == Where::v86 ? "path v86 task" : "path task";
    run_switch(ledger, Ledger::row("INT n", way), switch_row("TS", from, to), model, stage,
               {"cd 30"});
}

}  // namespace

void run_task_rows(Ledger& ledger) {
    for (const Model model : clocked_models) {
        for (const TaskKind to : task_kinds) {
            for (const TaskKind from : {TaskKind::tss386, TaskKind::tss286}) {
                for (const FarForm& form : far_forms) {
                    run_far(ledger, model, form, false, from, to);
                    run_far(ledger, model, form, true, from, to);
                }
                run_nested_return(ledger, model, false, from, to);
                run_nested_return(ledger, model, true, from, to);
                run_interrupt(ledger, model, Where::user, from, to);
            }
            run_interrupt(ledger, model, Where::v86, TaskKind::v86, to);
        }
    }
}

}  // namespace ringside::test
