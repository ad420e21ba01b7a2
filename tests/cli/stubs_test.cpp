// SPDX-License-Identifier: MIT
// `ringside stubs`, and --table from the list to the call.
#include <filesystem>
#include <map>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "cli/cli.hpp"

using namespace ringside::test;

namespace {

const std::vector<std::string> forms{"int2e", "shared-pointer", "shared-code",
                                     "win8",  "reactos-ebp",    "zw"};

const char* const own_list =
    "# A kernel with ideas of its own\n"
    "OwnOpen 3\n"
    "NtClose 1   ; where no Windows has it\n"
    "\n"
    "OwnSum  5\n"
    "OwnTick 0\n"
    "NtWriteFile 9\n";

std::string stubs(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "stubs");
    const auto finished = ringside::test::ringside(std::move(arguments));
    INFO(finished.error);
    CHECK(finished.status == 0);
    CHECK(finished.error.empty());
    return finished.output;
}

std::string tool(std::vector<std::string> arguments) {
    Spawn spawn;
    spawn.arguments = std::move(arguments);
    const Finished finished = run(spawn);
    INFO(finished.error);
    CHECK(finished.status == 0);
    return finished.output;
}

/// The program that imports from own.dll, in a folder with the DLL made of own_list.
class OwnTable {
  public:
    explicit OwnTable(const std::vector<std::string>& options = {}) {
        list_ = folder_.file("own.lst", own_list);
        std::vector<std::string> arguments{"--table", list_, "--emit", "dll", "-o", dll()};
        arguments.insert(arguments.end(), options.begin(), options.end());
        CHECK(stubs(arguments).empty());
        std::filesystem::copy_file(std::string(RINGSIDE_PROGRAMS) + "/own_table.exe", program());
    }

    [[nodiscard]] const std::string& list() const { return list_; }
    [[nodiscard]] std::string dll() const { return folder_.path() + "/own.dll"; }
    [[nodiscard]] std::string program() const { return folder_.path() + "/own_table.exe"; }

    [[nodiscard]] Finished traced(std::vector<std::string> options) const {
        options.insert(options.begin(), {"trace", "--table", list_, "--format", "jsonl", "-q"});
        options.push_back(program());
        return ringside::test::ringside(options);
    }

  private:
    TemporaryFolder folder_;
    std::string list_;
};

/// The calls of a trace by name: number, arguments and result.
struct Call {
    std::uint32_t number{};
    std::vector<std::uint32_t> arguments;
    std::string result;
};
std::map<std::string, Call> calls_of(const Finished& finished) {
    std::map<std::string, Call> calls;
    for (const auto line : ringside::lines_of(finished.error)) {
        const auto record = nlohmann::json::parse(line);
        if (record["type"] != "call") {
            continue;
        }
        Call call{record["service"]["number"], {}, record.value("result_name", "")};
        for (const auto& argument : record["service"]["arguments"]) {
            call.arguments.push_back(argument["value"]);
        }
        calls[record["name"]] = std::move(call);
    }
    return calls;
}

}  // namespace

TEST_CASE("stubs: assembly is what GNU as makes the hexadecimal bytes of", "[cli][stubs]") {
    const TemporaryFolder folder;
    for (const std::string& form : forms) {
        INFO(form);
        const std::vector<std::string> services{"NtReadFile", "NtYieldExecution",
                                                "NtUserCallOneParam"};
        const auto emitted = [&](const char* emit) {
            std::vector<std::string> arguments{"--form", form, "--emit", emit};
            arguments.insert(arguments.end(), services.begin(), services.end());
            return stubs(arguments);
        };
        const std::string source = folder.file(form + ".S", emitted("asm"));
        const std::string stem = folder.path() + "/" + form;
        tool({RINGSIDE_AS, "--32", "--fatal-warnings", "-o", stem + ".o", source});
        tool({RINGSIDE_OBJCOPY, "-O", "binary", "-j", ".text", stem + ".o", stem + ".bin"});
        std::string assembled;
        for (const char c : text_of_file(stem + ".bin")) {
            char digits[4];
            std::snprintf(digits, sizeof digits, " %02X", static_cast<unsigned char>(c));
            assembled += digits;
        }
        std::string expected;
        const std::string hexadecimal = emitted("hex");
        for (const auto line : ringside::lines_of(hexadecimal)) {
            expected += line.substr(std::min(line.find(' '), line.size()));
        }
        CHECK(assembled == expected);
    }
}

