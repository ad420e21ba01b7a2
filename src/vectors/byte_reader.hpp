// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "base/bits.hpp"
#include "base/ensure.hpp"

namespace ringside::vectors {

/// Reads little-endian values one after the other. Everything that is not there ends in an
/// InputError (2) with the file's name and the offset in its unpacked bytes.
class ByteReader {
  public:
    ByteReader(std::string_view file, std::span<const std::byte> bytes, std::size_t offset = 0)
        : file_(file), rest_(bytes), offset_(offset) {}

    [[nodiscard]] bool at_end() const { return rest_.empty(); }
    [[nodiscard]] std::size_t remaining() const { return rest_.size(); }
    [[nodiscard]] std::size_t offset() const { return offset_; }
    [[nodiscard]] std::span<const std::byte> rest() const { return rest_; }

    std::uint8_t u8() { return number<std::uint8_t>(); }
    std::uint16_t u16() { return number<std::uint16_t>(); }
    std::uint32_t u32() { return number<std::uint32_t>(); }

    std::span<const std::byte> take(std::size_t size) {
        if (size > rest_.size()) {
            fail(fmt::format("wants {} bytes where {} are left", size, rest_.size()));
        }
        const auto taken = rest_.first(size);
        rest_ = rest_.subspan(size);
        offset_ += size;
        return taken;
    }
    std::string text(std::size_t size) {
        const auto bytes = take(size);
        return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    }
    /// A reader of the next `size` bytes, which this one skips.
    ByteReader sub(std::size_t size) {
        const std::size_t at = offset_;
        return {file_, take(size), at};
    }
    /// How many entries of `size` bytes follow, by the count in front of them; never more than fit.
    std::uint32_t count(std::size_t size) {
        const std::uint32_t entries = u32();
        if (entries > rest_.size() / size) {
            fail(fmt::format("counts {} entries of {} bytes where {} bytes are left", entries, size,
                             rest_.size()));
        }
        return entries;
    }

    [[noreturn]] void fail(std::string_view why) const {
        throw InputError(2, fmt::format("{}: offset {:#x}: {}", file_, offset_, why));
    }

  private:
    template <typename T>
    T number() {
        return load<T>(take(sizeof(T)).data());
    }

    std::string_view file_;
    std::span<const std::byte> rest_;
    std::size_t offset_;
};

/// A chunk of the container: four letters and a payload.
struct Chunk {
    std::string_view id;
    ByteReader payload;
};

/// The next chunk. `reader` must not be at its end.
inline Chunk next_chunk(ByteReader& reader) {
    const auto id = reader.take(4);
    const std::uint32_t size = reader.u32();
    return {{reinterpret_cast<const char*>(id.data()), id.size()}, reader.sub(size)};
}

}  // namespace ringside::vectors
