// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/options.hpp"
#include "guest/machine.hpp"
#include "guest/patch.hpp"
#include "guest/personality.hpp"
#include "host/console.hpp"
#include "host/journal.hpp"
#include "host/mounts.hpp"
#include "snapshot/timeline.hpp"
#include "trace/sink.hpp"

namespace ringside::cli {

/// Where a world's messages go.
struct Messages {
    std::function<void(std::string_view)> warn = [](std::string_view) {};  ///< a line, no end
    std::function<void(std::string_view)> debug_print = [](std::string_view) {};
};

/// The processor that `--cpu` names. Throws InputError (2) for a name that none has.
[[nodiscard]] cpu::Model model_option(const std::string& name);

/// A machine with a system on it, ready to run a program; made from options.
class World final : public snapshot::Subject {
  public:
    /// With a journal it can be saved, and with one that keeps answers be a timeline's subject.
    /// Throws InputError for options, files and programs that cannot be used.
    World(const WorldOptions& options, host::Console& console, Messages messages,
          std::optional<host::Journal::Keeps> journal = std::nullopt);
    ~World() override;

    [[nodiscard]] guest::Machine& machine() override { return *machine_; }
    [[nodiscard]] guest::Personality& personality() { return *personality_; }

    /// Places the system and applies early patches.
    void boot();
    /// Runs the program; late patches are written at the first way into ring 3.
    guest::StopReason run(const guest::Limits& limits) override;

    /// Needs a journal, and to have booted. Throws DamagedArchive, and InputError (125, 126) for
    /// files that are open and cannot be named or are not what they were.
    void persist(Archive& archive) override;
    void forget_future() override;
    /// What stood in the machine when it had booted: worlds of the same options that differ here
    /// were made by different builds, or their files have changed.
    [[nodiscard]] const Sha256::Digest& boot_digest() const { return boot_digest_; }
    [[nodiscard]] const WorldOptions& options() const { return options_; }
    [[nodiscard]] const host::Journal& journal() const { return *journal_; }

    [[nodiscard]] trace::Header header() const;
    /// Whether the counter contains clock figures that are assumed: on p6 from the start, elsewhere
    /// once one was charged.
    [[nodiscard]] bool has_assumed_clocks() const;
    /// What reports say of the clocks of service bodies: "not modelled", or by which figures.
    [[nodiscard]] std::string service_body() const;

  private:
    WorldOptions options_;
    Messages messages_;
    host::Mounts mounts_;
    std::optional<host::Journal> journal_;
    std::optional<host::JournaledFiles> files_;
    std::optional<host::JournaledConsole> console_;
    guest::Patches patches_;
    bool late_patches_due_ = false;
    Sha256::Digest boot_digest_{};
    std::unique_ptr<guest::Machine> machine_;
    std::unique_ptr<guest::Personality> personality_;
};

/// The host files that a world is made of, as the options name them.
[[nodiscard]] std::vector<std::string> input_paths(const WorldOptions& options);
/// Throws InputError (2) when one of the files that are to be written is one of those.
void keep_apart(const std::vector<std::string>& written, const WorldOptions& options);

/// The machine that options ask for. Throws InputError for a model or level that does not exist.
[[nodiscard]] guest::MachineConfig machine_config(const WorldOptions& options);
[[nodiscard]] guest::Limits limits_of(const LimitOptions& options);

}  // namespace ringside::cli
