// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "base/ensure.hpp"
#include "vectors/moo_builder.hpp"
#include "vectors/report.hpp"
#include "vectors/run.hpp"

using namespace ringside;
using namespace ringside::test;
using namespace ringside::vectors;

namespace {

RunResult run(const TestChunk& test, const std::string& rows) {
    const KnownDifferences known("known.tsv", rows);
    RunOptions options;
    options.known = &known;
    const VectorFile file{read_container("a.moo", moo_file({test}, ring3_machine()).data), {}};
    return run_vectors(file, 0, 1, options);
}

/// mov es, ax with a null selector, recorded as 0.
TestChunk null_load(std::uint32_t selector, std::uint32_t recorded = 0) {
    return ring3_test("mov es, ax", {0x8E, 0xC0}, {{eax, selector}},
                      {{es, recorded}, {eip, code_page + 2}});
}

const std::string null_row = "mov,pop\tnull-selector\tes=3\ta reason\ta source\n";

}  // namespace

TEST_CASE("known: a row covers the fields and bits that it names", "[vectors]") {
    const auto result = run(null_load(3), "# comment\n\n" + null_row);
    CHECK(result.counts.skipped == 1);
    CHECK(result.skips.contains("known, known.tsv:3: a reason"));
    CHECK(run(null_load(3), "pop\tnull-selector\tes=3\tr\ts\n").counts.failed == 1);
    CHECK(run(null_load(3), "mov\t-\tes=1\tr\ts\n").counts.failed == 1);
    CHECK(run(null_load(3), "mov\t-\tds\tr\ts\n").counts.failed == 1);
    CHECK(run(null_load(3), "*\t-\t*\tr\ts\n").counts.skipped == 1);
}

TEST_CASE("known: null-selector holds for nothing but recorded zeros", "[vectors]") {
    CHECK(run(null_load(2), null_row).counts.skipped == 1);
    CHECK(run(null_load(0x23, 0x20), null_row).counts.failed == 1);
}

TEST_CASE("known: outcomes, the recording CPU and lengths are conditions", "[vectors]") {
    const auto ud = ring3_test("ud2", {0x0F, 0x0B}, {}, {{eflags, 0x10202}}, event(13, 0));
    const auto with = [](const char* condition) {
        return std::string("ud2\t") + condition + "\t*\tr\ts\n";
    };
    CHECK(run(ud, with("expected=#GP,got=#UD")).counts.skipped == 1);
    CHECK(run(ud, with("expected=completed")).counts.failed == 1);
    CHECK(run(ud, with("cpu=386E")).counts.skipped == 1);
    CHECK(run(ud, with("cpu=C286")).counts.failed == 1);
    CHECK(run(ud, with("longer-than=1")).counts.skipped == 1);
    CHECK(run(ud, with("longer-than=2")).counts.failed == 1);
}

TEST_CASE("known: a prefix and single vectors by their hashes are conditions", "[vectors]") {
    auto load = ring3_test("mov es, ax", {0x26, 0x8E, 0xC0}, {{eax, 3}}, {{es, 0}, {eip, 0}});
    const auto with = [](const char* condition) {
        return std::string("mov\t") + condition + "\t*\tr\ts\n";
    };
    CHECK(run(load, with("prefix=26")).counts.skipped == 1);
    CHECK(run(load, with("prefix=8E")).counts.failed == 1);
    CHECK(run(load, with("hash=00010203")).counts.failed == 1);
    Bytes hash;
    for (std::uint8_t i = 0; i < 20; ++i) {
        hash.u8(i);
    }
    load.more.chunk("HASH", hash);
    CHECK(run(load, with("hash=ffffffff+00010203")).counts.skipped == 1);
    CHECK(run(load, with("hash=00010204")).counts.failed == 1);
}

TEST_CASE("known: a row that is none names its line", "[vectors]") {
    for (const char* bad : {"mov\t-\tes\treason\n", "mov\t-\tes=zz\tr\ts\n",
                            "mov\tmaybe\tes\tr\ts\n", "\t-\tes\tr\ts\n", "mov\t-\t\tr\ts\n",
                            "mov\t-\tes\t\ts\n", "mov\tlonger-than=x\tes\tr\ts\n"}) {
        INFO(bad);
        CHECK_THROWS_WITH(KnownDifferences("k.tsv", std::string("#\n") + bad),
                          Catch::StartsWith("k.tsv:2: "));
    }
}

TEST_CASE("report: text, JUnit and status", "[vectors]") {
    const TestChunk bad = null_load(3, 7);
    const VectorFile file{
        read_container("a<b.moo", moo_file({null_load(0), bad, bad}, ring3_machine()).data), {}};
    RunOptions options;
    options.first = 1;
    std::vector<FileResult> results{{"a<b.moo", run_vectors(file, 0, 3, options), {}}};
    CHECK(exit_status(results) == 1);
    std::size_t left = 1;
    const std::string text = file_text(results[0], false, left);
    CHECK(left == 0);
    CHECK_THAT(text, Catch::EndsWith("a<b.moo: 1 passed, 2 failed, 0 skipped\n"));
    CHECK(summary_text(results, false) == "1 passed, 2 failed, 0 skipped\n");
    const std::string xml = junit_text(results);
    CHECK_THAT(xml, Catch::Contains("<testsuite name=\"a&lt;b.moo\" tests=\"1\" failures=\"1\""));
    CHECK_THAT(xml, Catch::Contains("name=\"mov\">\n      <failure message=\"1 passed, 2 failed"));
    results.push_back({"c.moo", {}, "c.moo: offset 0x0: not a MOO file"});
    CHECK(exit_status(results) == 2);
    CHECK(file_text(results[1], true, left) == "ERROR c.moo: offset 0x0: not a MOO file\n");
    CHECK(summary_text(results, true) ==
          "1 of 2 files cannot be run\n1 passed, 2 failed, 0 skipped\n");
    CHECK_THAT(junit_text(results), Catch::Contains("<error message=\"c.moo: offset"));
}

TEST_CASE("report: slices add up to the whole", "[vectors]") {
    const VectorFile file{
        read_container(
            "a.moo", moo_file({null_load(0), null_load(3, 7), null_load(1)}, ring3_machine()).data),
        {}};
    RunOptions options;
    options.first = 2;
    const RunResult whole = run_vectors(file, 0, 3, options);
    RunResult parts = run_vectors(file, 0, 1, options);
    parts.add(run_vectors(file, 1, 2, options), options.first);
    parts.add(run_vectors(file, 2, 3, options), options.first);
    CHECK(parts.counts.failed == whole.counts.failed);
    CHECK(parts.failures == whole.failures);
    CHECK(junit_text({{"a", parts, {}}}) == junit_text({{"a", whole, {}}}));
}
