// SPDX-License-Identifier: MIT
#pragma once

#include "host/console.hpp"
#include "host/date.hpp"
#include "host/file_system.hpp"
#include "host/random.hpp"

namespace ringside::host {

class Journal;

/// Everything of the host that a guest can reach.
struct Host {
    FileSystem& mounts;
    Console& console;
    Random random{1};
    FileTime boot_date = default_date;
    Journal* journal = nullptr;  ///< through which mounts and console go, if they do
};

}  // namespace ringside::host
