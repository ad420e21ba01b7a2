// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "cli/options.hpp"
#include "guest/machine.hpp"
#include "guest/patch.hpp"
#include "guest/personality.hpp"
#include "host/console.hpp"
#include "host/mounts.hpp"
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
class World {
  public:
    /// Throws InputError for options, files and programs that cannot be used.
    World(const WorldOptions& options, host::Console& console, Messages messages);
    ~World();
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    [[nodiscard]] guest::Machine& machine() { return *machine_; }
    [[nodiscard]] guest::Personality& personality() { return *personality_; }

    /// Places the system and applies early patches.
    void boot();
    /// Runs the program; late patches are written at the first way into ring 3.
    guest::StopReason run(const guest::Limits& limits);

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
    guest::Patches patches_;
    std::unique_ptr<guest::Machine> machine_;
    std::unique_ptr<guest::Personality> personality_;
};

/// The machine that options ask for. Throws InputError for a model or level that does not exist.
[[nodiscard]] guest::MachineConfig machine_config(const WorldOptions& options);
[[nodiscard]] guest::Limits limits_of(const LimitOptions& options);

}  // namespace ringside::cli
