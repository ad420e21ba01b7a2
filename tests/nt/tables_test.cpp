// SPDX-License-Identifier: MIT
// What is written down twice agrees: names and codes, signatures and the profile, C++ structures
// and the layout rows, thunks and the tables in guest memory.
#include <algorithm>
#include <map>
#include <set>
#include <string>

#include <catch2/catch.hpp>

#include "base/text.hpp"
#include "nt/boot/thunk.hpp"
#include "nt/ktrap_frame.hpp"
#include "nt/profile.hpp"
#include "nt/service_table.hpp"
#include "nt/structures/types.hpp"
#include "nt/test_kernel.hpp"

using namespace ringside;
using namespace ringside::nt;

TEST_CASE("service table: signatures have the profile's argument bytes", "[nt][tables]") {
    // Bodies that a profile has no service for.
    const std::set<std::string_view> before_xp{"NtSetEventBoostPriority"};
    const std::map<std::string, std::set<std::string_view>> absent{
        {"reactos-0.2", before_xp}, {"nt4", before_xp}, {"2000", before_xp}};
    for (const std::string& name : profile_names()) {
        const Profile profile = load_profile(name);
        std::set<std::string_view> seen;
        for (const ServiceRow& row : service_table()) {
            CAPTURE(name, row.name);
            CHECK(seen.insert(row.name).second);
            const ServiceNumber* const number = profile.find_service(row.name);
            const auto without = absent.find(name);
            const bool expected = without == absent.end() || !without->second.contains(row.name);
            CHECK((number != nullptr) == expected);
            if (number != nullptr) {
                CHECK(number->argument_bytes == row.argument_bytes());
            }
        }
    }
}

TEST_CASE("service table: every argument has a name", "[nt][tables]") {
    for (const ServiceRow& row : service_table()) {
        CAPTURE(row.name);
        const auto names = row.argument_names.empty() ? 0 : split(row.argument_names, ' ').size();
        CHECK(names == row.arguments.size());
    }
}

TEST_CASE("profile: xp is complete and numbered without gaps", "[nt][tables]") {
    const Profile profile = load_profile("xp");
    CHECK(profile.services.size() == 284);
    CHECK(profile.win32k.size() == 667);
    CHECK(profile.find_service("NtReadFile")->index == 0xB7);
    CHECK(profile.find_service("NtClose")->argument_bytes == 4);
    CHECK_THROWS_WITH(load_profile("os2"), Catch::Contains("--os os2"));
}

TEST_CASE("profile: NtReadFile has its number, and 36 bytes, everywhere", "[nt][tables]") {
    const std::map<std::string, std::uint32_t> numbers{
        {"reactos-0.2", 152}, {"nt4", 0x86},  {"2000", 0xA1},   {"xp-rtm", 0xB7},
        {"xp", 0xB7},         {"2003", 0xBF}, {"vista", 0x102}, {"7", 0x111}};
    REQUIRE(profile_names().size() == numbers.size());
    for (const std::string& name : profile_names()) {
        CAPTURE(name);
        const Profile profile = load_profile(name);
        const ServiceNumber* const service = profile.find_service("NtReadFile");
        REQUIRE(service != nullptr);
        CHECK(service->index == numbers.at(name));
        CHECK(service->argument_bytes == 36);
        CHECK(profile.sysenter == (profile.system_call != SystemCallSlot::none));
        // Every system rests on something that nobody has published.
        CHECK_FALSE(profile.assumptions.empty());
    }
}

TEST_CASE("profile: what an assumption is, where it stands and why", "[nt][tables]") {
    const Profile nt4 = load_profile("nt4");
    const auto find = [&nt4](std::string_view what) {
        const auto found = std::find_if(nt4.assumptions.begin(), nt4.assumptions.end(),
                                        [what](const Assumption& row) { return row.what == what; });
        REQUIRE(found != nt4.assumptions.end());
        return *found;
    };
    CHECK(find("structures").value == "xp 2000");
    CHECK(find("service_table_mask").value == "0x30");
    CHECK(find("argument bytes of 93 win32k services").value == "0");
    CHECK_FALSE(find("first PEB and TEB").why.empty());
}

TEST_CASE("layout: a later layer replaces fields and takes them away", "[nt][tables]") {
    const Layout nt5 = load_profile("2000").layout;
    CHECK(nt5.offset("KTHREAD", "ServiceTable") == 0xDC);
    CHECK(nt5.find("KUSER_SHARED_DATA", "SystemCall") == nullptr);
    CHECK(nt5.find("KTHREAD", "IdleSwapBlock") == nullptr);
    CHECK(nt5.offset("KTHREAD", "PreviousMode") == 0x134);
    const Layout reactos = load_profile("reactos-0.2").layout;
    CHECK(reactos.offset("KTHREAD", "PreviousMode") == 0x137);
    CHECK(reactos.offset("KTHREAD", "ServiceTable") == 0xDC);
    const Layout server = load_profile("2003").layout;
    CHECK(server.offset("KPCR", "ContextSwitches") == 0x10);
    CHECK(server.field("KTHREAD", "KernelApcDisable").size == 2);
    CHECK(server.size("KTHREAD") == 0x1B8);
    CHECK(load_profile("7").layout.offset("KTHREAD", "PreviousMode") == 0x13A);
}