TEST_CASE("stubs: the whole nt table in the profile's form by default", "[cli][stubs]") {
    const std::string text = stubs({"--emit", "hex"});
    CHECK(count_lines(text) == 284);
    CHECK(contains(text, "\nNtReadFile B8 B7 00 00 00 BA 00 03 FE 7F FF 12 C2 24 00\n"));
    CHECK(contains(stubs({"NtReadFile"}),
                   "        .globl  NtReadFile\nNtReadFile:\n"
                   "        .globl  ZwReadFile\nZwReadFile:\n"
                   "        mov     eax, 0xB7\n"));
    CHECK(stubs({"--emit", "hex", "ZwClose", "NtClose"}) ==
          "NtClose B8 19 00 00 00 BA 00 03 FE 7F FF 12 C2 04 00\n");
    CHECK(stubs({"--emit", "hex", "--form", "zw", "NtClose"})
              .starts_with("ZwClose B8 19 00 00 00 8D 54 24 04 9C 6A 08 E8"));
}

TEST_CASE("stubs: each profile has its own form and numbers", "[cli][stubs]") {
    const std::vector<std::pair<const char*, const char*>> expected{
        {"reactos-0.2", "55 89 E5 B8 98 00 00 00 8D 55 08 CD 2E 5D C2 24 00"},
        {"nt4", "B8 86 00 00 00 8D 54 24 04 CD 2E C2 24 00"},
        {"2000", "B8 A1 00 00 00 8D 54 24 04 CD 2E C2 24 00"},
        {"xp-rtm", "B8 B7 00 00 00 BA 00 03 FE 7F FF D2 C2 24 00"},
        {"xp", "B8 B7 00 00 00 BA 00 03 FE 7F FF 12 C2 24 00"},
        {"2003", "B8 BF 00 00 00 BA 00 03 FE 7F FF 12 C2 24 00"},
        {"vista", "B8 02 01 00 00 BA 00 03 FE 7F FF 12 C2 24 00"},
        {"7", "B8 11 01 00 00 BA 00 03 FE 7F FF 12 C2 24 00"}};
    for (const auto& [os, bytes] : expected) {
        CHECK(stubs({"--os", os, "--emit", "hex", "NtReadFile"}) ==
              std::string("NtReadFile ") + bytes + "\n");
    }
}

TEST_CASE("stubs: a list of one's own is numbered from 0", "[cli][stubs]") {
    const TemporaryFolder folder;
    const std::string list = folder.file("own.lst", own_list);
    CHECK(stubs({"--table", list, "--emit", "hex", "--form", "int2e"}) ==
          "OwnOpen B8 00 00 00 00 8D 54 24 04 CD 2E C2 0C 00\n"
          "NtClose B8 01 00 00 00 8D 54 24 04 CD 2E C2 04 00\n"
          "OwnSum B8 02 00 00 00 8D 54 24 04 CD 2E C2 14 00\n"
          "OwnTick B8 03 00 00 00 8D 54 24 04 CD 2E C3\n"
          "NtWriteFile B8 04 00 00 00 8D 54 24 04 CD 2E C2 24 00\n");
    CHECK(contains(stubs({"--table", list, "--os", "nt4", "OwnTick"}), "int     0x2E"));
}

TEST_CASE("stubs: what cannot be done is one line and status 2", "[cli][stubs]") {
    const TemporaryFolder folder;
    const std::string bad = folder.file("bad.lst", "NtOpen 2\nNtClose one\n");
    const std::vector<std::pair<std::vector<std::string>, std::string>> wrong{
        {{"NtReadFil"}, "no service NtReadFil here; did you mean NtReadFile"},
        {{"frobnicate"}, "no service frobnicate here\n"},
        {{"--os", "nt4", "NtUserWOWCleanup"}, "how many arguments NtUserWOWCleanup has on nt4"},
        {{"--os", "95"}, "--os: 95 not in {reactos-0.2,nt4,"},
        {{"--form", "int80"}, "--form"},
        {{"--emit", "elf"}, "--emit"},
        {{"--emit", "dll"}, "name the file with -o"},
        {{"--emit", "dll", "--form", "zw", "-o", folder.path() + "/zw.dll"}, "use --emit asm"},
        {{"--table", bad}, "bad.lst:2:9: 'one' is no number of arguments; want 0 to 63"},
    };
    for (auto [arguments, message] : wrong) {
        arguments.insert(arguments.begin(), "stubs");
        const Finished finished = ringside::test::ringside(arguments);
        INFO(finished.error);
        CHECK(finished.status == 2);
        CHECK(is_one_line(finished));
        CHECK(contains(finished.error, message));
    }
    CHECK(ringside::test::ringside({"stubs", "--table", "/no/such.lst"}).status == 127);
    CHECK(ringside::test::ringside({"stubs", "-o", "/no/such/folder/stubs.S"}).status == 2);
}

