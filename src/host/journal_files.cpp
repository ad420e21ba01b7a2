// SPDX-License-Identifier: MIT
// What a snapshot file has of the host: open files by path, size and sum.
#include <fmt/format.h>

#include "base/ensure.hpp"
#include "host/journal.hpp"
#include "host/utf16.hpp"

namespace ringside::host {
namespace {

constexpr int refused = 126;

/// What a file must still be for a run to go on with it.
struct Contents {
    bool directory = false;
    std::uint64_t size = 0;
    Sha256::Digest sum{};

    friend bool operator==(const Contents&, const Contents&) = default;
};

Contents contents_of(const File& file, const std::u16string& path) {
    const auto unreadable = [&](HostError error) {
        return InputError(refused, fmt::format("{}, which the program has open, cannot be read: {}",
                                               to_printable(path), name_of(error)));
    };
    const auto facts = file.facts();
    if (!facts) {
        throw unreadable(facts.error());
    }
    Contents contents{facts->directory, facts->size, {}};
    if (facts->directory) {
        return contents;
    }
    Sha256 sum;
    std::vector<std::byte> piece(1U << 20);
    for (std::uint64_t at = 0;;) {
        const auto got = file.read_at(at, piece);
        if (!got) {
            throw unreadable(got.error());
        }
        if (*got == 0) {
            break;
        }
        sum.add(std::span(piece).first(*got));
        at += *got;
    }
    contents.sum = sum.digest();
    return contents;
}

Expected<OpenedFile, HostError> open_again(FileSystem& files, const Journal::OpenedAs& as) {
    const auto path = parse_path(as.path);
    if (!path) {
        return Unexpected{path.error()};
    }
    OpenRequest request;
    request.write = as.write;
    return files.open(*path, request);
}

}  // namespace

void Journal::persist(Archive& archive, FileSystem& files) {
    archive.mark("Host");
    archive.number(position_);
    if (archive.in_memory()) {
        archive.require(position_ >= first_ && position_ <= first_ + answers_.size(),
                        "the journal does not reach there");
        return;
    }
    Sha256::Digest sum = input_sum_.digest();
    persist_all(archive, input_taken_, sum, last_file_);
    if (archive.loading()) {
        loaded_input_sum_ = sum;
        forget_all();
        load_files(archive, files);
    } else {
        save_files(archive, files);
    }
}

void Journal::save_files(Archive& archive, FileSystem& files) {
    static_cast<void>(archive.length(open_.size()));
    for (auto& [number, open] : open_) {
        const auto named = open_again(files, {open.as.path, false});
        const auto there = named ? named->file->facts() : Unexpected{HostError::not_found};
        const auto here = open.file->facts();
        if (!there || !here || there->identity != here->identity) {
            throw InputError(125, fmt::format("no snapshot here: {} was deleted or replaced while "
                                              "the program has it open; take it earlier or later",
                                              to_printable(open.as.path)));
        }
        std::uint64_t id = number;
        auto [directory, size, sum] = contents_of(*open.file, open.as.path);
        persist_all(archive, id, open.as.path, open.as.write, directory, size, sum);
    }
}

void Journal::load_files(Archive& archive, FileSystem& files) {
    open_.clear();
    const std::size_t count = archive.length(0);
    for (std::size_t i = 0; i < count; ++i) {
        std::uint64_t number = 0;
        OpenedAs as;
        Contents saved;
        persist_all(archive, number, as.path, as.write, saved.directory, saved.size, saved.sum);
        archive.require(number != 0 && number <= last_file_ && !open_.contains(number),
                        "an open file has no number of its own");
        auto opened = open_again(files, as);
        if (!opened) {
            throw InputError(refused,
                             fmt::format("{}, which the program has open, cannot be opened "
                                         "again: {}",
                                         to_printable(as.path), name_of(opened.error())));
        }
        if (contents_of(*opened->file, as.path) != saved) {
            throw InputError(refused, fmt::format("{}, which the program has open, is not what it "
                                                  "was at the snapshot: {} bytes with another sum "
                                                  "were expected",
                                                  to_printable(as.path), saved.size));
        }
        open_[number] = {std::move(opened->file), std::move(as)};
    }
}

}  // namespace ringside::host
