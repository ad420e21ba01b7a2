// SPDX-License-Identifier: MIT
#pragma once

#include "host/console.hpp"
#include "host/date.hpp"
#include "host/mounts.hpp"
#include "host/random.hpp"

namespace ringside::host {

/// Everything of the host that a guest can reach.
struct Host {
    Mounts& mounts;
    Console& console;
    Random random{1};
    FileTime boot_date = default_date;
};

}  // namespace ringside::host
