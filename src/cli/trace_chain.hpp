// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "cli/options.hpp"
#include "guest/personality.hpp"
#include "trace/costs.hpp"
#include "trace/filter.hpp"
#include "trace/sink.hpp"
#include "trace/stepper.hpp"
#include "trace/summary.hpp"

namespace ringside::cli {

/// What stands between the tracer and the sink that writes a format: the filter first, so that
/// nothing is counted or formatted that is not shown, then the summary and the costs.
class TraceChain {
  public:
    /// Throws InputError (2) for a filter that names what there is not, and for a summary of a
    /// format that has no place for one.
    TraceChain(const CommandLine& line, const guest::Personality& personality, trace::Sink& format,
               const trace::Write& write);
    TraceChain(const TraceChain&) = delete;
    TraceChain& operator=(const TraceChain&) = delete;

    [[nodiscard]] trace::Sink& first() { return *first_; }

  private:
    std::optional<trace::CostSink> costs_;
    std::optional<trace::SummarySink> summary_;
    std::optional<trace::FilterSink> filter_;
    trace::Sink* first_;
};

[[nodiscard]] trace::Scope scope_named(const std::string& name);

}  // namespace ringside::cli
