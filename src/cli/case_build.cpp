// SPDX-License-Identifier: MIT
#include "cli/case_build.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/ensure.hpp"
#include "base/text.hpp"
#include "cli/interrupt.hpp"
#include "trace/words.hpp"

extern char** environ;  // POSIX declares it nowhere

namespace ringside::cli {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds patience{60};
constexpr std::size_t most_output = 64U << 10;
constexpr std::size_t most_lines = 20;

enum class End { exited, timed_out, interrupted };

struct Ran {
    End end = End::exited;
    int status = 0;  ///< of the shell
    std::string output;
};

/// The environment of this process with some variables set.
class Environment {
  public:
    explicit Environment(const std::vector<std::pair<std::string, std::string>>& set) {
        for (char** at = environ; *at != nullptr; ++at) {
            const std::string_view variable = *at;
            const auto name = variable.substr(0, variable.find('='));
            bool is_set = false;
            for (const auto& [other, value] : set) {
                is_set = is_set || other == name;
            }
            if (!is_set) {
                texts_.emplace_back(variable);
            }
        }
        for (const auto& [name, value] : set) {
            texts_.push_back(fmt::format("{}={}", name, value));
        }
        for (std::string& text : texts_) {
            pointers_.push_back(text.data());
        }
        pointers_.push_back(nullptr);
    }
    [[nodiscard]] char** data() { return pointers_.data(); }

  private:
    std::vector<std::string> texts_;
    std::vector<char*> pointers_;
};

/// How a child is started: a process group of its own, no input, output and errors into a pipe.
class SpawnSettings {
  public:
    SpawnSettings(const std::string& folder, int output) {
        posix_spawn_file_actions_init(&actions_);
        posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
        posix_spawn_file_actions_adddup2(&actions_, output, STDERR_FILENO);
        posix_spawn_file_actions_addchdir_np(&actions_, folder.c_str());
        posix_spawnattr_init(&attributes_);
        sigset_t defaults;
        sigemptyset(&defaults);
        sigaddset(&defaults, SIGPIPE);
        sigaddset(&defaults, SIGINT);
        posix_spawnattr_setsigdefault(&attributes_, &defaults);
        posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
    }
    ~SpawnSettings() {
        posix_spawn_file_actions_destroy(&actions_);
        posix_spawnattr_destroy(&attributes_);
    }
    SpawnSettings(const SpawnSettings&) = delete;
    SpawnSettings& operator=(const SpawnSettings&) = delete;
    [[nodiscard]] const posix_spawn_file_actions_t* actions() const { return &actions_; }
    [[nodiscard]] const posix_spawnattr_t* attributes() const { return &attributes_; }

  private:
    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
};

/// Reads what the child writes until it ends or nobody waits any more.
End follow(int descriptor, std::string& output) {
    const auto begin = Clock::now();
    std::array<char, 4096> buffer{};
    for (;;) {
        pollfd wait{descriptor, POLLIN, 0};
        ::poll(&wait, 1, 50);
        if (wait.revents != 0) {
            const ssize_t got = ::read(descriptor, buffer.data(), buffer.size());
            if (got == 0 || (got < 0 && errno != EINTR)) {
                return End::exited;
            }
            if (got > 0 && output.size() < most_output) {
                output.append(buffer.data(), static_cast<std::size_t>(got));
            }
        }
        if (was_interrupted()) {
            return End::interrupted;
        }
        if (Clock::now() - begin > patience) {
            return End::timed_out;
        }
    }
}

Ran run_shell(std::string command, const std::string& folder, Environment& environment) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        throw std::system_error(errno, std::generic_category(), "pipe");
    }
    pid_t child = 0;
    int error = 0;
    {
        const SpawnSettings settings(folder, ends[1]);
        std::string shell = "sh";
        std::string option = "-c";
        const std::array<char*, 4> words{shell.data(), option.data(), command.data(), nullptr};
        error = ::posix_spawn(&child, "/bin/sh", settings.actions(), settings.attributes(),
                              words.data(), environment.data());
    }
    ::close(ends[1]);
    Ran result;
    if (error != 0) {
        ::close(ends[0]);
        throw InputError(2, fmt::format("the shell cannot be started in {}: {}", folder,
                                        std::generic_category().message(error)));
    }
    result.end = follow(ends[0], result.output);
    ::close(ends[0]);
    if (result.end != End::exited) {
        ::kill(-child, SIGKILL);
    }
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return result;
}

/// The first lines of what a command said, below its error.
std::string lines_below(std::string_view output) {
    std::string text;
    std::size_t count = 0;
    for (const std::string_view line : lines_of(output)) {
        if (++count > most_lines) {
            return text + "\n      ...";
        }
        text += fmt::format("\n      {}", trace::escaped(line));
    }
    return text;
}

std::string make_folder() {
    std::error_code error;
    auto parent = std::filesystem::temp_directory_path(error);
    if (const char* const asked = std::getenv("TMPDIR"); error && asked != nullptr) {
        parent = asked;
    }
    std::string pattern = (parent / "ringside-build-XXXXXX").string();
    if (error || ::mkdtemp(pattern.data()) == nullptr) {
        throw InputError(
            125, fmt::format("{}: no folder can be made there; set TMPDIR", parent.string()));
    }
    return pattern;
}

/// With the folders in it that a command has made read-only.
void remove_folder(const std::string& folder) {
    namespace fs = std::filesystem;
    std::error_code ignored;
    for (fs::recursive_directory_iterator at(folder, ignored), end; !ignored && at != end;
         at.increment(ignored)) {
        std::error_code unchanged;
        if (at->symlink_status(unchanged).type() == fs::file_type::directory) {
            fs::permissions(at->path(), fs::perms::owner_all, fs::perm_options::add, unchanged);
        }
    }
    fs::remove_all(folder, ignored);
}

void run_commands(const check::Case& one, const std::string& out) {
    std::error_code ignored;
    Environment environment(
        {{"OUT", out},
         {"RINGSIDE", std::filesystem::read_symlink("/proc/self/exe", ignored).string()}});
    for (const std::string& command : one.build) {
        const Ran ran = run_shell(command, one.folder.empty() ? "." : one.folder, environment);
        if (ran.end == End::exited && ran.status == 0) {
            continue;
        }
        const std::string how =
            ran.end == End::timed_out     ? fmt::format("took longer than {} s", patience.count())
            : ran.end == End::interrupted ? "was interrupted"
                                          : fmt::format("ended with status {}", ran.status);
        throw InputError(2, fmt::format("[build] command '{}' {}{}", trace::escaped(command), how,
                                        lines_below(ran.output)));
    }
}

}  // namespace

CaseBuild::CaseBuild(const check::Case& one, bool allowed) {
    if (one.build.empty()) {
        return;
    }
    if (!allowed) {
        throw InputError(2, "has a [build] command, and --no-build forbids to run it");
    }
    folder_ = make_folder();
    try {
        run_commands(one, folder_);
    } catch (...) {
        remove_folder(folder_);
        throw;
    }
}

CaseBuild::~CaseBuild() {
    if (!folder_.empty()) {
        remove_folder(folder_);
    }
}

std::vector<std::string> CaseBuild::folders(const std::vector<std::string>& folders) const {
    std::vector<std::string> result = folders;
    if (!folder_.empty()) {
        result.insert(result.begin(), folder_);
    }
    return result;
}

}  // namespace ringside::cli
