// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/ensure.hpp"
#include "base/text.hpp"
#include "cpu/instruction.hpp"
#include "cpu/timing/decoded.hpp"

using namespace ringside::cpu::timing;
using ringside::BrokenInvariant;
using ringside::cpu::Model;

namespace {

constexpr std::array models{Model::i386, Model::i486, Model::pentium, Model::p6};

bool is_operand_row(const ClockRow& row) {
    return !row.is_path() && !row.is_adder();
}

std::string name_of(const ClockRow& row) {
    return std::string{row.key} + " " + std::string{row.form} + " " + std::string{row.mode};
}

/// Whether an operand of the form is an MMX or XMM register.
bool has_vector(const ClockRow& row) {
    const auto words = ringside::split(row.form, ',');
    return std::find(words.begin(), words.end(), "v") != words.end();
}

/// "KEY form" of every row without vectors that the model has no figure for.
std::set<std::string> lacking(Model model) {
    std::set<std::string> names;
    for (const ClockRow& row : clock_rows()) {
        if (!ClockTable::of(model).figure(row) && !has_vector(row)) {
            names.insert(std::string{row.key} + " " + std::string{row.form});
        }
    }
    return names;
}

std::set<std::string> joined(std::set<std::string> a, const std::set<std::string>& b) {
    a.insert(b.begin(), b.end());
    return a;
}

/// What random instructions of one code size and mode found in the table.
struct Survey {
    std::set<std::string> unanswered;  ///< complaints about forms without clocks
    std::set<std::string> reached;     ///< "KEY form mode" of the rows that answered
    bool bounded = true;               ///< no bound was below the static clocks

    void ask(std::string_view key, const ZydisDecodedInstruction& instruction,
             const ZydisDecodedOperand* operands, bool protected_mode) {
        try {
            const Cost cost =
                ClockTable::of(Model::p6).cost(key, instruction, operands, protected_mode);
            bounded = bounded && cost.bound >= cost.ticks;
        } catch (const BrokenInvariant& complaint) {
            unanswered.insert(complaint.what());
        }
        for (const ClockRow& row : clock_rows()) {
            if (row.key == key && is_operand_row(row) &&
                row.mode != (protected_mode ? "real" : "protected") &&
                OperandForm{row.form}.matches(instruction, operands)) {
                reached.insert(name_of(row));
                return;
            }
        }
    }
};

void survey(Survey& result, unsigned code_bits, bool protected_mode) {
    ZydisDecoder decoder;
    ZydisDecoderInit(&decoder,
                     code_bits == 16 ? ZYDIS_MACHINE_MODE_LEGACY_16 : ZYDIS_MACHINE_MODE_LEGACY_32,
                     code_bits == 16 ? ZYDIS_STACK_WIDTH_16 : ZYDIS_STACK_WIDTH_32);
    std::mt19937 random{code_bits};
    for (int i = 0; i < 120'000; ++i) {
        std::array<std::uint8_t, 15> bytes{};
        std::generate(bytes.begin(), bytes.end(),
                      [&random] { return static_cast<std::uint8_t>(random()); });
        if (i < 0x800) {  // every x87 form
            bytes[0] = static_cast<std::uint8_t>(0xD8 + i / 256);
            bytes[1] = static_cast<std::uint8_t>(i % 256);
        } else if (i % 4 == 1) {
            constexpr std::array<std::uint8_t, 3> mandatory{0x66, 0xf2, 0xf3};
            bytes[0] = mandatory.at(random() % mandatory.size());
            bytes[1] = 0x0f;
        } else if (i % 2 == 0) {
            bytes[0] = 0x0f;
        }
        ZydisDecodedInstruction instruction;
        std::array<ZydisDecodedOperand, ZYDIS_MAX_OPERAND_COUNT> operands;
        if (!ZYAN_SUCCESS(ZydisDecoderDecodeFull(&decoder, bytes.data(), bytes.size(), &instruction,
                                                 operands.data()))) {
            continue;
        }
        const std::string_view key = key_of(instruction.mnemonic);
        // No model has an instruction of three opcode bytes, but some share their mnemonics.
        const bool three_bytes = instruction.opcode_map > ZYDIS_OPCODE_MAP_0F;
        if (!key.empty() && !three_bytes &&
            instruction.encoding == ZYDIS_INSTRUCTION_ENCODING_LEGACY) {
            result.ask(key, instruction, operands.data(), protected_mode);
        }
    }
}

constexpr std::string_view heading = "key\tform\tmode\ti386\ti486\tpentium\tp6\tconfidence\tnote\n";

std::string one_row(std::string_view row) {
    return std::string{heading} + std::string{row} + "\n";
}

const P6Parameters& parameters() {
    return P6Parameters::embedded();
}

}  // namespace

