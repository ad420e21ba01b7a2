// SPDX-License-Identifier: MIT
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "base/ensure.hpp"
#include "check/case.hpp"
#include "cli/case_build.hpp"
#include "cli/case_world.hpp"
#include "cli/command_line.hpp"
#include "cli/commands.hpp"
#include "cli/file.hpp"
#include "cli/interrupt.hpp"
#include "cli/world.hpp"
#include "host/console.hpp"
#include "verify/verify.hpp"

namespace ringside::cli {
namespace {

/// Input that came once from a host's stream and comes again, piece by piece as then, for every
/// further run.
class Recording {
  public:
    explicit Recording(host::Console& source) : source_(source) {}

    Expected<std::size_t, host::HostError> read(std::size_t piece, std::span<std::byte> to) {
        if (piece == pieces_.size()) {
            auto count = source_.read(to);
            if (!count) {
                return count;
            }
            pieces_.emplace_back(to.begin(), to.begin() + static_cast<std::ptrdiff_t>(*count));
        }
        // Runs that ask for other sizes differ already; they get what there is room for.
        const std::vector<std::byte>& bytes = pieces_[piece];
        const std::size_t count = std::min(bytes.size(), to.size());
        std::copy_n(bytes.begin(), count, to.begin());
        return count;
    }

  private:
    host::Console& source_;
    std::vector<std::vector<std::byte>> pieces_;
};

/// The streams of one run: input from the recording, output kept.
class ReplayedConsole : public host::Console {
  public:
    explicit ReplayedConsole(Recording& input) : input_(input) {}

    Expected<std::size_t, host::HostError> read(std::span<std::byte> to) override {
        return input_.read(piece_++, to);
    }
    Expected<void, host::HostError> write(host::Stream stream,
                                          std::span<const std::byte> from) override {
        return written_.write(stream, from);
    }
    [[nodiscard]] bool is_terminal(host::Stream) const override { return false; }
    [[nodiscard]] std::string text() const { return written_.output() + written_.error_output(); }

  private:
    Recording& input_;
    std::size_t piece_ = 0;
    host::CapturedConsole written_;
};

class WorldSubject : public verify::Subject {
  public:
    WorldSubject(const WorldOptions& options, Recording& input)
        : console_(input), world_(options, console_, {}) {
        world_.boot();
    }

    guest::Machine& machine() override { return world_.machine(); }
    guest::Personality& personality() override { return world_.personality(); }
    guest::StopReason run(const guest::Limits& limits) override {
        const InterruptGuard guard(world_.machine());
        return world_.run(limits);
    }
    [[nodiscard]] std::string output() const override { return console_.text(); }

  private:
    ReplayedConsole console_;
    World world_;
};

verify::Result verify_world(const CommandLine& line, host::Console& input, bool quiet,
                            Output& output) {
    Recording recording(input);
    const verify::MakeSubject make = [&](const verify::Way& way) {
        WorldOptions options = line.world;
        options.block_size = way.block_limit;
        return std::make_unique<WorldSubject>(options, recording);
    };
    verify::Request request;
    const std::uint32_t own = line.world.block_size;
    if (std::none_of(request.ways.begin(), request.ways.end(),
                     [own](const verify::Way& way) { return way.block_limit == own; })) {
        request.ways.push_back({fmt::format("blocks of {}", own), own});
    }
    request.limits = limits_of(line.limits);
    request.quiet = quiet;
    return verify::verify(make, request, [&output](std::string_view text) {
        output.write(text);
        output.flush();
    });
}

/// Every run of a case: on each of its systems, by each of its entries.
verify::Result verify_case(const CommandLine& line, Output& output) {
    const std::string& path = line.world.program;
    auto result = verify::Result::equal;
    const check::Case one = check::parse_case(path, read_text_file(path), case_options());
    const CaseBuild build(one, true);
    for (const check::Variation& variation : check::variations(one)) {
        if (!line.output.quiet) {
            output.write(fmt::format("{}{}\n", path, variation.label));
        }
        const CommandLine world = command_line_of(variation.one, variation.entry,
                                                  build.folders(line.verify.program_folders));
        host::CapturedConsole input(variation.one.input);
        const verify::Result equal = verify_world(world, input, line.output.quiet, output);
        if (line.output.quiet && equal != verify::Result::equal) {
            output.write(fmt::format("{}{}\n", path, variation.label));
        }
        result = std::max(result, equal);
    }
    return result;
}

}  // namespace

int verify_command(const CommandLine& line) {
    keep_apart({line.output.file}, line.world);
    Output output(line.output.file, STDOUT_FILENO);
    verify::Result result{};
    if (line.world.program.ends_with(check::case_suffix)) {
        result = verify_case(line, output);
    } else {
        host::HostConsole input(was_interrupted);
        result = verify_world(line, input, line.output.quiet, output);
    }
    output.flush();
    switch (result) {
        case verify::Result::equal: return 0;
        case verify::Result::differs: return 1;
        case verify::Result::unfinished: return was_interrupted() ? 130 : 124;
    }
    return 125;
}

}  // namespace ringside::cli
