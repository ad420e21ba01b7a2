// SPDX-License-Identifier: MIT
#include <filesystem>

#include <catch2/catch.hpp>

#include "cli/cli.hpp"

using namespace ringside::test;

namespace {

/// A page as a reader sees it, without ringing the bell twice for bold; empty without groff.
Finished formatted(const std::string& page) {
    return run({.arguments = {"/usr/bin/groff", "-ww", "-man", "-Tascii", "-P-cbou", page},
                .environment = {"LC_ALL=C", "PATH=/usr/bin:/bin"},
                .input = {},
                .folder = {}});
}

}  // namespace

TEST_CASE("manual: a page for the program and each of its commands, which groff takes as they are",
          "[cli][manual]") {
    const TemporaryFolder folder;
    const auto written = ringside::test::ringside({"manual", "--folder", folder.path()});
    CHECK(written.status == 0);
    CHECK(written.output.empty());
    CHECK(written.error.empty());
    const std::string overview = text_of_file(folder.path() + "/ringside.1");
    const bool has_groff = std::filesystem::exists("/usr/bin/groff");
    if (!has_groff) {
        WARN("SKIP: there is no groff");
    }
    std::size_t pages = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
        const std::string path = entry.path().string();
        const std::string name = entry.path().stem().string();
        CAPTURE(name);
        ++pages;
        if (name != "ringside") {
            CHECK(contains(overview, "\\fBringside\\-" + name.substr(9) + "\\fR(1)"));
        }
        if (has_groff) {
            const auto page = formatted(path);
            CHECK(page.status == 0);
            CHECK(page.error.empty());
            for (const char* heading : {"NAME\n", "SYNOPSIS\n", "EXIT STATUS\n", "SEE ALSO\n"}) {
                CHECK(contains(page.output, heading));
            }
        }
    }
    CHECK(pages > 10);
}

TEST_CASE("manual: an option stands with its value, choices and preset", "[cli][manual]") {
    const auto page = ringside::test::ringside({"manual", "trace"}).output;
    CHECK(contains(page, ".TP\n\\fB\\-\\-color\\fR \\fIWHEN\\fR\n"));
    CHECK(contains(page, "One of auto, always, never.\n.br\nDefault: auto.\n"));
    CHECK(contains(page, ".SH WORLD OF \\-\\-OS BARE\n"));
}

TEST_CASE("manual: what it cannot write is one line", "[cli][manual]") {
    const auto unknown = ringside::test::ringside({"manual", "rnu"});
    CHECK(unknown.status == 2);
    CHECK(contains(unknown.error, "did you mean run?"));
    const auto both = ringside::test::ringside({"manual", "run", "--folder", "/tmp"});
    CHECK(both.status == 2);
    CHECK(is_one_line(both));
    const auto nowhere = ringside::test::ringside({"manual", "--folder", "/no/such/folder"});
    CHECK(nowhere.status == 2);
    CHECK(is_one_line(nowhere));
}
