// SPDX-License-Identifier: MIT
#include "cli/trace_chain.hpp"

#include <fmt/format.h>

#include "base/ensure.hpp"
#include "nt/ntstatus.hpp"
#include "nt/ntstatus_names.hpp"
#include "trace/service_classes.hpp"

namespace ringside::cli {
namespace {

trace::FilterWords filter_words(const guest::Personality& personality) {
    trace::FilterWords words;
    // Names of other systems are known too: the same filter serves for all of them.
    words.services = trace::classified_services();
    for (guest::ServiceEntry& service : personality.services()) {
        words.services.push_back(std::move(service.name));
    }
    words.status_named = [](std::string_view name) -> std::optional<std::uint32_t> {
        const auto status = nt::status_named(name);
        return status ? std::optional(status->value) : std::nullopt;
    };
    words.statuses = nt::status_names();
    return words;
}

}  // namespace

TraceChain::TraceChain(const CommandLine& line, const guest::Personality& personality,
                       trace::Sink& format, const trace::Write& write)
    : first_(&format) {
    const std::string& name = line.output.format;
    const bool is_table = name == "text" || name == "tree";
    if (line.trace.scope != "gate" && !is_table && name != "jsonl") {
        throw InputError(2, fmt::format("--format {} has no place for instructions; leave out "
                                        "--scope or take text, tree or jsonl",
                                        name));
    }
    if (line.output.costs && name == "html") {
        throw InputError(2,
                         "--format html has no place for costs; leave out --costs or take "
                         "text, tree, jsonl or perfetto");
    }
    if (line.output.costs && is_table) {
        costs_.emplace(*first_, write);
        first_ = &*costs_;
    }
    if (line.trace.summary || line.trace.summary_at_end) {
        if (!is_table && name != "jsonl") {
            throw InputError(2, fmt::format("--format {} has no place for a summary; leave out -c "
                                            "or take text, tree or jsonl",
                                            name));
        }
        using trace::SummarySink;
        summary_.emplace(
            *first_, write, is_table ? trace::SummaryForm::table : trace::SummaryForm::jsonl,
            line.trace.summary ? SummarySink::Place::alone : SummarySink::Place::behind_trace);
        first_ = &*summary_;
    }
    if (!line.trace.filters.empty()) {
        filter_.emplace(*first_, trace::Filter(line.trace.filters, filter_words(personality)));
        first_ = &*filter_;
    }
}

trace::Scope scope_named(const std::string& name) {
    return name == "user"     ? trace::Scope::user
           : name == "kernel" ? trace::Scope::kernel
           : name == "all"    ? trace::Scope::all
                              : trace::Scope::gate;
}

}  // namespace ringside::cli
