// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "check/runner.hpp"
#include "cli/options.hpp"

namespace ringside::cli {

/// Runs cases in worlds of their own.
class CaseRunner : public check::Runner {
  public:
    /// `limits` are those of cases that name none.
    CaseRunner(const CheckOptions& options, const LimitOptions& limits);

    [[nodiscard]] std::span<const std::string> world_options() const override { return names_; }
    [[nodiscard]] std::unique_ptr<check::PreparedCase> prepare(const check::Case& one) override;
    [[nodiscard]] bool is_interrupted() const override;

  private:
    const CheckOptions& options_;
    const LimitOptions& limits_;
    std::vector<std::string> names_;
};

}  // namespace ringside::cli
