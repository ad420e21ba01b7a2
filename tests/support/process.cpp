// SPDX-License-Identifier: MIT
#include "support/process.hpp"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace ringside::test {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds patience{60};

struct Pipe {
    int read_end = -1;
    int write_end = -1;
    Pipe() {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0) {
            throw std::runtime_error("pipe2");
        }
        read_end = ends[0];
        write_end = ends[1];
    }
};

[[noreturn]] void become(const Spawn& spawn, int input, int output, int error) {
    ::dup2(input, STDIN_FILENO);
    ::dup2(output, STDOUT_FILENO);
    ::dup2(error, STDERR_FILENO);
    ::signal(SIGINT, SIG_DFL);
    ::signal(SIGHUP, SIG_DFL);
    if (!spawn.folder.empty() && ::chdir(spawn.folder.c_str()) != 0) {
        ::_exit(99);
    }
    std::vector<char*> arguments;
    for (const std::string& argument : spawn.arguments) {
        arguments.push_back(const_cast<char*>(argument.c_str()));
    }
    arguments.push_back(nullptr);
    ::unsetenv("CI");
    for (const std::string& setting : spawn.environment) {
        ::putenv(const_cast<char*>(setting.c_str()));
    }
    ::execv(arguments.front(), arguments.data());
    ::_exit(98);
}

/// Appends what is there; false at the end of the stream.
bool drain(int descriptor, std::string& to) {
    char buffer[4096];
    const ssize_t got = ::read(descriptor, buffer, sizeof buffer);
    if (got > 0) {
        to.append(buffer, static_cast<std::size_t>(got));
    }
    return got > 0 || (got < 0 && errno == EINTR);
}

}  // namespace

Finished run(const Spawn& spawn) {
    const Pipe input;
    const Pipe output;
    const Pipe error;
    const pid_t child = ::fork();
    if (child < 0) {
        throw std::runtime_error("fork");
    }
    if (child == 0) {
        become(spawn, input.read_end, output.write_end, error.write_end);
    }
    ::close(input.read_end);
    ::close(output.write_end);
    ::close(error.write_end);
    ::signal(SIGPIPE, SIG_IGN);
    if (!spawn.input.empty()) {
        static_cast<void>(!::write(input.write_end, spawn.input.data(), spawn.input.size()));
    }
    ::close(input.write_end);

    Finished result;
    const auto begin = Clock::now();
    bool interrupted = spawn.interrupt_after_ms == 0;
    bool output_open = !spawn.close_output;
    bool error_open = true;
    if (spawn.close_output) {
        ::close(output.read_end);
    }
    while (output_open || error_open) {
        pollfd waits[2] = {{output_open ? output.read_end : -1, POLLIN, 0},
                           {error_open ? error.read_end : -1, POLLIN, 0}};
        ::poll(waits, 2, 20);
        if (waits[0].revents != 0) {
            output_open = drain(output.read_end, result.output);
        }
        if (waits[1].revents != 0) {
            error_open = drain(error.read_end, result.error);
        }
        const auto passed = Clock::now() - begin;
        if (!interrupted && passed >= std::chrono::milliseconds(spawn.interrupt_after_ms)) {
            ::kill(child, spawn.interrupt_signal);
            interrupted = true;
        }
        if (passed > patience) {
            ::kill(child, SIGKILL);
            break;
        }
    }
    if (!spawn.close_output) {
        ::close(output.read_end);
    }
    ::close(error.read_end);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
    return result;
}

Finished ringside(std::vector<std::string> arguments) {
    Spawn spawn;
    spawn.arguments = std::move(arguments);
    spawn.arguments.insert(spawn.arguments.begin(), RINGSIDE_BINARY);
    return run(spawn);
}

TemporaryFolder::TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "ringside-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) {
        throw std::runtime_error("mkdtemp");
    }
    path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::string TemporaryFolder::file(const std::string& name, const std::string& content) const {
    const std::string path = path_ + "/" + name;
    std::ofstream(path, std::ios::binary) << content;
    return path;
}

std::string text_of_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

}  // namespace ringside::test
