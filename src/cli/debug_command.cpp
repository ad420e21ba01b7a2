// SPDX-License-Identifier: MIT
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/ensure.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/file.hpp"
#include "cli/interrupt.hpp"
#include "cli/verb_lines.hpp"
#include "cli/world.hpp"
#include "debug/debugger.hpp"
#include "debug/look_verbs.hpp"
#include "host/console.hpp"
#include "host/journal.hpp"
#include "snapshot/timeline.hpp"

namespace ringside::cli {
namespace {

/// Where the guest reads, when the commands come by standard input: `--stdin FILE`, or nothing.
class GuestInput {
  public:
    GuestInput(const DebugOptions& options) {
        if (!options.commands.empty() && options.guest_input.empty()) {
            descriptor_ = STDIN_FILENO;
            return;
        }
        const std::string path =
            options.guest_input.empty() ? std::string("/dev/null") : options.guest_input;
        descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
        if (descriptor_ < 0) {
            throw InputError(127, fmt::format("--stdin {}: cannot be opened", path));
        }
    }
    ~GuestInput() {
        if (descriptor_ != STDIN_FILENO) {
            ::close(descriptor_);
        }
    }
    GuestInput(const GuestInput&) = delete;
    GuestInput& operator=(const GuestInput&) = delete;
    [[nodiscard]] int descriptor() const { return descriptor_; }

  private:
    int descriptor_ = STDIN_FILENO;
};

/// Lines of `-c`, else of standard input.
class CommandSource {
  public:
    explicit CommandSource(const DebugOptions& options)
        : scripted_(!options.commands.empty()),
          terminal_(!scripted_ && ::isatty(STDIN_FILENO) == 1) {
        for (const std::string& commands : options.commands) {
            text_ += commands + "\n";
        }
        rest_ = text_;
    }
    CommandSource(const CommandSource&) = delete;
    CommandSource& operator=(const CommandSource&) = delete;

    [[nodiscard]] bool is_terminal() const { return terminal_; }

    std::optional<std::string> next() {
        if (!scripted_) {
            std::string line;
            return std::getline(std::cin, line) ? std::optional(std::move(line)) : std::nullopt;
        }
        if (rest_.empty()) {
            return std::nullopt;
        }
        const auto end = rest_.find('\n');
        std::string line(rest_.substr(0, end));
        rest_.remove_prefix(end + 1);
        return line;
    }

  private:
    bool scripted_;
    bool terminal_;
    std::string text_;
    std::string_view rest_;
};

class Session {
  public:
    Session(debug::Debugger& debugger, guest::Machine& machine, Output& output,
            CommandSource& source)
        : debugger_(debugger), machine_(machine), output_(output), source_(source) {}

    int run() {
        std::string last;
        while (!debugger_.is_over()) {
            if (source_.is_terminal()) {
                say("> ");
            }
            auto line = source_.next();
            if (!line) {
                break;
            }
            // As debuggers do: Enter alone says the same once more.
            if (source_.is_terminal() && trim(*line).empty()) {
                line = last;
            }
            last = *line;
            for (const std::string& command : verbs_of_line(*line)) {
                if (const auto status = execute(command)) {
                    return *status;
                }
            }
        }
        return 0;
    }

  private:
    void say(std::string_view text) {
        output_.write(text);
        output_.flush();
    }

    /// A status that ends the session, or nothing.
    std::optional<int> execute(const std::string& command) {
        if (!source_.is_terminal()) {
            say(fmt::format("> {}\n", command));
        }
        try {
            const InterruptGuard guard(machine_);
            say(debugger_.execute(command));
        } catch (const InputError& error) {
            // A script must not go on as if this had worked.
            if (!source_.is_terminal()) {
                throw InputError(2, fmt::format("debug: {}", error.what()));
            }
            say(fmt::format("{}\n", error.what()));
        }
        const bool interrupted = was_interrupted() && (!source_.is_terminal() || was_told_to_end());
        return debugger_.is_over() ? std::optional(0)
               : interrupted       ? std::optional(130)
                                   : std::nullopt;
    }

    debug::Debugger& debugger_;
    guest::Machine& machine_;
    Output& output_;
    CommandSource& source_;
};

}  // namespace

int debug_command(const CommandLine& line) {
    keep_apart({line.output.file}, line.world);
    Output output(line.output.file, STDOUT_FILENO);
    const GuestInput input(line.debug);
    CommandSource source(line.debug);
    host::HostConsole console(was_interrupted, {input.descriptor(), STDOUT_FILENO, STDERR_FILENO});
    Messages messages;
    if (!line.output.quiet) {
        messages.warn = [&output](std::string_view text) {
            output.write(fmt::format("ringside: {}\n", text));
        };
        messages.debug_print = [&output](std::string_view text) { output.write(text); };
    }
    World world(line.world, console, std::move(messages), host::Journal::Keeps::answers);
    world.boot();
    output.begin();
    snapshot::Timeline timeline(world);
    debug::Debugger debugger(timeline, world.machine(), world.personality(),
                             limits_of(line.limits));
    const auto entry = world.personality().program_entry();
    if (entry && !line.debug.startup) {
        const InterruptGuard guard(world.machine());
        output.write(debugger.run(debug::OneStop{*entry, 0, std::nullopt}));
    } else {
        output.write(debug::place_lines(debugger.inspector()));
    }
    const int status = Session(debugger, world.machine(), output, source).run();
    output.flush();
    return status;
}

}  // namespace ringside::cli
