// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/archive.hpp"
#include "cli/options.hpp"
#include "cli/world.hpp"
#include "host/console.hpp"
#include "trace/tracer.hpp"

namespace ringside::cli {

/// Who made a snapshot, of what and where, as JSON. Throws InputError (126, 127) for a file that is
/// none or was damaged.
[[nodiscard]] std::string describe_snapshot(const std::string& path);

/// A run that a snapshot file has, before it goes on.
class SavedRun {
  public:
    /// Throws InputError (126, 127) for a file that is no snapshot or was damaged, and for a file
    /// of the run (program, patch ...) that is not what it was. Relative paths of those start at
    /// `folder`, or in the current directory when that is empty.
    SavedRun(const std::string& path, const std::string& folder);

    /// Keeps of the host folders that the program saw those that are named here, in the way of
    /// --mount: a stranger's file must not choose what it gets. Throws InputError when one of them
    /// is not named (126), or one more is (2).
    void allow_mounts(const std::vector<std::string>& named);
    [[nodiscard]] const WorldOptions& options() const { return options_; }

    /// Puts a world that was made of options(), with a journal, and has booted, where the run was.
    /// Throws InputError (126) when this is another build of Ringside, or a file that the program
    /// has open is not what it was.
    void load(World& world);
    /// The trace goes on in the middle, if the run was traced. Behind load().
    void load(trace::Tracer& tracer);
    /// Takes from the console what the program had read when it was saved, if it is a file and
    /// stands at its beginning. Throws InputError (126) when that was something else.
    void take_input(const World& world, host::Console& console, int descriptor) const;

  private:
    [[noreturn]] void refuse(std::string_view why) const;

    std::string path_;
    std::vector<std::byte> state_;
    std::optional<Archive> archive_;
    WorldOptions options_;
    Sha256::Digest boot_digest_{};
    bool traced_ = false;
};

/// Throws InputError (2) when `options` name no clock or place at which a run can be saved.
void check_place(World& world, const SnapshotOptions& options);

/// Runs a world as its limits say, and saves it on the way where `options` say; `warn` is told when
/// the run does not come there. The tracer may be null.
guest::StopReason run_and_save(World& world, guest::Limits limits, const SnapshotOptions& options,
                               trace::Tracer* tracer,
                               const std::function<void(std::string_view)>& warn);

}  // namespace ringside::cli
