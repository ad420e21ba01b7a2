// SPDX-License-Identifier: MIT
// Services called from ring 0: by the kernel's own Zw stubs, and directly.
#include <set>

#include "guest/stub_generator.hpp"
#include "nt/ktrap_frame.hpp"
#include "nt/ring0/kernel_caller.hpp"

using namespace ringside;
using namespace ringside::test;
using nt::NTSTATUS;

namespace {

constexpr std::uint32_t user_pages = 0x00400000;
constexpr std::uint32_t nothing_there = 0x00300000;
constexpr std::uint32_t kernel_frame = 0x74;

struct Chain {
    std::vector<LinearAddress> frames;  ///< KTHREAD.TrapFrame first
};

/// From frame to frame by their Edx, up to the user's.
Chain chain_of(const TestNtMachine& nt) {
    Chain chain;
    LinearAddress frame{nt.thread("TrapFrame")};
    for (;;) {
        chain.frames.push_back(frame);
        if ((nt.dword(frame + 0x6C) & 1) != 0 || chain.frames.size() > 200) {
            return chain;
        }
        frame = LinearAddress{nt.dword(frame + 0x3C)};
    }
}

}  // namespace

TEST_CASE("Zw stubs: every nt service of the profile has one, with its number", "[nt][ring0]") {
    KernelCaller nt;
    const nt::Profile profile = nt::load_profile("xp");
    std::set<std::uint32_t> places;
    for (const nt::ServiceNumber& service : profile.services) {
        const LinearAddress at = nt.at("nt!Zw" + service.name.substr(2));
        INFO(service.name);
        CHECK(places.insert(at.value).second);
        const auto stub =
            guest::encode_stub(guest::StubForm::zw, service.index, service.argument_bytes,
                               {.at = at, .system_service = nt.at("KiSystemService")});
        REQUIRE(stub.size() >= 8);
        CHECK(nt.dword(at) == load<std::uint32_t>(stub.data()));
        CHECK(nt.dword(at + static_cast<std::uint32_t>(stub.size()) - 4) ==
              load<std::uint32_t>(stub.data() + stub.size() - 4));
    }
}

TEST_CASE("Zw stubs: the frame is one of ring 0 and the call one of the kernel", "[nt][ring0]") {
    KernelCaller nt;
    nt.begin(nt.at("nt!ZwYieldExecution"));
    const std::uint32_t esp = nt.state().esp;
    const LinearAddress outer{nt.thread("TrapFrame")};
    CHECK(nt.thread("PreviousMode") == 1);
    nt.run_to("nt!NtYieldExecution");
    const LinearAddress frame{nt.thread("TrapFrame")};
    // EFLAGS, CS and return address stand on top of the frame; no SS and ESP.
    CHECK(frame.value + kernel_frame == esp);
    CHECK(nt.dword(frame + 0x3C) == outer.value);
    CHECK(nt.dword(frame + 0x6C) == 0x08);
    CHECK((nt.dword(frame + 0x48) & 0xFF) == 1);
    CHECK(nt.thread("PreviousMode") == 0);
    nt.run_to("call_returned");
    CHECK(nt.thread("TrapFrame") == outer.value);
    CHECK(nt.thread("PreviousMode") == 1);
}

TEST_CASE("nesting: each level's frame hangs on the one above, and all come undone",
          "[nt][ring0]") {
    const std::uint32_t deeper = GENERATE(0U, 1U, 2U, 40U);
    KernelCaller nt;
    const LinearAddress user = nt.user_frame();
    nt.begin(nt.at("ZwRecurse"), {deeper});
    const std::uint32_t esp = nt.state().esp;
    nt.run_to("recurse_deepest");
    const Chain chain = chain_of(nt);
    REQUIRE(chain.frames.size() == deeper + 2);
    CHECK(chain.frames.back() == user);
    for (std::size_t i = 0; i + 1 < chain.frames.size(); ++i) {
        INFO("frame " << i);
        const bool outermost = i + 2 == chain.frames.size();
        CHECK((nt.dword(chain.frames[i] + 0x48) & 0xFF) == (outermost ? 1U : 0U));
        CHECK(chain.frames[i].value + kernel_frame < chain.frames[i + 1].value);
    }
    CHECK(nt.thread("PreviousMode") == 0);
    nt.run_to("call_returned");
    CHECK(nt.dword(nt.at("call_result")) == deeper);
    CHECK(nt.thread("TrapFrame") == user.value);
    CHECK(nt.thread("PreviousMode") == 1);
    CHECK(nt.state().esp == esp + 8);
    CHECK((nt.state().eflags & cpu::flag::intf) != 0);
}

TEST_CASE("nesting: it ends in a double fault where the kernel stack does", "[nt][ring0]") {
    KernelCaller nt;
    nt.begin(nt.at("ZwRecurse"), {1000});
    const LinearAddress limit{nt.thread("StackLimit")};
    const guest::StopReason stop = nt.run();
    CHECK(stop.kind == guest::StopKind::guest_failure);
    INFO(stop.message << "\n" << stop.report);
    CHECK_THAT(stop.message, Catch::Contains("bugcheck 0x7F"));
    // The task's own stack told it; the thread's was full to its last bytes.
    CHECK(nt.thread("TrapFrame") < limit.value + 0x200);
}

TEST_CASE("pointers: by Zw a service takes the kernel's, by Nt it takes its caller's",
          "[nt][ring0]") {
    KernelCaller nt;
    const std::uint32_t buffer = nt.at("kernel_buffer").value;
    CHECK(nt.call("nt!ZwQuerySystemTime", {buffer}) == 0);
    CHECK(nt.dword(LinearAddress{buffer + 4}) != 0);
    nt.set_dword(LinearAddress{buffer + 4}, 0);
    // PreviousMode is still the user's, whose pointers end below MmUserProbeAddress.
    CHECK(nt.call("nt!NtQuerySystemTime", {buffer}) == nt::STATUS_ACCESS_VIOLATION.value);
    CHECK(nt.dword(LinearAddress{buffer + 4}) == 0);
    CHECK(nt.call("nt!NtQuerySystemTime", {user_pages + 0x100}) == 0);
    CHECK(nt.call("nt!ZwQuerySystemTime", {user_pages + 0x100}) == 0);
}

TEST_CASE("pointers: one that leads nowhere is a status by either way", "[nt][ring0]") {
    KernelCaller nt;
    for (const char* const service : {"nt!ZwQuerySystemTime", "nt!NtQuerySystemTime"}) {
        INFO(service);
        for (const std::uint32_t pointer :
             {0U, nothing_there, 0x7FFEFFFFU, 0x7FFF0000U, 0x90000000U, 0xFFFFFFFCU}) {
            INFO(pointer);
            CHECK(nt.call(service, {pointer}) == nt::STATUS_ACCESS_VIOLATION.value);
        }
    }
    CHECK(nt.thread("PreviousMode") == 1);
}

TEST_CASE("Zw stubs: a number beyond the table is the kernel's caller's own fault", "[nt][ring0]") {
    KernelCaller nt;
    // The stub of service 1 with another number in its first instruction.
    nt.set_dword(nt.at("ZwRecurse") + 1, 0xFFF);
    CHECK(nt.call("ZwRecurse", {0}) == nt::STATUS_INVALID_SYSTEM_SERVICE.value);
    CHECK(nt.thread("PreviousMode") == 1);
    CHECK(nt.thread("TrapFrame") == nt.user_frame().value);
}
