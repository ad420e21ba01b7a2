// SPDX-License-Identifier: MIT
#include "vectors/files.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "base/ensure.hpp"
#include "base/text.hpp"

namespace ringside::vectors {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t largest_file = std::uintmax_t{512} << 20;

bool is_vector_file(const std::string& name) {
    const std::string upper = upcase(name);
    return upper.ends_with(".MOO") || upper.ends_with(".MOO.GZ");
}

/// A file of that name beside `path`, or in the folder above; empty when there is none.
std::string beside(const fs::path& path, const char* name) {
    std::error_code ignored;
    const fs::path folder = fs::absolute(path, ignored).parent_path();
    for (const fs::path& place : {folder, folder.parent_path()}) {
        if (fs::is_regular_file(place / name, ignored)) {
            return (place / name).string();
        }
    }
    return {};
}

}  // namespace

std::vector<std::string> find_files(const std::vector<std::string>& paths) {
    std::vector<std::string> result;
    for (const std::string& path : paths) {
        std::error_code error;
        const auto status = fs::status(path, error);
        if (!fs::exists(status)) {
            throw InputError(2, fmt::format("{}: not found", path));
        }
        if (!fs::is_directory(status)) {
            result.push_back(path);
            continue;
        }
        std::vector<std::string> found;
        for (fs::recursive_directory_iterator at(path, error), end; !error && at != end;
             at.increment(error)) {
            std::error_code ignored;
            if (is_vector_file(at->path().string()) && at->is_regular_file(ignored)) {
                found.push_back(at->path().string());
            }
        }
        if (error) {
            throw InputError(2, fmt::format("{}: {}", path, error.message()));
        }
        std::sort(found.begin(), found.end());
        result.insert(result.end(), found.begin(), found.end());
    }
    if (result.empty()) {
        throw InputError(2, fmt::format("no *.moo or *.moo.gz under {}", fmt::join(paths, ", ")));
    }
    return result;
}

std::vector<std::byte> read_bytes(const std::string& path) {
    std::error_code error;
    if (!fs::is_regular_file(path, error)) {
        throw InputError(2, fmt::format("{}: is no regular file", path));
    }
    const auto size = fs::file_size(path, error);
    if (error || size > largest_file) {
        throw InputError(
            2, fmt::format("{}: {}", path, error ? error.message() : "larger than 512 MiB"));
    }
    std::vector<std::byte> bytes(size);
    std::ifstream file(path, std::ios::binary);
    file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
    if (!file) {
        throw InputError(2, fmt::format("{}: cannot be read", path));
    }
    return bytes;
}

std::string read_text(const std::string& path) {
    const auto bytes = read_bytes(path);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Metadata metadata_of(const std::string& path) {
    Metadata metadata;
    if (const auto csv = beside(path, "80386.csv"); !csv.empty()) {
        metadata.masks = FlagMasks::from_csv(csv, read_text(csv));
    } else if (const auto json = beside(path, "metadata.json"); !json.empty()) {
        metadata.masks = FlagMasks::from_json(json, read_text(json));
    }
    if (const auto list = beside(path, "revocation_list.txt"); !list.empty()) {
        metadata.revoked = read_revocations(list, read_text(list));
    }
    return metadata;
}

VectorFile read_vector_file(const std::string& path) {
    VectorFile file{read_container(path, read_bytes(path)), {}};
    // Protected-mode files carry their masks.
    if (!file.container.environment) {
        file.metadata = metadata_of(path);
    }
    return file;
}

}  // namespace ringside::vectors
