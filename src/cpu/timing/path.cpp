// SPDX-License-Identifier: MIT
#include "cpu/timing/path.hpp"

#include <array>

#include <fmt/format.h>

namespace ringside::cpu::timing {
namespace {

struct PathRow {
    std::string_view key;
    std::string_view form;
};

constexpr std::array<PathRow, path_count> paths{{
    {"IRET/IRETD", "path real"},
    {"IRET/IRETD", "path same"},
    {"IRET/IRETD", "path outer"},
    {"IRET/IRETD", "path v86"},
    {"IRET/IRETD", "path task"},
    {"JMP", "path far real"},
    {"JMP", "path far same"},
    {"JMP", "path far gate same"},
    {"JMP", "path far tss"},
    {"JMP", "path far task gate"},
    {"JMP", "path far indirect real"},
    {"JMP", "path far indirect same"},
    {"JMP", "path far indirect gate same"},
    {"JMP", "path far indirect tss"},
    {"JMP", "path far indirect task gate"},
    {"CALL", "path far real"},
    {"CALL", "path far same"},
    {"CALL", "path far gate same"},
    {"CALL", "path far gate inner"},
    {"CALL", "path far tss"},
    {"CALL", "path far task gate"},
    {"CALL", "path far indirect real"},
    {"CALL", "path far indirect same"},
    {"CALL", "path far indirect gate same"},
    {"CALL", "path far indirect gate inner"},
    {"CALL", "path far indirect tss"},
    {"CALL", "path far indirect task gate"},
    {"RET", "path far real"},
    {"RET", "path far same"},
    {"RET", "path far outer"},
    {"RET", "path far imm real"},
    {"RET", "path far imm same"},
    {"RET", "path far imm outer"},
    {"SYSENTER", "path"},
    {"SYSEXIT", "path"},
}};

constexpr std::array<PathRow, cause_count> causes{{
    {"INT n", ""},
    {"INT3", ""},
    {"INTO", "taken, "},
    {"BOUND", "out of range, "},
    {"EXC", "external interrupt, "},
    {"EXC", "NMI, "},
    {"EXC", "page fault, "},
    {"EXC", "with error code, "},
    {"EXC", "without error code, "},
}};

constexpr std::array<PathRow, port_form_count> port_forms{{
    {"IN", "acc,imm"},
    {"IN", "acc,dx"},
    {"OUT", "imm,acc"},
    {"OUT", "dx,acc"},
    {"INS", "single"},
    {"OUTS", "single"},
    {"INS", "repeated"},
    {"OUTS", "repeated"},
}};

constexpr std::array<std::string_view, route_count> routes{"real", "same", "inner",
                                                           "v86",  "task", "v86 task"};
constexpr std::array<std::string_view, task_count> tasks{"386", "386 v86", "286"};
constexpr std::array<std::string_view, port_right_count> rights{"real", "allowed", "bitmap", "v86"};

template <typename Enumerator>
constexpr std::size_t at(Enumerator value) {
    return static_cast<std::size_t>(value);
}

}  // namespace

RowName row_of(Cause cause, Route route) {
    const PathRow& row = causes.at(at(cause));
    return {row.key, fmt::format("path {}{}", row.form, routes.at(at(route)))};
}

RowName row_of(Path path) {
    const PathRow& row = paths.at(at(path));
    return {row.key, std::string{row.form}};
}

RowName row_of(Task from, Task to, bool by_iret) {
    return {by_iret ? "TS(iret)" : "TS",
            fmt::format("path {} to {}", tasks.at(at(from)), tasks.at(at(to)))};
}

RowName row_of(PortForm form, PortRight right) {
    const PathRow& row = port_forms.at(at(form));
    return {row.key, fmt::format("path {}, {}", row.form, rights.at(at(right)))};
}

}  // namespace ringside::cpu::timing
