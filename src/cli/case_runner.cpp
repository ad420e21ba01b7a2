// SPDX-License-Identifier: MIT
#include "cli/case_runner.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "base/ensure.hpp"
#include "check/writer_search.hpp"
#include "cli/case_build.hpp"
#include "cli/case_world.hpp"
#include "cli/command_line.hpp"
#include "cli/interrupt.hpp"
#include "cli/world.hpp"
#include "host/console.hpp"
#include "nt/ntstatus_names.hpp"
#include "trace/tracer.hpp"

namespace ringside::cli {
namespace {

/// Clocks before a field is read in which its writer is looked for: instructions run one by one
/// there.
constexpr std::uint64_t most_watched_clocks = 200'000'000;

/// The case in a world that the command line has changed further.
check::Case patched(check::Case one, const CheckOptions& options) {
    const auto add = [&one](const char* option, const std::vector<std::string>& values) {
        for (const std::string& value : values) {
            one.options.emplace_back(option, std::filesystem::absolute(value).string());
        }
    };
    add("patch", options.patches);
    add("patch-object", options.patch_objects);
    return one;
}

/// Throws InputError (2) for a mount that shows more of the host than what came with the case.
const WorldOptions& kept_inside(const WorldOptions& world, const check::Case& one) {
    namespace fs = std::filesystem;
    std::error_code error;
    const fs::path home = fs::canonical(one.folder.empty() ? "." : one.folder, error);
    for (const std::string& mount : world.mounts) {
        std::string folder = mount.substr(mount.find('=') + 1);
        if (folder.ends_with(":rw")) {
            folder.resize(folder.size() - 3);
        }
        const fs::path shown = fs::weakly_canonical(fs::absolute(world.host_path(folder)), error);
        const auto end = std::mismatch(home.begin(), home.end(), shown.begin(), shown.end());
        if (error || end.first != home.end()) {
            throw InputError(2, fmt::format("mount {}: --no-build shows a case nothing but its own "
                                            "folder",
                                            mount));
        }
    }
    return world;
}

/// A case's world for one run.
class CaseWorld {
  public:
    CaseWorld(const check::Variation& variation, const std::vector<std::string>& folders,
              const CheckOptions& options, const LimitOptions& limits)
        : line_(command_line_of(patched(variation.one, options), variation.entry, folders, limits)),
          console_(variation.one.input),
          world_(options.no_build ? kept_inside(line_.world, variation.one) : line_.world, console_,
                 {}) {
        world_.boot();
    }

    guest::StopReason run(std::optional<std::uint64_t> pause_at = std::nullopt) {
        const InterruptGuard guard(world_.machine());
        if (was_interrupted()) {  // before this machine was known
            world_.machine().interrupt();
        }
        guest::Limits limits = limits_of(line_.limits);
        limits.pause_at = pause_at;
        return world_.run(limits);
    }
    [[nodiscard]] guest::Machine& machine() { return world_.machine(); }
    [[nodiscard]] guest::Personality& personality() { return world_.personality(); }
    [[nodiscard]] const host::CapturedConsole& console() const { return console_; }
    [[nodiscard]] bool startup() const { return line_.output.startup; }

  private:
    CommandLine line_;
    host::CapturedConsole console_;
    World world_;
};

class PreparedWorld : public check::PreparedCase {
  public:
    PreparedWorld(const check::Case& one, const CheckOptions& options, const LimitOptions& limits)
        : build_(one, !options.no_build),
          folders_(build_.folders(options.program_folders)),
          options_(options),
          limits_(limits) {}

    check::Observation run(const check::Variation& variation) override {
        CaseWorld world(variation, folders_, options_, limits_);
        check::Observation result;
        result.vocabulary = check::vocabulary_of(world.personality());
        result.vocabulary.statuses = nt::status_names();
        const guest::SymbolTable& symbols = world.personality().symbols();
        check::Recorder recorder(variation.one.expect, symbols, result);
        trace::Tracer tracer(world.machine(), world.personality(), recorder, world.startup());
        result.stop = world.run();
        tracer.finish();
        check::resolve_symbols(variation.one.expect, symbols, result);
        result.stdout_text = world.console().output();
        result.clocks = world.machine().cpu().cycles().value;
        return result;
    }

    std::vector<std::string> find_writers(const check::Variation& variation,
                                          const std::vector<check::Storage>& wanted) override {
        CaseWorld world(variation, folders_, options_, limits_);
        const auto first =
            std::min_element(wanted.begin(), wanted.end(),
                             [](const auto& a, const auto& b) { return a.clock < b.clock; });
        if (first->clock.value > most_watched_clocks) {
            const std::uint64_t ticks = cpu::traits(world.machine().cpu().model).ticks_per_clock;
            const guest::StopReason stop =
                world.run((first->clock.value - most_watched_clocks) * ticks);
            if (stop.kind != guest::StopKind::paused) {
                return std::vector<std::string>(wanted.size());
            }
        }
        check::WriterSearch search(world.machine(), world.personality().symbols(), wanted);
        static_cast<void>(world.run());
        return search.results();
    }

  private:
    CaseBuild build_;
    std::vector<std::string> folders_;
    const CheckOptions& options_;
    const LimitOptions& limits_;
};

}  // namespace

CaseRunner::CaseRunner(const CheckOptions& options, const LimitOptions& limits)
    : options_(options), limits_(limits), names_(case_options()) {}

std::unique_ptr<check::PreparedCase> CaseRunner::prepare(const check::Case& one) {
    return std::make_unique<PreparedWorld>(one, options_, limits_);
}

bool CaseRunner::is_interrupted() const {
    return was_interrupted();
}

}  // namespace ringside::cli
