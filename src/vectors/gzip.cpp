// SPDX-License-Identifier: MIT
#include "vectors/gzip.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>
#include <zlib.h>

#include "base/ensure.hpp"

namespace ringside::vectors {
namespace {

constexpr int gzip_format = 15 + 16;
constexpr std::size_t step = std::size_t{1} << 20;

Bytef* zlib_bytes(const std::byte* bytes) {
    // zlib's input pointer is not const, though it only reads.
    return const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes));
}

class Inflater {
  public:
    Inflater() { ensure(inflateInit2(&stream_, gzip_format) == Z_OK, "inflateInit2"); }
    ~Inflater() { inflateEnd(&stream_); }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;
    z_stream& operator*() { return stream_; }

  private:
    z_stream stream_{};
};

}  // namespace

bool is_gzip(std::span<const std::byte> bytes) {
    return bytes.size() >= 2 && bytes[0] == std::byte{0x1F} && bytes[1] == std::byte{0x8B};
}

std::vector<std::byte> unpack(std::string_view file, std::span<const std::byte> bytes,
                              std::size_t most) {
    const auto fail = [&file](std::size_t offset, std::string_view why) {
        throw InputError(2, fmt::format("{}: packed offset {:#x}: {}", file, offset, why));
    };
    ensure(bytes.size() <= std::numeric_limits<uInt>::max(), "a file of less than 4 GiB");
    std::vector<std::byte> result;
    Inflater inflater;
    z_stream& stream = *inflater;
    stream.next_in = zlib_bytes(bytes.data());
    stream.avail_in = static_cast<uInt>(bytes.size());
    std::size_t done = 0;
    for (;;) {
        if (done == result.size()) {
            if (done == most) {
                fail(bytes.size() - stream.avail_in,
                     fmt::format("unpacks to more than {} bytes", most));
            }
            result.resize(std::min(std::max(step, done * 2), most));
        }
        const std::size_t room = std::min(result.size() - done, std::size_t{1} << 30);
        stream.next_out = reinterpret_cast<Bytef*>(result.data() + done);
        stream.avail_out = static_cast<uInt>(room);
        const int status = inflate(&stream, Z_NO_FLUSH);
        done += room - stream.avail_out;
        const std::size_t read = bytes.size() - stream.avail_in;
        if (status == Z_STREAM_END) {
            if (stream.avail_in == 0) {
                break;
            }
            if (!is_gzip(bytes.subspan(read))) {
                fail(read, "bytes behind the end of the gzip data");
            }
            ensure(inflateReset(&stream) == Z_OK, "inflateReset");
        } else if (status == Z_BUF_ERROR && stream.avail_in == 0) {
            fail(read, "the gzip data is cut short");
        } else if (status != Z_OK && status != Z_BUF_ERROR) {
            fail(read, fmt::format("damaged gzip data ({})",
                                   stream.msg != nullptr ? stream.msg : "zlib"));
        }
    }
    result.resize(done);
    return result;
}

std::vector<std::byte> pack(std::span<const std::byte> bytes) {
    z_stream stream{};
    constexpr int memory_level = 9;
    ensure(deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, gzip_format, memory_level,
                        Z_DEFAULT_STRATEGY) == Z_OK,
           "deflateInit2");
    std::vector<std::byte> result(deflateBound(&stream, bytes.size()));
    stream.next_in = zlib_bytes(bytes.data());
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(result.data());
    stream.avail_out = static_cast<uInt>(result.size());
    const int status = deflate(&stream, Z_FINISH);
    result.resize(stream.total_out);
    deflateEnd(&stream);
    ensure(status == Z_STREAM_END, "deflate");
    return result;
}

}  // namespace ringside::vectors
