// SPDX-License-Identifier: MIT
// docs/check.md is followed to the letter: its files are written and its commands run, in order, in
// an empty folder, and what they print is compared.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>

#include "cli/cli.hpp"

using namespace ringside::test;

namespace {

constexpr const char* page = RINGSIDE_SOURCE "/docs/check.md";

/// Where a reader of the page sits: a folder of his own, and ringside in the path.
class Reader {
  public:
    Reader() { std::filesystem::create_symlink(RINGSIDE_BINARY, path_.path() + "/ringside"); }

    /// "# NAME" in a block's first line says which file it is.
    void write(const std::string& block) const {
        REQUIRE(block.starts_with("# "));
        folder_.file(block.substr(2, block.find('\n') - 2), block);
    }

    [[nodiscard]] std::string type(const std::string& command) const {
        Spawn spawn;
        spawn.arguments = {"/bin/sh", "-c", "{ " + command + "; } 2>&1"};
        spawn.environment = {"PATH=" + path_.path() + ":/usr/bin:/bin"};
        spawn.folder = folder_.path();
        return run(spawn).output;
    }

  private:
    TemporaryFolder folder_;
    TemporaryFolder path_;
};

/// A console block as it is when its commands are typed again.
std::string typed(const Reader& reader, const std::string& block) {
    std::string result;
    std::istringstream lines(block);
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("$ ")) {
            result += line + "\n" + reader.type(line.substr(2));
        }
    }
    return result;
}

}  // namespace

/// RINGSIDE_BLESS=1 in the environment of the tests writes the page anew.
TEST_CASE("tutorial: docs/check.md does what it says", "[cli][documentation]") {
    const Reader reader;
    std::istringstream lines(text_of_file(page));
    std::string followed;
    int consoles = 0;
    for (std::string line; std::getline(lines, line);) {
        followed += line + "\n";
        if (!line.starts_with("```")) {
            continue;
        }
        const bool is_console = line == "```console";
        std::string block;
        while (std::getline(lines, line) && line != "```") {
            block += line + "\n";
        }
        if (is_console) {
            const std::string now = typed(reader, block);
            CHECK(now == block);
            followed += now;
            ++consoles;
        } else {
            reader.write(block);
            followed += block;
        }
        followed += "```\n";
    }
    CHECK(consoles > 5);
    if (std::getenv("RINGSIDE_BLESS") != nullptr && std::getenv("CI") == nullptr) {
        std::ofstream(page) << followed;
    }
}
