// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ringside::cpu::timing {

/// What brings the processor through the IDT.
enum class Cause : std::uint8_t {
    int_n,
    int3,  ///< also INT1 (F1)
    into,
    bound,
    external_interrupt,
    nmi,
    page_fault,
    with_error_code,     ///< every other fault that pushes one
    without_error_code,  ///< #DE, #DB, #UD, #NM, ...
};
inline constexpr std::uint8_t cause_count = 9;

/// Where the entry leads.
enum class Route : std::uint8_t {
    real,  ///< through the real-mode interrupt table
    same,  ///< interrupt or trap gate to the same ring, conforming handlers included
    inner,
    v86,        ///< out of virtual 8086 mode to ring 0
    task_gate,  ///< add ClockTable::task_switch
    v86_task_gate,
};
inline constexpr std::uint8_t route_count = 6;

/// The transfers whose clocks depend on what their descriptors turn out to be. `indirect` is the
/// form with the pointer in memory. Add task_switch to the paths named tss, task_gate and task.
enum class Path : std::uint8_t {
    iret_real,  ///< also virtual 8086 mode with IOPL 3
    iret_same,
    iret_outer,
    iret_v86,
    iret_task,
    jmp_real,
    jmp_same,
    jmp_gate_same,
    jmp_tss,
    jmp_task_gate,
    jmp_indirect_real,
    jmp_indirect_same,
    jmp_indirect_gate_same,
    jmp_indirect_tss,
    jmp_indirect_task_gate,
    call_real,
    call_same,
    call_gate_same,
    call_gate_inner,  ///< takes the number of parameters
    call_tss,
    call_task_gate,
    call_indirect_real,
    call_indirect_same,
    call_indirect_gate_same,
    call_indirect_gate_inner,  ///< takes the number of parameters
    call_indirect_tss,
    call_indirect_task_gate,
    retf_real,
    retf_same,
    retf_outer,
    retf_imm_real,
    retf_imm_same,
    retf_imm_outer,
    sysenter,
    sysexit,
};
inline constexpr std::uint8_t path_count = 35;

/// The kind of task a switch leaves or enters.
enum class Task : std::uint8_t { tss386, tss386_v86, tss286 };
inline constexpr std::uint8_t task_count = 3;

enum class PortForm : std::uint8_t {
    in_imm,
    in_dx,
    out_imm,
    out_dx,
    ins,
    outs,
    repeated_ins,
    repeated_outs,
};
inline constexpr std::uint8_t port_form_count = 8;

enum class PortRight : std::uint8_t {
    real,
    allowed,  ///< CPL <= IOPL
    bitmap,   ///< CPL > IOPL, and the TSS grants the port
    v86,      ///< virtual 8086 mode, and the TSS grants the port
};
inline constexpr std::uint8_t port_right_count = 4;

/// Names a row of data/clocks.tsv.
struct RowName {
    std::string_view key;
    std::string form;
};

[[nodiscard]] RowName row_of(Cause cause, Route route);
[[nodiscard]] RowName row_of(Path path);
/// `by_iret` has rows of its own, because the i386 has; none leaves a virtual 8086 task.
[[nodiscard]] RowName row_of(Task from, Task to, bool by_iret);
[[nodiscard]] RowName row_of(PortForm form, PortRight right);

}  // namespace ringside::cpu::timing
