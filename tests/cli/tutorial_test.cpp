// SPDX-License-Identifier: MIT
// docs/check.md is followed to the letter: its files are written and its commands run, in order, in
// an empty folder, and what they print is compared.
#include <filesystem>
#include <sstream>

#include <catch2/catch.hpp>

#include "cli/cli.hpp"

using namespace ringside::test;

namespace {

/// A fenced block of a Markdown file.
struct Block {
    std::string language;
    std::string text;
    int line = 0;
};

std::vector<Block> blocks_of(const std::string& markdown) {
    std::vector<Block> blocks;
    std::istringstream lines(markdown);
    std::string line;
    bool inside = false;
    for (int number = 1; std::getline(lines, line); ++number) {
        if (line.starts_with("```")) {
            if (!inside) {
                blocks.push_back({line.substr(3), {}, number});
            }
            inside = !inside;
        } else if (inside) {
            blocks.back().text += line + "\n";
        }
    }
    return blocks;
}

struct Step {
    std::string command;
    std::string output;
};

/// The commands of a console block, each with the output that follows it.
std::vector<Step> steps_of(const std::string& console) {
    std::vector<Step> steps;
    std::istringstream lines(console);
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("$ ")) {
            steps.push_back({line.substr(2), {}});
        } else {
            REQUIRE_FALSE(steps.empty());
            steps.back().output += line + "\n";
        }
    }
    return steps;
}

/// "# NAME" in a block's first line says which file it is.
std::string file_of(const Block& block) {
    const bool named = block.text.starts_with("# ") || block.text.starts_with("; ");
    return named ? block.text.substr(2, block.text.find('\n') - 2) : std::string();
}

}  // namespace

TEST_CASE("tutorial: docs/check.md does what it says", "[cli][documentation]") {
    const TemporaryFolder folder;
    const TemporaryFolder programs;
    std::filesystem::create_symlink(RINGSIDE_BINARY, programs.path() + "/ringside");
    int commands = 0;
    for (const Block& block : blocks_of(text_of_file(RINGSIDE_SOURCE "/docs/check.md"))) {
        INFO("docs/check.md:" << block.line);
        if (block.language != "console") {
            const std::string name = file_of(block);
            REQUIRE_FALSE(name.empty());
            folder.file(name, block.text);
            continue;
        }
        for (const Step& step : steps_of(block.text)) {
            INFO(step.command);
            Spawn spawn;
            spawn.arguments = {"/bin/sh", "-c", "{ " + step.command + "; } 2>&1"};
            spawn.environment = {"PATH=" + programs.path() + ":/usr/bin:/bin"};
            spawn.folder = folder.path();
            CHECK(run(spawn).output == step.output);
            ++commands;
        }
    }
    CHECK(commands > 5);
}
