// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include <cctype>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>

#include "cpu/instruction.hpp"

using namespace ringside::cpu;

namespace {

std::string mnemonic_text(ZydisMnemonic mnemonic) {
    std::string text = ZydisMnemonicGetString(mnemonic);
    for (char& c : text) {
        c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
    return text;
}

/// "`p6` adds", a blank line, and the mnemonics in alphabetical order, filled to 100 columns.
std::string section(Model first) {
    std::set<std::string> names;
    for (const Instruction& row : instruction_set()) {
        if (row.first == first) {
            names.insert(mnemonic_text(row.mnemonic));
        }
    }
    std::string text{"`"};
    text.append(traits(first).name).append("` adds\n");
    std::string line;
    for (const std::string& name : names) {
        if (line.size() + name.size() + 1 > 100) {
            text.append("\n").append(line);
            line.clear();
        }
        line.append(line.empty() ? "" : " ").append(name);
    }
    return text.append("\n").append(line).append("\n");
}

std::string document() {
    const std::ifstream file(std::string(RINGSIDE_SOURCE) + "/docs/models.md");
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

}  // namespace

TEST_CASE("models: docs/models.md lists the mnemonics that came with each processor",
          "[cpu][decode]") {
    const std::string text = document();
    for (const Model model : {Model::i486, Model::pentium, Model::p6, Model::modern}) {
        const std::string wanted = section(model);
        UNSCOPED_INFO("docs/models.md should have:\n" << wanted);
        CHECK(text.find(wanted) != std::string::npos);
    }
}

TEST_CASE("models: what CPUID does not show is not older than what shows it", "[cpu][decode]") {
    std::map<Model, std::uint32_t> features;
    for (const Model model : {Model::i386, Model::i486, Model::pentium, Model::p6, Model::modern}) {
        features[model] = traits(model).features;
    }
    CHECK(features[Model::i386] == 0);
    for (const Instruction& row : instruction_set()) {
        const std::string name = mnemonic_text(row.mnemonic);
        CAPTURE(name);
        if (name.starts_with("CMOV") || name.starts_with("FCMOV")) {
            CHECK((features[row.first] & feature::cmov) != 0);
        }
        if (name.starts_with("SYSE")) {
            CHECK((features[row.first] & feature::sep) != 0);
        }
        if (name == "RDTSC") {
            CHECK((features[row.first] & feature::tsc) != 0);
        }
        if (name == "RDMSR" || name == "WRMSR") {
            CHECK((features[row.first] & feature::msr) != 0);
        }
        if (name == "CMPXCHG8B") {
            CHECK((features[row.first] & feature::cx8) != 0);
        }
    }
}
