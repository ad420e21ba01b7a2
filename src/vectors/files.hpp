// SPDX-License-Identifier: MIT
#pragma once

#include <set>
#include <string>
#include <vector>

#include "vectors/container.hpp"
#include "vectors/flag_masks.hpp"

namespace ringside::vectors {

/// The vector files (*.moo, *.moo.gz, in any case) that are or lie under `paths`; those of a folder
/// sorted. Throws InputError (2) for a path that does not exist and when there is no file at all.
[[nodiscard]] std::vector<std::string> find_files(const std::vector<std::string>& paths);

/// A whole regular file. Throws InputError (2).
[[nodiscard]] std::vector<std::byte> read_bytes(const std::string& path);
[[nodiscard]] std::string read_text(const std::string& path);

/// What a suite publishes beside its vector files.
struct Metadata {
    FlagMasks masks;
    std::set<Hash> revoked;
};

/// metadata.json or 80386.csv, and revocation_list.txt, from the file's folder or the one above it.
/// Throws InputError (2).
[[nodiscard]] Metadata metadata_of(const std::string& path);

/// A vector file with its metadata.
struct VectorFile {
    Container container;
    Metadata metadata;
};
[[nodiscard]] VectorFile read_vector_file(const std::string& path);

}  // namespace ringside::vectors