TEST_CASE("layout: KTRAP_FRAME is the structure of the rows", "[nt][tables]") {
    const Profile profile = load_profile("xp");
    const auto& rows = profile.layout.structure("KTRAP_FRAME");
    CHECK(rows.size == sizeof(KTRAP_FRAME));
    CHECK(rows.fields.size() == sizeof(KTRAP_FRAME) / 4);
    CHECK(profile.layout.offset("KTRAP_FRAME", "Eip") == offsetof(KTRAP_FRAME, Eip));
    CHECK(profile.layout.offset("KTRAP_FRAME", "Edx") == offsetof(KTRAP_FRAME, Edx));
    CHECK(profile.layout.offset("KTRAP_FRAME", "SegFs") == offsetof(KTRAP_FRAME, SegFs));
    CHECK(profile.layout.offset("KTRAP_FRAME", "V86Gs") == offsetof(KTRAP_FRAME, V86Gs));
    CHECK(profile.layout.size("CONTEXT") == sizeof(CONTEXT));
    CHECK(profile.layout.offset("CONTEXT", "Esp") == offsetof(CONTEXT, Esp));
    CHECK(profile.layout.size("EXCEPTION_RECORD") == sizeof(EXCEPTION_RECORD));
    CHECK_THROWS(profile.layout.offset("KTRAP_FRAME", "NoSuchField"));
}

TEST_CASE("ntstatus: names come from the table", "[nt][tables]") {
    CHECK(name_of(STATUS_ACCESS_VIOLATION) == "STATUS_ACCESS_VIOLATION");
    CHECK(to_text(STATUS_END_OF_FILE) == "STATUS_END_OF_FILE (0xC0000011)");
    CHECK(to_text(NTSTATUS{0xDEADBEEF}) == "0xDEADBEEF");
    CHECK(nt_success(STATUS_IMAGE_NOT_AT_BASE));
    CHECK_FALSE(nt_success(STATUS_BUFFER_OVERFLOW));
}

TEST_CASE("ntstatus: each constant has its row", "[nt][tables]") {
    for (const auto& [status, name] : std::initializer_list<std::pair<NTSTATUS, const char*>>{
             {STATUS_ALREADY_COMMITTED, "STATUS_ALREADY_COMMITTED"},
             {STATUS_CANT_TERMINATE_SELF, "STATUS_CANT_TERMINATE_SELF"},
             {STATUS_COMMITMENT_LIMIT, "STATUS_COMMITMENT_LIMIT"},
             {STATUS_IO_DEVICE_ERROR, "STATUS_IO_DEVICE_ERROR"},
             {STATUS_MAPPED_ALIGNMENT, "STATUS_MAPPED_ALIGNMENT"},
             {STATUS_MAPPED_FILE_SIZE_ZERO, "STATUS_MAPPED_FILE_SIZE_ZERO"},
             {STATUS_NOT_SAME_DEVICE, "STATUS_NOT_SAME_DEVICE"},
             {STATUS_PIPE_BROKEN, "STATUS_PIPE_BROKEN"},
             {STATUS_INVALID_PARAMETER_8, "STATUS_INVALID_PARAMETER_8"}}) {
        CHECK(name_of(status) == name);
    }
}

TEST_CASE("thunk: mov eax,id; out E8,eax; jecxz; call; ret n", "[nt][boot]") {
    const auto code = encode_thunk(0x8001, 16, LinearAddress{0x1000}, LinearAddress{0x2000});
    const std::uint8_t expected[] = {0xB8, 0x01, 0x80, 0x00, 0x00, 0xE7, 0xE8, 0xE3, 0x05,
                                     0xE8, 0xF2, 0x0F, 0x00, 0x00, 0xC2, 0x10, 0x00};
    const auto bytes = std::as_bytes(std::span(expected));
    CHECK(std::equal(code.begin(), code.end(), bytes.begin(), bytes.end()));
    CHECK(encode_thunk(1, 0, LinearAddress{0}, LinearAddress{0}).back() == std::byte{0xC3});
}

TEST_CASE("boot: the service arrays stand in guest memory", "[nt][boot]") {
    TestKernel test;
    KernelMemory& memory = test.kernel->structures;
    const LinearAddress slot = *test.kernel->symbols.find("nt!KeServiceDescriptorTable");
    CHECK(memory.get(slot, "KSERVICE_TABLE_DESCRIPTOR", "Base") == test.state.service_table.value);
    CHECK(memory.get(slot, "KSERVICE_TABLE_DESCRIPTOR", "Limit") == 284);
    const LinearAddress shadow = *test.kernel->symbols.find("nt!KeServiceDescriptorTableShadow");
    CHECK(memory.get(shadow + 0x10, "KSERVICE_TABLE_DESCRIPTOR", "Limit") == 667);
    const auto target = memory.read<std::uint32_t>(test.state.service_table + 0xB7 * 4);
    CHECK(test.kernel->symbols.describe({target}) == "nt!NtReadFile");
    CHECK(memory.read<std::uint8_t>(test.state.argument_table + 0xB7) == 36);
}
