// SPDX-License-Identifier: MIT
#include "cli/file.hpp"

#include <cerrno>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ensure.hpp"
#include "base/near_miss.hpp"

namespace ringside::cli {
namespace {

constexpr std::size_t buffer_size = 64 * 1024;
/// No guest program or patch is larger; a device file would never end.
constexpr std::size_t largest_file = std::size_t{512} << 20;

std::string reason(int error) {
    return std::generic_category().message(error);
}

/// For a message about a file that is not there: those in its folder that have nearly its name.
std::string neighbours_of(const std::filesystem::path& path) {
    constexpr std::size_t most_looked_at = 10'000;
    std::error_code error;
    const auto folder = path.has_parent_path() ? path.parent_path() : ".";
    std::vector<std::string> names;
    for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end;
         at.increment(error)) {
        names.push_back(at->path().filename().string());
        if (names.size() == most_looked_at) {
            break;
        }
    }
    return suggestion(path.filename().string(), names);
}

}  // namespace

std::vector<std::byte> read_file(const std::string& path) {
    const auto fail = [&path](int status, std::string_view why) {
        throw InputError(status, fmt::format("{}: {}", path, why));
    };
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) {
        const int error = errno;
        const bool missing = error == ENOENT || error == ENOTDIR;
        fail(missing ? 127 : 126, missing ? "not found" + neighbours_of(path) : reason(error));
    }
    std::vector<std::byte> bytes;
    struct stat status {};
    int error = ::fstat(descriptor, &status) != 0 ? errno : 0;
    const bool regular = error == 0 && S_ISREG(status.st_mode);
    const bool fits = regular && static_cast<std::uint64_t>(status.st_size) <= largest_file;
    if (fits) {
        bytes.resize(static_cast<std::size_t>(status.st_size));
        std::size_t done = 0;
        while (done < bytes.size()) {
            const ssize_t got = ::read(descriptor, bytes.data() + done, bytes.size() - done);
            if (got < 0 && errno == EINTR) {
                continue;
            }
            if (got <= 0) {
                error = got < 0 ? errno : 0;
                break;
            }
            done += static_cast<std::size_t>(got);
        }
        bytes.resize(done);
    }
    ::close(descriptor);
    if (error != 0) {
        fail(126, reason(error));
    }
    if (!regular) {
        fail(126, S_ISDIR(status.st_mode) ? "is a directory" : "is no regular file");
    }
    if (!fits) {
        fail(126, "larger than 512 MiB");
    }
    return bytes;
}

std::string read_text_file(const std::string& path) {
    const auto bytes = read_file(path);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Output::Output(const std::string& path, int descriptor)
    : name_(path.empty() ? "output" : path), descriptor_(descriptor), owned_(!path.empty()) {
    if (owned_) {
        descriptor_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
        if (descriptor_ < 0) {
            throw InputError(2, fmt::format("{}: cannot be written: {}", path, reason(errno)));
        }
    }
}

Output::~Output() {
    try {
        flush();
    } catch (const InputError&) {
        // Whoever wants to hear of it flushes before.
    }
    if (owned_) {
        ::close(descriptor_);
    }
}

void Output::write(std::string_view text) {
    buffer_ += text;
    if (buffer_.size() >= buffer_size) {
        flush();
    }
}

void Output::flush() {
    std::string_view rest = buffer_;
    while (!rest.empty() && !lost_) {
        const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
        if (written >= 0) {
            rest.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno == EPIPE) {
            lost_ = true;
        } else if (errno != EINTR) {
            const int error = errno;
            buffer_.clear();
            throw InputError(125, fmt::format("{}: cannot be written: {}", name_, reason(error)));
        }
    }
    buffer_.clear();
}

bool Output::is_terminal() const {
    return ::isatty(descriptor_) == 1;
}

}  // namespace ringside::cli
