// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "check/case.hpp"
#include "check/observation.hpp"

namespace ringside::check {

/// A case whose files are there, for as long as it lives.
class PreparedCase {
  public:
    virtual ~PreparedCase() = default;
    /// Throws InputError when the case cannot be run.
    [[nodiscard]] virtual Observation run(const Variation& variation) = 0;
    /// Runs it again and says of each storage which instruction wrote it: a line, or empty.
    [[nodiscard]] virtual std::vector<std::string> find_writers(
        const Variation& variation, const std::vector<Storage>& wanted) = 0;
};

/// Makes worlds of cases. Used by several threads at a time.
class Runner {
  public:
    virtual ~Runner() = default;
    /// The options that [world] may have.
    [[nodiscard]] virtual std::span<const std::string> world_options() const = 0;
    /// Builds what the case builds. Throws InputError when that fails.
    [[nodiscard]] virtual std::unique_ptr<PreparedCase> prepare(const Case& one) = 0;
    /// The user wants an end.
    [[nodiscard]] virtual bool is_interrupted() const { return false; }
};

}  // namespace ringside::check
