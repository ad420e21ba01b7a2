// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

#include "base/address.hpp"
#include "nt/ntstatus.hpp"
#include "nt/service_table.hpp"
#include "nt/structures/types.hpp"

namespace ringside::nt {

class Kernel;

/// The process ends and the run with it: with the loader's reason, if that is why.
void end_process(Kernel& kernel, NTSTATUS status);

/// The current thread ends, and with the last one the process.
[[nodiscard]] ServiceOutcome end_current_thread(Kernel& kernel, NTSTATUS status);

/// 100 ns since 1601; `exited` is 0 until then.
struct Lifetime {
    std::int64_t created = 0;
    std::int64_t exited = 0;
};

/// KERNEL_USER_TIMES of a KPROCESS or KTHREAD, whose fields count clock ticks.
[[nodiscard]] KERNEL_USER_TIMES times_of(Kernel& kernel, LinearAddress object,
                                         std::string_view structure, Lifetime lifetime);

}  // namespace ringside::nt