TEST_CASE("every row of the table is read by every model", "[timing]") {
    for (const Model model : models) {
        CHECK_NOTHROW(ClockTable{model, clock_rows(), parameters()});
    }
}

TEST_CASE("a model lacks figures only for what came after it, or went before", "[timing]") {
    const std::set<std::string> since_p6{
        "CMOVcc r,r",   "CMOVcc r,m",     "NOP any",       "RDPMC any",       "SYSENTER path",
        "SYSEXIT path", "FISTTP m16",     "FISTTP m32",    "FISTTP m64",      "FXSAVE m",
        "FXRSTOR m",    "FCOMI(P) st,st", "FCMOVcc st,st", "packed move m,r", "EMMS none",
        "LDMXCSR m32",  "STMXCSR m32",    "fence none"};
    const std::set<std::string> float_since_p6{"float add any",
                                               "packed float add any",
                                               "single multiply any",
                                               "double multiply any",
                                               "packed float multiply any",
                                               "single divide any",
                                               "packed single divide any",
                                               "double divide any",
                                               "packed double divide any",
                                               "single root any",
                                               "packed single root any",
                                               "double root any",
                                               "packed double root any",
                                               "float approximate any",
                                               "packed float approximate any",
                                               "float compare any",
                                               "float convert any",
                                               "packed float convert any"};
    const std::set<std::string> since_pentium = joined(
        joined(since_p6, float_since_p6), {"CMPXCHG8B m", "RDTSC any", "RDMSR any", "WRMSR any"});
    const std::set<std::string> since_i486 =
        joined(since_pentium, {"BSWAP r", "CMPXCHG r,r", "CMPXCHG m,r", "XADD r,r", "XADD m,r",
                               "CPUID any", "INVD any", "WBINVD any", "INVLPG m", "MOV cr4,r",
                               "MOV r,cr4", "MOV tr3-5,r", "MOV r,tr3-5"});
    const std::set<std::string> until_i486{"MOV tr3-5,r", "MOV tr6-7,r", "MOV r,tr3-5",
                                           "MOV r,tr6-7"};
    CHECK(lacking(Model::i386) == since_i486);
    CHECK(lacking(Model::i486) == since_pentium);
    CHECK(lacking(Model::pentium) == joined(joined(since_p6, float_since_p6), until_i486));
    CHECK(lacking(Model::p6) == until_i486);
}

TEST_CASE("no model before p6 has MMX or XMM registers", "[timing]") {
    for (const ClockRow& row : clock_rows()) {
        if (has_vector(row)) {
            CAPTURE(name_of(row));
            CHECK_FALSE(ClockTable::of(Model::i386).figure(row));
            CHECK_FALSE(ClockTable::of(Model::i486).figure(row));
            CHECK_FALSE(ClockTable::of(Model::pentium).figure(row));
            CHECK(ClockTable::of(Model::p6).figure(row));
        }
    }
}

TEST_CASE("every instruction's row names a key of the table, or none", "[timing]") {
    std::set<std::string_view> keys{""};
    for (const ClockRow& row : clock_rows()) {
        keys.insert(row.key);
    }
    for (const ringside::cpu::Instruction& instruction : ringside::cpu::instruction_set()) {
        CAPTURE(instruction.clocks);
        CHECK(keys.count(instruction.clocks) == 1);
    }
}

TEST_CASE("every form of every instruction has clocks, and every row a form", "[timing]") {
    Survey result;
    for (const unsigned code_bits : {16U, 32U}) {
        for (const bool protected_mode : {false, true}) {
            survey(result, code_bits, protected_mode);
        }
    }
    CHECK(result.unanswered == std::set<std::string>{});
    CHECK(result.bounded);
    // Test registers went with the i486; the survey decodes with Zydis, which does not know them.
    result.reached.insert(
        {"MOV tr3-5,r any", "MOV tr6-7,r any", "MOV r,tr3-5 any", "MOV r,tr6-7 any"});
    for (const ClockRow& row : clock_rows()) {
        if (is_operand_row(row)) {
            CAPTURE(name_of(row));
            CHECK(result.reached.count(name_of(row)) == 1);
        }
    }
}

