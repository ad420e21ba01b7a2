// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "check/case.hpp"

namespace ringside::cli {

/// What the commands of a case's [build] make: a temporary folder that goes away with this.
class CaseBuild {
  public:
    /// Runs the commands in the case's folder; `$OUT` is where they put files, `$RINGSIDE` this
    /// program. Throws InputError (2) when one fails, takes longer than a minute, or when there are
    /// some and they are not `allowed`.
    CaseBuild(const check::Case& one, bool allowed);
    ~CaseBuild();
    CaseBuild(const CaseBuild&) = delete;
    CaseBuild& operator=(const CaseBuild&) = delete;

    /// `folders` behind the one of the build, if there is one.
    [[nodiscard]] std::vector<std::string> folders(const std::vector<std::string>& folders) const;

  private:
    std::string folder_;  ///< empty: nothing was built
};

}  // namespace ringside::cli
