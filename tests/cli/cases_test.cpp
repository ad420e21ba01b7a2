// SPDX-License-Identifier: MIT
// The cases of tests/cases hold, and each fails with the bug that it is named after in the guest
// kernel, at the field where that bug shows.
#include <algorithm>
#include <cctype>
#include <filesystem>
#include <set>

#include <catch2/catch.hpp>

#include "cli/cli.hpp"

using namespace ringside::test;

namespace {

const std::string cases = std::string(RINGSIDE_SOURCE) + "/tests/cases/";

Finished checked(const std::vector<std::string>& arguments) {
    std::vector<std::string> all{"check"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return ringside::test::ringside(all);
}

/// The report on one run of a case (of the only one: no entry), in lower case: how digits are
/// written is not what is tested.
std::string report_on(const std::string& output, const std::string& entry) {
    const auto begin = output.find(entry.empty() ? ".case.toml\n" : " [" + entry + "]\n");
    if (begin == std::string::npos) {
        return {};
    }
    std::size_t end = output.find('\n', begin);
    while (end + 1 < output.size() && output[end + 1] == ' ') {
        end = output.find('\n', end + 1);
    }
    std::string report = output.substr(begin, end - begin);
    std::transform(report.begin(), report.end(), report.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return report;
}

/// What a case says about one of its runs with the bug.
struct Symptom {
    std::string name;
    std::string entry;
    std::string field;
    std::string observed;
};

const std::vector<Symptom> symptoms{
    {"argument_limit", "int2e", "transition 2 ntclose, status", "status_invalid_handle"},
    {"argument_limit", "sysenter", "transition 2 ntclose, status", "status_invalid_handle"},
    {"callback_frames", "int2e", "transition 3 ntyieldexecution, frame.edx", "0xf801ba54"},
    {"callback_frames", "sysenter", "transition 3 ntyieldexecution, frame.edx", "0xf801ba54"},
    {"direction_flag", "int2e", "transition 1 ntwritefile, arguments.length", "0x00404058"},
    {"direction_flag", "sysenter", "transition 1 ntwritefile, arguments.length", "0x00404058"},
    {"error_code", "", "transition 1 #de, frame.errcode", "0x00401002 (error_code!divide+0x2)"},
    {"error_code", "", "transition 1 #de, frame.segcs", "0x00010246"},
    {"exception_list", "int2e", "transition 2 ntyieldexecution, frame.exceptionlist", "0xf800bd58"},
    {"exception_list", "sysenter", "transition 2 ntyieldexecution, frame.exceptionlist",
     "0xf800bd58"},
    {"fs_restored", "int2e", "transition 2 ntyieldexecution, frame.segfs", "0x0000003b"},
    {"fs_restored", "sysenter", "transition 2 ntyieldexecution, frame.segfs", "0x0000003b"},
    {"gate_if", "", "transition 1 ntqueryportinformationprocess, status", "0x00000246"},
    {"nt_flag", "int2e", "exit_status", "trap 0a, error code 0 at nt!kisystemcallexit)"},
    {"nt_flag", "sysenter", "exit_status", "trap 0a, error code 0 at nt!kiexitiret)"},
    {"previous_mode", "int2e", "transition 2 ntyieldexecution, frame.previouspreviousmode",
     "0x00000000"},
    {"previous_mode", "sysenter", "transition 2 ntyieldexecution, frame.previouspreviousmode",
     "0x00000000"},
    {"probe_page", "int2e", "exit_status",
     "0x8e kernel_mode_exception_not_handled: trap 0e, error code 0, read of 7ffef000"},
    {"probe_page", "sysenter", "exit_status",
     "0x8e kernel_mode_exception_not_handled: trap 0e, error code 0, read of 7ffef000"},
    {"sysenter_if", "int2e", "transition 1 ntyieldexecution, frame.eflags", "0x00000046"},
    {"sysenter_if", "sysenter", "transition 1 ntyieldexecution, frame.eflags", "0x00000046"},
    {"sysexit_tf", "sysenter", "exit_status",
     "trap 01, error code 0 at nt!kisystemcallexit2+0x27)"},
    {"v86_esp0", "int2e", "transition 3 ntyieldexecution, frame_address", "0xf800bd74"},
    {"v86_esp0", "sysenter", "exit_status", "status_illegal_instruction"},
    {"v86_switch", "int2e", "transition 3 #ud, frame_address", "0xf800bd54"},
    {"v86_switch", "sysenter", "transition 3 #ud, frame_address", "0xf800bd54"},
};

}  // namespace

TEST_CASE("cases: every one passes", "[cli][cases]") {
    const auto finished = checked({cases});
    INFO(finished.output);
    INFO(finished.error);
    CHECK(finished.status == 0);
}

TEST_CASE("cases: each fails with its bug in the kernel, where the bug shows", "[cli][cases]") {
    std::set<std::string> names;
    for (const Symptom& symptom : symptoms) {
        names.insert(symptom.name);
    }
    for (const std::string& name : names) {
        const auto finished =
            checked({"--patch", cases + name + ".bug.patch", cases + name + ".case.toml"});
        INFO(finished.output);
        INFO(finished.error);
        CHECK(finished.status == 1);
        for (const Symptom& symptom : symptoms) {
            if (symptom.name != name) {
                continue;
            }
            INFO(symptom.entry << ": " << symptom.field);
            const std::string report = report_on(finished.output, symptom.entry);
            const auto line = report.find(" " + symptom.field + ": expected ");
            REQUIRE(line != std::string::npos);
            CHECK(contains(report.substr(line, report.find('\n', line) - line), symptom.observed));
        }
    }
}

TEST_CASE("cases: who wrote a wrong TSS.Esp0 is told by name", "[cli][cases]") {
    for (const auto& [name, writer] : std::vector<std::pair<std::string, std::string>>{
             {"v86_esp0", "v86_driver!StartExecution+"}, {"v86_switch", "nt!SwapContextThread+"}}) {
        const auto finished = checked(
            {"-k", "int2e", "--patch", cases + name + ".bug.patch", cases + name + ".case.toml"});
        INFO(finished.output);
        CHECK(contains(finished.output, "written by " + writer));
    }
}

TEST_CASE("cases: there is none without its bug", "[cli][cases]") {
    for (const auto& entry : std::filesystem::directory_iterator(cases)) {
        const std::string file = entry.path().filename().string();
        if (!file.ends_with(".case.toml")) {
            continue;
        }
        const std::string name = file.substr(0, file.find('.'));
        INFO(name);
        CHECK(std::any_of(symptoms.begin(), symptoms.end(),
                          [&name](const Symptom& symptom) { return symptom.name == name; }));
    }
}