TEST_CASE("stubs: binutils reads the DLL", "[cli][stubs]") {
    const OwnTable own;
    const std::string dump = tool({RINGSIDE_OBJDUMP, "-p", own.dll()});
    for (const char* expected : {"pei-i386", "own.dll", "OwnOpen", "ZwClose", "ZwWriteFile"}) {
        INFO(expected);
        CHECK(contains(dump, expected));
    }
}

TEST_CASE("own table: calls through the list's DLL arrive with its numbers and arguments",
          "[cli][stubs]") {
    for (const char* form : {"int2e", "shared-pointer", "win8", "reactos-ebp"}) {
        INFO(form);
        const OwnTable own({"--form", form});
        const Finished finished = own.traced({});
        CHECK(finished.status == 0);
        CHECK(finished.output == "The system's own services work too.\n");
        const auto calls = calls_of(finished);
        REQUIRE(calls.contains("OwnOpen"));
        CHECK(calls.at("OwnOpen").number == 0);
        CHECK(calls.at("OwnOpen").arguments ==
              std::vector<std::uint32_t>{0x11111111, 0x22222222, 0x33333333});
        CHECK(calls.at("OwnOpen").result == "STATUS_NOT_IMPLEMENTED");
        REQUIRE(calls.contains("OwnSum"));
        CHECK(calls.at("OwnSum").number == 2);
        CHECK(calls.at("OwnSum").arguments == std::vector<std::uint32_t>{1, 2, 3, 4, 5});
        REQUIRE(calls.contains("OwnTick"));
        CHECK(calls.at("OwnTick").number == 3);
        CHECK(calls.at("OwnTick").arguments.empty());
        // A name that has a body keeps it, and ntdll.dll knows the new number.
        REQUIRE(calls.contains("NtClose"));
        CHECK(calls.at("NtClose").number == 1);
        CHECK(calls.at("NtClose").result == "STATUS_INVALID_HANDLE");
        REQUIRE(calls.contains("NtWriteFile"));
        CHECK(calls.at("NtWriteFile").number == 4);
        CHECK(calls.at("NtWriteFile").result == "STATUS_SUCCESS");
        // The profile's other services follow in their order: 284, of which the list has two.
        REQUIRE(calls.contains("NtTerminateProcess"));
        CHECK(calls.at("NtTerminateProcess").number == 5 + 0x101 - 1);
    }
}

TEST_CASE("own table: on every profile by both entries", "[cli][stubs]") {
    for (const char* os : {"reactos-0.2", "nt4", "2000", "xp-rtm", "xp", "2003", "vista", "7"}) {
        for (const char* entry : {"int2e", "sysenter"}) {
            INFO(os << " " << entry);
            const OwnTable own({"--os", os});
            const Finished finished = own.traced({"--os", os, "--entry", entry});
            CHECK(finished.status == 0);
            CHECK(finished.output == "The system's own services work too.\n");
            const auto calls = calls_of(finished);
            REQUIRE(calls.contains("OwnSum"));
            CHECK(calls.at("OwnSum").number == 2);
            CHECK(calls.at("OwnSum").arguments == std::vector<std::uint32_t>{1, 2, 3, 4, 5});
            REQUIRE(calls.contains("NtWriteFile"));
            CHECK(calls.at("NtWriteFile").number == 4);
        }
    }
}

TEST_CASE("own table: run and inspect know the table too", "[cli][stubs]") {
    const OwnTable own;
    const auto finished = ringside::test::ringside({"run", "--table", own.list(), own.program()});
    CHECK(finished.status == 0);
    CHECK(contains(finished.error,
                   "OwnSum (service 0x2 of the nt table, 20 argument bytes) is not implemented"));
    const auto table = ringside::test::ringside({"inspect", "ssdt", "--table", own.list()});
    CHECK(table.status == 0);
    CHECK(count_lines(table.output) == 2 + 5 + 284 - 2);
    CHECK(contains(table.output, "002     OwnSum "));
}

TEST_CASE("own table: a body's arguments cannot change", "[cli][stubs]") {
    const OwnTable own;
    const TemporaryFolder folder;
    const std::string list = folder.file("bad.lst", "OwnOpen 3\nNtClose 2\n");
    const auto finished = ringside::test::ringside({"run", "--table", list, own.program()});
    CHECK(finished.status == 2);
    CHECK(is_one_line(finished));
    CHECK(contains(finished.error,
                   "bad.lst:2: NtClose has 2 arguments here, Ringside's own takes "
                   "1; give it as many, or another name"));
    CHECK(ringside::test::ringside({"run", "--os", "bare", "--table", list, rings()}).status == 2);
}

TEST_CASE("own table: a program without the DLL is told so", "[cli][stubs]") {
    const auto finished =
        ringside::test::ringside({"run", std::string(RINGSIDE_PROGRAMS) + "/own_table.exe"});
    CHECK(finished.status == 126);
    CHECK(contains(finished.error, "own.dll"));
}
