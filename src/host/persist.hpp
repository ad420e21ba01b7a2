// SPDX-License-Identifier: MIT
#pragma once

#include "base/archive.hpp"
#include "host/file.hpp"

namespace ringside::host {

inline void persist(Archive& archive, FileTime& time) {
    archive.number(time.ticks);
}

inline void persist(Archive& archive, FileFacts& facts) {
    auto& [directory, read_only, size, written, identity] = facts;
    persist_all(archive, directory, read_only, size, written, identity);
}

inline void persist(Archive& archive, DirectoryEntry& entry) {
    auto& [name, facts] = entry;
    persist_all(archive, name, facts);
}

}  // namespace ringside::host
