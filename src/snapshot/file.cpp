// SPDX-License-Identifier: MIT
#include "snapshot/file.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/archive.hpp"
#include "base/ensure.hpp"
#include "base/sha256.hpp"

namespace ringside::snapshot {
namespace {

constexpr int refused = 126;
// Like PNG's: a byte that is no text, and line ends that a transfer as text would spoil.
constexpr std::array<std::uint8_t, 8> magic{0xD3, 'R', 'S', 'N', 'A', 'P', '\r', '\n'};

}  // namespace

std::vector<std::byte> encode(const File& file) {
    Archive archive;
    std::array<std::uint8_t, 8> begin = magic;
    std::uint32_t version = format_version;
    File parts = file;
    persist_all(archive, begin, version, parts.about, parts.state);
    Sha256::Digest sum = Sha256::of(archive.written());
    persist_all(archive, sum);
    return std::move(archive.written());
}

File decode(std::string_view name, std::span<const std::byte> bytes) {
    const auto refuse = [name](std::string_view why) {
        return InputError(refused, fmt::format("{}: {}", name, why));
    };
    const auto begin = std::as_bytes(std::span(magic));
    if (bytes.size() < begin.size() || !std::equal(begin.begin(), begin.end(), bytes.begin())) {
        throw refuse("not a snapshot of Ringside's; make one by --snapshot-at");
    }
    File file;
    Archive archive(bytes.subspan(begin.size()));
    try {
        std::uint32_t version = 0;
        archive.number(version);
        if (version != format_version) {
            throw refuse(
                fmt::format("a snapshot of format {}, and this Ringside reads format {}; "
                            "resume it with the one that made it",
                            version, format_version));
        }
        Sha256::Digest sum{};
        archive.require(bytes.size() >= begin.size() + sizeof version + sum.size(),
                        "it ends too early");
        const auto body = bytes.first(bytes.size() - sum.size());
        Archive(bytes.last(sum.size())).bytes(std::as_writable_bytes(std::span(sum)));
        if (Sha256::of(body) != sum) {
            throw refuse("a damaged snapshot: its sum is not that of its bytes");
        }
        persist_all(archive, file.about, file.state);
        archive.bytes(std::as_writable_bytes(std::span(sum)));
        archive.require(archive.at_end(), "something follows its end");
    } catch (const DamagedArchive& damage) {
        throw refuse(fmt::format("a damaged snapshot: {}", damage.what()));
    }
    return file;
}

}  // namespace ringside::snapshot
