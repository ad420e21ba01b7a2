// SPDX-License-Identifier: MIT
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>

#include "base/text.hpp"
#include "cli/cli.hpp"

using namespace ringside::test;

namespace {

/// The words of a line as a shell divides them; single quotes hold words together.
std::vector<std::string> shell_words(std::string_view line) {
    std::vector<std::string> words(1);
    bool quoted = false;
    for (const char c : line) {
        if (c == '\'') {
            quoted = !quoted;
        } else if (c == ' ' && !quoted) {
            words.emplace_back();
        } else {
            words.back() += c;
        }
    }
    return words;
}

/// What `$ ringside ...` prints; a program in examples/ is one of this build.
std::string printed(std::string_view command) {
    auto words = shell_words(command);
    REQUIRE(words.size() > 2);
    REQUIRE(words[0] == "$");
    REQUIRE(words[1] == "ringside");
    words.erase(words.begin(), words.begin() + 2);
    for (std::string& word : words) {
        if (word.starts_with("examples/")) {
            word = example(word.substr(9));
        }
    }
    const auto finished = ringside::test::ringside(words);
    INFO(finished.error);
    CHECK(finished.status == 0);
    return finished.output;
}

/// A document with the output of each command of its ```console blocks as it is today.
std::string renewed(std::string_view document) {
    std::string out;
    bool inside = false;
    bool shown = false;
    for (const std::string_view line : ringside::lines_of(document)) {
        if (line.starts_with("```")) {
            inside = line == "```console";
            shown = false;
        } else if (inside && line.starts_with("$ ")) {
            out += std::string(line) + "\n" + printed(line);
            shown = true;
            continue;
        } else if (shown) {
            continue;
        }
        out += std::string(line) + "\n";
    }
    return out;
}

}  // namespace

TEST_CASE("documentation: the sessions of docs/debug.md are what the tools print", "[cli]") {
    const std::string path = std::string(RINGSIDE_SOURCE) + "/docs/debug.md";
    const std::string document = text_of_file(path);
    const std::string today = renewed(document);
    if (std::getenv("RINGSIDE_BLESS") != nullptr && std::getenv("CI") == nullptr) {
        std::ofstream(path) << today;
    }
    CHECK(document == today);
    CHECK(document.find("```console\n$ ringside debug ") != std::string::npos);
}
