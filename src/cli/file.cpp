// SPDX-License-Identifier: MIT
#include "cli/file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>
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

bool is_regular(int descriptor) {
    struct stat status {};
    return ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
}

bool are_same(int a, int b) {
    struct stat of_a {};
    struct stat of_b {};
    return ::fstat(a, &of_a) == 0 && ::fstat(b, &of_b) == 0 && of_a.st_dev == of_b.st_dev &&
           of_a.st_ino == of_b.st_ino;
}

/// Whether two paths lead to one file, which need not exist yet.
bool same_file(const std::string& a, const std::string& b) {
    namespace fs = std::filesystem;
    if (a.empty() || b.empty()) {
        return false;
    }
    std::error_code error;
    const auto status = fs::status(a, error);
    if (fs::exists(status)) {
        return fs::is_regular_file(status) && fs::equivalent(a, b, error);
    }
    const fs::path first = fs::weakly_canonical(fs::absolute(a, error), error);
    return !error && first == fs::weakly_canonical(fs::absolute(b, error), error) && !error;
}

}  // namespace

std::vector<std::byte> read_file(const std::string& path, std::uint64_t most_mib) {
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
    const bool fits = regular && static_cast<std::uint64_t>(status.st_size) <= most_mib << 20;
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
        fail(126, fmt::format("larger than {} MiB", most_mib));
    }
    return bytes;
}

std::string read_text_file(const std::string& path) {
    const auto bytes = read_file(path);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void keep_apart(const std::vector<std::string>& written, const std::vector<std::string>& read) {
    for (std::size_t i = 0; i < written.size(); ++i) {
        if (written[i].empty()) {
            continue;
        }
        if (std::any_of(read.begin(), read.end(),
                        [&](const std::string& other) { return same_file(written[i], other); })) {
            throw InputError(2, fmt::format("{}: is read by this command, which cannot write it "
                                            "too; name another file",
                                            written[i]));
        }
        if (std::any_of(written.begin(), written.begin() + static_cast<std::ptrdiff_t>(i),
                        [&](const std::string& other) { return same_file(written[i], other); })) {
            throw InputError(2, fmt::format("{}: would be written twice by this command; name "
                                            "another file",
                                            written[i]));
        }
    }
}

Output::Output(const std::string& path, int descriptor)
    : name_(path.empty() ? "output" : path),
      descriptor_(descriptor),
      owned_(!path.empty()),
      begun_(path.empty()) {
    if (owned_) {
        open(path);
    }
}

void Output::open(const std::string& path) {
    constexpr int flags = O_WRONLY | O_CLOEXEC;
    descriptor_ = ::open(path.c_str(), flags);
    if (descriptor_ < 0 && errno == ENOENT) {
        descriptor_ = ::open(path.c_str(), flags | O_CREAT, 0666);
        made_ = descriptor_ >= 0;
    }
    if (descriptor_ < 0) {
        throw InputError(2, fmt::format("{}: cannot be written: {}", path, reason(errno)));
    }
    // /dev/stdout, led into a file: that goes on where it is.
    for (const int stream : {STDOUT_FILENO, STDERR_FILENO}) {
        if (is_regular(descriptor_) && are_same(descriptor_, stream)) {
            ::close(descriptor_);
            descriptor_ = ::fcntl(stream, F_DUPFD_CLOEXEC, 0);
            begun_ = true;
            return;
        }
    }
}

Output::~Output() {
    if (!begun_) {
        if (made_) {
            ::unlink(name_.c_str());
        }
    } else {
        try {
            flush();
        } catch (const InputError&) {
            // Whoever wants to hear of it flushes before.
        }
    }
    if (owned_) {
        ::close(descriptor_);
    }
}

void Output::begin() {
    if (begun_) {
        return;
    }
    begun_ = true;
    if (is_regular(descriptor_) && ::ftruncate(descriptor_, 0) != 0) {
        throw InputError(125, fmt::format("{}: cannot be written: {}", name_, reason(errno)));
    }
}

void Output::write(std::string_view text) {
    buffer_ += text;
    if (buffer_.size() >= buffer_size) {
        flush();
    }
}

void Output::flush() {
    begin();
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
