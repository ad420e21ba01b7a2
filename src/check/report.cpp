// SPDX-License-Identifier: MIT
#include "check/report.hpp"

#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/ensure.hpp"
#include "base/xml.hpp"
#include "check/report_text.hpp"

namespace ringside::check {
namespace {

using Json = nlohmann::ordered_json;

std::string dumped(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

/// The format that most CI servers read: a suite a case file, a test case a run.
class JunitReport : public Report {
  public:
    explicit JunitReport(WriteReport write) : write_(std::move(write)) {}

    void add(const RunResult& result) override {
        if (suites_.empty() || suites_.back().path != result.path) {
            suites_.push_back({result.path, {}, {}});
        }
        suites_.back().counts.add(result.outcome);
        suites_.back().text += test_case(result);
    }

    void end(const Counts& counts) override {
        write_(
            fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                        "<testsuites name=\"ringside check\" {}>\n",
                        attributes(counts)));
        for (const Suite& suite : suites_) {
            write_(fmt::format("  <testsuite name=\"{}\" {} skipped=\"0\">\n{}  </testsuite>\n",
                               xml_text(suite.path), attributes(suite.counts), suite.text));
        }
        write_("</testsuites>\n");
    }

  private:
    struct Suite {
        std::string path;
        Counts counts;
        std::string text;
    };

    static std::string attributes(const Counts& counts) {
        return fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\"", counts.all(),
                           counts.failed, counts.unusable);
    }

    static std::string test_case(const RunResult& result) {
        const std::string open = fmt::format("    <testcase classname=\"{}\" name=\"{}\"",
                                             xml_text(result.path), xml_text(run_name(result)));
        switch (result.outcome) {
            case Outcome::failed:
                return fmt::format(
                    "{}>\n      <failure message=\"{}\">{}</failure>\n    </testcase>\n", open,
                    xml_text(headline(result)), xml_text(differences_text(result, "")));
            case Outcome::unusable:
                return fmt::format("{}>\n      <error message=\"{}\"/>\n    </testcase>\n", open,
                                   xml_text(result.error));
            case Outcome::passed:
            case Outcome::blessed: break;
        }
        return open + "/>\n";
    }

    WriteReport write_;
    std::vector<Suite> suites_;
};

/// The Test Anything Protocol, version 14. Strings in its YAML are those of JSON.
class TapReport : public Report {
  public:
    explicit TapReport(WriteReport write) : write_(std::move(write)) { write_("TAP version 14\n"); }

    void add(const RunResult& result) override {
        ++number_;
        const bool ok = result.outcome == Outcome::passed || result.outcome == Outcome::blessed;
        write_(fmt::format("{}ok {} - {}\n", ok ? "" : "not ", number_, tap_text(result.id())));
        if (ok) {
            return;
        }
        write_("  ---\n");
        if (result.outcome == Outcome::unusable) {
            write_(fmt::format("  error: {}", dumped(result.error)));
        } else {
            write_("  differences:\n");
            for (const Difference& difference : result.differences) {
                write_(fmt::format("    - {}", dumped(json_of(difference))));
            }
        }
        write_("  ...\n");
    }

    void end(const Counts&) override { write_(fmt::format("1..{}\n", number_)); }

  private:
    WriteReport write_;
    std::size_t number_ = 0;
};

/// An object a line: a header, the runs, an end.
class JsonlReport : public Report {
  public:
    explicit JsonlReport(WriteReport write) : write_(std::move(write)) {
        write_(dumped({{"type", "header"}, {"version", 1}, {"report", "check"}}));
    }

    void add(const RunResult& result) override {
        Json json{{"type", "run"},           {"id", result.id()},
                  {"file", result.path},     {"outcome", outcome_word(result.outcome)},
                  {"clocks", result.clocks}, {"differences", Json::array()}};
        if (!result.error.empty()) {
            json["error"] = result.error;
        }
        for (const Difference& difference : result.differences) {
            json["differences"].push_back(json_of(difference));
        }
        write_(dumped(json));
    }

    void end(const Counts& counts) override {
        write_(dumped({{"type", "end"},
                       {"passed", counts.passed},
                       {"failed", counts.failed},
                       {"blessed", counts.blessed},
                       {"unusable", counts.unusable}}));
    }

  private:
    WriteReport write_;
};

}  // namespace

void Counts::add(Outcome outcome) {
    switch (outcome) {
        case Outcome::passed: ++passed; break;
        case Outcome::failed: ++failed; break;
        case Outcome::blessed: ++blessed; break;
        case Outcome::unusable: ++unusable; break;
    }
}

std::string_view outcome_word(Outcome outcome) {
    switch (outcome) {
        case Outcome::passed: return "passed";
        case Outcome::failed: return "failed";
        case Outcome::blessed: return "blessed";
        case Outcome::unusable: return "unusable";
    }
    return "";
}

bool is_report(std::string_view kind) {
    return kind == "junit" || kind == "tap" || kind == "jsonl";
}

std::unique_ptr<Report> make_report(std::string_view kind, WriteReport write) {
    ensure(is_report(kind), "a report by its name");
    if (kind == "junit") {
        return std::make_unique<JunitReport>(std::move(write));
    }
    if (kind == "tap") {
        return std::make_unique<TapReport>(std::move(write));
    }
    return std::make_unique<JsonlReport>(std::move(write));
}

}  // namespace ringside::check
