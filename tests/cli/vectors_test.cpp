// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "cli/cli.hpp"
#include "vectors/moo_builder.hpp"

using namespace ringside::test;

namespace {

std::string text_of(const Bytes& bytes) {
    return {reinterpret_cast<const char*>(bytes.data.data()), bytes.data.size()};
}

/// `inc eax` of 0, with what it is said to leave.
TestChunk inc(std::uint32_t result) {
    return ring3_test("inc eax", {0x40}, {}, {{eax, result}, {eip, code_page + 1}});
}

std::string file_of(const std::vector<TestChunk>& tests) {
    return text_of(moo_file(tests, ring3_machine()));
}

std::string last_line(const std::string& text) {
    const auto end = text.find_last_not_of('\n');
    return text.substr(text.rfind('\n', end) + 1);
}

}  // namespace

TEST_CASE("vectors: counts by file, a last line with the sums, status 0 or 1", "[cli]") {
    const TemporaryFolder folder;
    const auto good = folder.file("a.moo", file_of({inc(1), inc(1)}));
    auto finished = ringside::test::ringside({"vectors", good});
    CHECK(finished.status == 0);
    CHECK(finished.output ==
          good + ": 2 passed, 0 failed, 0 skipped\n2 passed, 0 failed, 0 skipped\n");
    const auto bad = folder.file("b.moo", file_of({inc(1), inc(2)}));
    finished = ringside::test::ringside({"vectors", "--jobs", "3", folder.path()});
    CHECK(finished.status == 1);
    CHECK(last_line(finished.output) == "3 passed, 1 failed, 0 skipped\n");
    CHECK(contains(finished.output, "FAIL  b.moo #1 inc eax\n      40  inc eax\n"));
    CHECK(contains(finished.output, "eax: expected 00000002, got 00000001"));
    finished = ringside::test::ringside({"vectors", "-q", "--first", "0", good, bad});
    CHECK(finished.output ==
          bad + ": 1 passed, 1 failed, 0 skipped\n3 passed, 1 failed, 0 skipped\n");
}

TEST_CASE("vectors: the number of jobs changes nothing", "[cli]") {
    const TemporaryFolder folder;
    std::vector<TestChunk> many;
    for (unsigned i = 0; i < 9000; ++i) {
        many.push_back(inc(i % 1000 == 7 ? 2 : 1));
    }
    const auto file = folder.file("a.moo", file_of(many));
    const auto one = ringside::test::ringside({"vectors", "--jobs", "1", file, file});
    CHECK(contains(one.output, "8991 passed, 9 failed, 0 skipped"));
    CHECK(ringside::test::ringside({"vectors", "--jobs", "5", file, file}).output == one.output);
}

TEST_CASE("vectors: known differences are skipped and named", "[cli]") {
    const TemporaryFolder folder;
    const auto file = folder.file("a.moo", file_of({inc(3), inc(1)}));
    const auto known = folder.file("known.tsv", "inc\t-\teax=2\tthe moon\tsomeone\n");
    const auto finished = ringside::test::ringside({"vectors", "--known", known, file});
    CHECK(finished.status == 0);
    CHECK(contains(finished.output, "skipped:\n       1 known, known.tsv:1: the moon\n"));
    CHECK(last_line(finished.output) == "1 passed, 0 failed, 1 skipped\n");
}

TEST_CASE("vectors: --report writes JUnit", "[cli]") {
    const TemporaryFolder folder;
    const auto file = folder.file("a.moo", file_of({inc(1), inc(2)}));
    const std::string report = folder.path() + "/report.xml";
    CHECK(ringside::test::ringside({"vectors", "--report", "junit:" + report, file}).status == 1);
    const std::string xml = text_of_file(report);
    CHECK(
        contains(xml, "name=\"inc\">\n      <failure message=\"1 passed, 1 failed, 0 skipped\">"));
}

TEST_CASE("vectors: what is no vector file is one line, and the others still run", "[cli]") {
    const TemporaryFolder folder;
    const auto good = folder.file("a.moo", file_of({inc(1)}));
    const auto text = folder.file("b.moo", "not a container");
    const auto cut = folder.file("c.moo", file_of({inc(1)}).substr(0, 3000));
    const auto finished = ringside::test::ringside({"vectors", good, text, cut});
    CHECK(finished.status == 2);
    CHECK(contains(finished.output, "ERROR " + text + ": offset 0x8: "));
    CHECK(contains(finished.output, "ERROR " + cut + ": offset 0x"));
    CHECK(contains(finished.output, "2 of 3 files cannot be run\n1 passed, 0 failed, 0 skipped\n"));
}

TEST_CASE("vectors: usage is one line and status 2", "[cli]") {
    const TemporaryFolder folder;
    const auto file = folder.file("a.moo", file_of({inc(1)}));
    const std::vector<std::pair<std::vector<std::string>, std::string>> wrong{
        {{"vectors"}, "FILE|DIR"},
        {{"vectors", folder.path() + "/none"}, "none: not found"},
        {{"vectors", "--cpu", "z80", file}, "--cpu: z80 not in {i386,i486,pentium,p6,modern}"},
        {{"vectors", "--jobs", "0", file}, "--jobs"},
        {{"vectors", "--report", "html:x", file}, "want junit:FILE"},
        {{"vectors", "--report", "junit:/no/such/folder/x", file}, "cannot be written"},
        {{"vectors", "--known", folder.path() + "/none", file}, "no regular file"},
        {{"vectors", "--known", folder.file("k.tsv", "mov\n"), file}, "k.tsv:1: want five columns"},
    };
    for (const auto& [arguments, message] : wrong) {
        const Finished finished = ringside::test::ringside(arguments);
        INFO(finished.error);
        INFO(message);
        CHECK(finished.status == 2);
        CHECK(is_one_line(finished));
        CHECK(contains(finished.error, message));
    }
}
