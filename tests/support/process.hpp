// SPDX-License-Identifier: MIT
#pragma once

#include <csignal>
#include <string>
#include <vector>

namespace ringside::test {

/// What a program that was run to its end came to.
struct Finished {
    int status = -1;  ///< exit status, or 256 + the signal that ended it
    std::string output;
    std::string error;
};

struct Spawn {
    std::vector<std::string> arguments;    ///< the program first
    std::vector<std::string> environment;  ///< NAME=VALUE, added to a bare one
    std::string input;
    std::string folder;          ///< to start in; empty: this one
    bool close_output = false;   ///< nobody reads the output
    int interrupt_after_ms = 0;  ///< send a signal then; 0: never
    int interrupt_signal = SIGINT;
};

/// Runs a program without a shell. One that takes longer than a minute is killed.
[[nodiscard]] Finished run(const Spawn& spawn);
/// The ringside of this build.
[[nodiscard]] Finished ringside(std::vector<std::string> arguments);

/// A folder that goes away with its files.
class TemporaryFolder {
  public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    [[nodiscard]] const std::string& path() const { return path_; }
    /// Writes a file and returns its path.
    std::string file(const std::string& name, const std::string& content) const;

  private:
    std::string path_;
};

[[nodiscard]] std::string text_of_file(const std::string& path);

}  // namespace ringside::test
