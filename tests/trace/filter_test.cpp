// SPDX-License-Identifier: MIT
#include "trace/filter.hpp"

#include <catch2/catch.hpp>

#include "base/ensure.hpp"
#include "trace/service_classes.hpp"

namespace ringside::trace {
namespace {

FilterWords words() {
    return {{"NtCreateFile", "NtReadFile", "NtClose", "NtAllocateVirtualMemory"},
            [](std::string_view name) {
                return name == "STATUS_TIMEOUT" ? std::optional<std::uint32_t>(0x102)
                                                : std::nullopt;
            }};
}

Filter filter(std::vector<std::string> expressions) {
    return {expressions, words()};
}

/// A call from ring 3, made by kernel32 for program.exe.
Record call(std::string name, std::uint32_t result = 0) {
    Record record;
    record.call_name = std::move(name);
    record.entry.emplace().before.ring = 3;
    record.exit.emplace();
    record.result = result;
    record.module = "kernel32";
    record.modules = {"ntdll", "kernel32", "program"};
    record.via = "ntdll";
    record.thread = 0x104;
    return record;
}

Record event(RecordKind kind, cpu::TransitionKind how, unsigned vector) {
    Record record;
    record.kind = kind;
    record.entry.emplace().kind = how;
    record.entry->vector = static_cast<cpu::Vector>(vector);
    record.exit.emplace();
    return record;
}

std::string refusal(const std::string& expression) {
    try {
        static_cast<void>(filter({expression}));
    } catch (const InputError& error) {
        CHECK(error.exit_status() == 2);
        return error.what();
    }
    return "accepted";
}

}  // namespace

TEST_CASE("filter: without an expression everything is shown", "[trace]") {
    CHECK(filter({}).is_empty());
    CHECK(filter({}).wants(call("NtClose")));
}

TEST_CASE("filter: a service by name, class, number or regular expression", "[trace]") {
    for (const char* word :
         {"NtCreateFile", "trace=NtCreateFile", "%file", "/Create/", "/^Nt(Create|Open){1,2}File$/",
          "trace=NtClose,NtCreateFile", "all", "%call"}) {
        INFO(word);
        CHECK(filter({word}).wants(call("NtCreateFile")));
    }
    for (const char* word : {"NtClose", "%memory", "/create/", "!NtCreateFile", "!%file", "37"}) {
        INFO(word);
        CHECK_FALSE(filter({word}).wants(call("NtCreateFile")));
    }
    Record numbered = call("service 0x25");
    numbered.eax = 37;
    CHECK(filter({"37"}).wants(numbered));
    CHECK(filter({"0x25"}).wants(numbered));
}

TEST_CASE("filter: what is left out is left out of what is asked for", "[trace]") {
    const Filter files = filter({"trace=%file,!NtReadFile"});
    CHECK(files.wants(call("NtCreateFile")));
    CHECK_FALSE(files.wants(call("NtReadFile")));
    CHECK_FALSE(files.wants(call("NtClose")));
    const Filter others = filter({"!%memory"});
    CHECK(others.wants(call("NtClose")));
    CHECK_FALSE(others.wants(call("NtAllocateVirtualMemory")));
}

TEST_CASE("filter: lists of one key are put together, keys narrow each other", "[trace]") {
    CHECK(filter({"NtClose", "NtReadFile"}).wants(call("NtClose")));
    CHECK_FALSE(filter({"NtClose", "thread=0x108"}).wants(call("NtClose")));
    CHECK(filter({"NtClose", "thread=260"}).wants(call("NtClose")));
}

TEST_CASE("filter: events by name and by kind", "[trace]") {
    const Record fault = event(RecordKind::exception, cpu::TransitionKind::exception, 14);
    const Record tick = event(RecordKind::interrupt, cpu::TransitionKind::hardware_interrupt, 0x30);
    CHECK(filter({"#PF"}).wants(fault));
    CHECK(filter({"%exception"}).wants(fault));
    CHECK_FALSE(filter({"%exception"}).wants(tick));
    CHECK(filter({"interrupt 30h"}).wants(tick));
    CHECK_FALSE(filter({"!%interrupt"}).wants(tick));
    CHECK_FALSE(filter({"%file"}).wants(tick));
}

TEST_CASE("filter: by ring, by who called, by whose code is on the stack, by the stub", "[trace]") {
    const Record one = call("NtClose");
    CHECK(filter({"ring=3"}).wants(one));
    CHECK_FALSE(filter({"ring=0"}).wants(one));
    CHECK(filter({"module=KERNEL32"}).wants(one));
    CHECK_FALSE(filter({"module=program"}).wants(one));
    CHECK(filter({"stack=program"}).wants(one));
    CHECK_FALSE(filter({"stack=!program"}).wants(one));
    CHECK(filter({"via=ntdll"}).wants(one));
    CHECK_FALSE(filter({"via=direct,kernel"}).wants(one));
    Record nested = one;  // kernel code calls without a gate
    nested.entry.reset();
    CHECK(filter({"ring=0"}).wants(nested));
}

TEST_CASE("filter: by status", "[trace]") {
    const Record bad = call("NtClose", 0xC0000008);
    CHECK(filter({"status=failed"}).wants(bad));
    CHECK(filter({"status=0xC0000008"}).wants(bad));
    CHECK_FALSE(filter({"status=success"}).wants(bad));
    CHECK(filter({"status=STATUS_TIMEOUT"}).wants(call("NtClose", 0x102)));
    CHECK(filter({"status=!STATUS_TIMEOUT"}).wants(bad));
    Record open = call("NtClose");
    open.exit.reset();
    CHECK(filter({"status=unfinished"}).wants(open));
    CHECK_FALSE(filter({"status=success"}).wants(open));
    CHECK_FALSE(filter({"status=failed"}).wants_open(open).has_value());
    CHECK(filter({"%object"}).wants_open(open) == true);
}

TEST_CASE("filter: instructions are chosen by ring, module and thread", "[trace]") {
    Instruction one;
    one.ring = 3;
    one.module = "program";
    one.thread = 4;
    CHECK(filter({"module=program", "%file"}).wants(one));
    CHECK_FALSE(filter({"ring=0"}).wants(one));
    CHECK_FALSE(filter({"thread=8"}).wants(one));
}

TEST_CASE("filter: what there is not is refused with a guess", "[trace]") {
    CHECK(refusal("NtCraeteFile") ==
          "-e NtCraeteFile: no such service; did you mean NtCreateFile?");
    CHECK(refusal("trace=%flie") == "-e %flie: no such class; did you mean file?");
    CHECK(refusal("modul=x") == "-e modul=x: no key 'modul'; did you mean module?");
    CHECK(refusal("ring=4") == "-e ring=4: there is no ring 4; want 0 to 3");
    CHECK(refusal("thread=main") == "-e thread=main: 'main' is no number; want 12 or 0x0C");
    CHECK(refusal("/a(/").find("-e /a(/: no regular expression") == 0);
    const std::string deep = std::string(60'000, '(') + std::string(60'000, ')');
    CHECK(refusal("/" + deep + "/").ends_with("longer than 1000 characters"));
    CHECK(refusal("#PX").ends_with("; did you mean #PF?"));
    CHECK(refusal("dispach").ends_with("; did you mean dispatch?"));
    CHECK(refusal("int 2Ex").find("no such event") != std::string::npos);
    CHECK(refusal("int 2Eh") == "accepted");
    CHECK(refusal("status=faild") == "-e status=faild: no such status; did you mean failed?");
    CHECK(refusal("/a").find("ends with /") != std::string::npos);
    CHECK(refusal("trace=").find("a word is missing") != std::string::npos);
    CHECK(refusal("NtClose,,NtReadFile").find("a word is missing") != std::string::npos);
    CHECK(refusal("status=STATUS_FOO").find("no such status") != std::string::npos);
}

TEST_CASE("filter: every class has services, and a name none", "[trace]") {
    CHECK(service_classes().size() >= 20);
    CHECK(classes_of("NtReadFile").size() == 2);
    CHECK(classes_of("NtNothing").empty());
}

}  // namespace ringside::trace
