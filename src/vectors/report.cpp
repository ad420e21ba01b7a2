// SPDX-License-Identifier: MIT
#include "vectors/report.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/xml.hpp"

namespace ringside::vectors {
namespace {

std::string counts_text(const Counts& counts) {
    return fmt::format("{} passed, {} failed, {} skipped", counts.passed, counts.failed,
                       counts.skipped);
}

std::string junit_case(const FileResult& file, const std::string& mnemonic,
                       const MnemonicResult& row) {
    const std::string open = fmt::format(R"(    <testcase classname="{}" name="{}")",
                                         xml_text(file.path), xml_text(mnemonic));
    const std::string counts = counts_text(row.counts);
    if (row.counts.failed != 0) {
        return fmt::format("{}>\n      <failure message=\"{}\">{}</failure>\n    </testcase>\n",
                           open, counts, xml_text(row.first_failure));
    }
    if (row.counts.passed == 0) {
        return fmt::format("{}>\n      <skipped message=\"{}\"/>\n    </testcase>\n", open,
                           xml_text(row.skip_reason));
    }
    return fmt::format("{}>\n      <system-out>{}</system-out>\n    </testcase>\n", open, counts);
}

}  // namespace

std::string file_text(const FileResult& file, bool quiet, std::size_t& differences) {
    if (!file.error.empty()) {
        return fmt::format("ERROR {}\n", file.error);
    }
    std::string text;
    for (const std::string& failure : file.result.failures) {
        if (differences == 0) {
            break;
        }
        --differences;
        text += failure;
    }
    if (!quiet || file.result.counts.failed != 0) {
        text += fmt::format("{}: {}\n", file.path, counts_text(file.result.counts));
    }
    return text;
}

std::string summary_text(const std::vector<FileResult>& files, bool quiet) {
    RunResult all;
    std::size_t unusable = 0;
    for (const FileResult& file : files) {
        all.counts += file.result.counts;
        for (const auto& [reason, count] : file.result.skips) {
            all.skips[reason] += count;
        }
        unusable += file.error.empty() ? 0U : 1U;
    }
    std::string text;
    if (!quiet && !all.skips.empty()) {
        text += "skipped:\n";
        for (const auto& [reason, count] : all.skips) {
            text += fmt::format("{:>8} {}\n", count, reason);
        }
    }
    if (unusable != 0) {
        text += fmt::format("{} of {} files cannot be run\n", unusable, files.size());
    }
    return text + counts_text(all.counts) + "\n";
}

std::string junit_text(const std::vector<FileResult>& files) {
    std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
    for (const FileResult& file : files) {
        const auto& rows = file.result.mnemonics;
        const auto failed = std::count_if(rows.begin(), rows.end(), [](const auto& row) {
            return row.second.counts.failed != 0;
        });
        const auto skipped = std::count_if(rows.begin(), rows.end(), [](const auto& row) {
            return row.second.counts.failed == 0 && row.second.counts.passed == 0;
        });
        text += fmt::format(
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\">\n",
            xml_text(file.path), rows.size() + (file.error.empty() ? 0 : 1), failed,
            file.error.empty() ? 0 : 1, skipped);
        if (!file.error.empty()) {
            text += fmt::format(
                "    <testcase classname=\"{0}\" name=\"file\">\n      <error "
                "message=\"{1}\"/>\n    </testcase>\n",
                xml_text(file.path), xml_text(file.error));
        }
        for (const auto& [mnemonic, row] : rows) {
            text += junit_case(file, mnemonic, row);
        }
        text += "  </testsuite>\n";
    }
    return text + "</testsuites>\n";
}

int exit_status(const std::vector<FileResult>& files) {
    int status = 0;
    for (const FileResult& file : files) {
        const int one = !file.error.empty() ? 2 : file.result.counts.failed != 0 ? 1 : 0;
        status = std::max(status, one);
    }
    return status;
}

}  // namespace ringside::vectors
