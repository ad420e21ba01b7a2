// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "cpu/privilege/rings.hpp"

namespace ringside::test {

/// The kinds of tasks that the rows of a task switch tell apart.
enum class TaskKind : std::uint8_t { tss386, v86, tss286 };
inline constexpr std::array task_kinds{TaskKind::tss386, TaskKind::v86, TaskKind::tss286};

/// As the rows name it.
[[nodiscard]] std::string_view name_of(TaskKind kind);

/// Makes Rings::other_task a task of that kind which begins at EIP `transfer_target`.
void place_other_task(Rings& rings, TaskKind kind, bool busy = false);

/// The running task's TSS becomes one of 286 or 386.
void make_own_task(Rings& rings, bool is286);

/// A NOP at the start of every kind of task.
void place_task_code(Rings& rings);

}  // namespace ringside::test
