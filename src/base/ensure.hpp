// SPDX-License-Identifier: MIT
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace ringside {

/// A broken invariant of Ringside itself; never the guest's doing. Exit status 125.
class BrokenInvariant : public std::logic_error {
  public:
    using std::logic_error::logic_error;
};

/// Input from the host (file, option) that cannot be used. The message is one line: what, where,
/// what to do. `main` turns it into the exit status it carries.
class InputError : public std::runtime_error {
  public:
    InputError(int exit_status, const std::string& message)
        : std::runtime_error(message), exit_status_(exit_status) {}
    [[nodiscard]] int exit_status() const { return exit_status_; }

  private:
    int exit_status_;
};

[[noreturn]] void broken_invariant(std::string_view what, std::string_view file, int line);

/// Checks an invariant in every build type; throws BrokenInvariant with file and line.
/// (std::source_location needs more than clang 14 has.)
inline void ensure(bool holds, std::string_view what, const char* file = __builtin_FILE(),
                   int line = __builtin_LINE()) {
    if (!holds) [[unlikely]] {
        broken_invariant(what, file, line);
    }
}

}  // namespace ringside