TEST_CASE("every row says what its figure rests on", "[timing]") {
    for (const Model model : models) {
        for (const ClockRow& row : clock_rows()) {
            CAPTURE(row.key, row.form);
            CHECK((row.confidence == "H" || row.confidence == "M" || row.confidence == "L"));
            CHECK(ClockTable::of(model).source(row).empty() ==
                  (model == Model::p6 && !ClockTable::of(model).figure(row)));
        }
    }
    const auto source = [](std::string_view key, std::string_view form) {
        const auto rows = clock_rows();
        const auto row = std::find_if(rows.begin(), rows.end(), [&](const ClockRow& each) {
            return each.key == key && each.form == form && each.mode != "real";
        });
        REQUIRE(row != rows.end());
        return ClockTable::of(Model::p6).source(*row);
    };
    CHECK(source("ADD", "r,r") == "base_cpi_x1000");
    CHECK(source("DIV", "r32") == "p6.DIV.r32");
    CHECK(source("MOV", "sreg,r") == "mov_sreg");
    CHECK(source("EXC", "path page fault, inner") == "int_n_inner+entry_page_fault");
}

TEST_CASE("every parameter of p6 is used", "[timing]") {
    std::string used = "branch_mispredict\n";  // by the pipeline
    for (const ClockRow& row : clock_rows()) {
        used += std::string{row.p6} + "\n" + p6_basis(row, parameters()) + "\n";
    }
    for (const P6Parameter& row : parameters().rows()) {
        CAPTURE(row.name);
        CHECK(used.find(row.name) != std::string::npos);
    }
}

TEST_CASE("a broken clocks.tsv is named by its line", "[timing]") {
    CHECK(parse_clock_rows(one_row("ADD\tr,r\tany\t2\t1\t1\t\tH\t")).size() == 1);
    CHECK(parse_clock_rows(one_row("# a comment")).empty());
    CHECK_THROWS_AS(parse_clock_rows(""), BrokenInvariant);
    CHECK_THROWS_AS(parse_clock_rows("key\tform\n"), BrokenInvariant);
    CHECK_THROWS_WITH(parse_clock_rows(one_row("ADD\tr,r\tany\t2\t1\t1\tH")),
                      Catch::Contains("nine fields") && Catch::Contains("ADD"));
    CHECK_THROWS_WITH(parse_clock_rows(one_row("ADD\tr,r\tsmm\t2\t1\t1\t\tH\t")),
                      Catch::Contains("mode"));
    CHECK_THROWS_AS(parse_clock_rows(one_row("\tr,r\tany\t2\t1\t1\t\tH\t")), BrokenInvariant);
    CHECK_THROWS_WITH(parse_clock_rows(one_row("ADD\tr,r\tany\t2\t1\t1\t\tH\t\n"
                                               "ADD\tr,r\tany\t2\t1\t1\t\tH\t")),
                      Catch::Contains("once"));
    CHECK_THROWS_AS(OperandForm{"r,q"}, BrokenInvariant);
}

TEST_CASE("a table without a path's row is refused", "[timing]") {
    const std::string text = one_row("ADD\tr,r\tany\t2\t1\t1\t\tH\t");
    const std::vector<ClockRow> rows = parse_clock_rows(text);
    CHECK_THROWS_AS((ClockTable{Model::i486, rows, parameters()}), BrokenInvariant);
}

TEST_CASE("a broken figure is quoted", "[timing]") {
    for (const std::string_view text :
         {"", "x", "1|2|3", "count(1,2,3)", "count(1,2,3,4", "many(1)", "1+", "-1", "200000",
          "no_such_parameter", "count(1,2,3,4)+n"}) {
        CAPTURE(text);
        CHECK_THROWS_WITH(parse_figure(text, parameters()),
                          Catch::Contains("'" + std::string{text} + "'"));
    }
    CHECK_FALSE(parse_figure("-", parameters()).has_value());
}

TEST_CASE("a broken p6_parameters.tsv is named by its line", "[timing]") {
    const std::string head = "name\tvalue\tlow\thigh\tmeaning\n";
    CHECK(P6Parameters{head + "a\t2\t1\t3\tx\n"}.rows().empty() == false);
    CHECK_THROWS_AS(P6Parameters{head + "a\t2\t1\t3\n"}, BrokenInvariant);
    CHECK_THROWS_AS(P6Parameters{head + "a\tb\t1\t3\tx\n"}, BrokenInvariant);
    CHECK_THROWS_AS(P6Parameters{head + "a\t4\t1\t3\tx\n"}, BrokenInvariant);
    CHECK_THROWS_AS((P6Parameters{head + "a\t2\t1\t3\tx\na\t2\t1\t3\tx\n"}), BrokenInvariant);
}
