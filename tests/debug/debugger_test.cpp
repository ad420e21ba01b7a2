// SPDX-License-Identifier: MIT
#include "debug/debugger.hpp"

#include <catch2/catch.hpp>

#include "base/archive.hpp"
#include "base/ensure.hpp"
#include "snapshot/timeline.hpp"
#include "support/ring_machine.hpp"

namespace ringside::debug {
namespace {

/// The test kernel without its board, which nothing here uses.
class RingSubject final : public snapshot::Subject {
  public:
    guest::Machine& machine() override { return ring.machine; }
    guest::StopReason run(const guest::Limits& limits) override {
        return ring.machine.run(ring.kernel, limits);
    }
    void persist(Archive& archive) override { ring.machine.persist(archive); }
    void forget_future() override {}

    test::RingMachine ring;
};

struct Session {
    std::string said(std::string_view line) { return debugger.execute(line); }
    [[nodiscard]] std::string place() {
        return subject.ring.kernel.symbols().describe(
            LinearAddress{subject.ring.machine.cpu().eip});
    }

    RingSubject subject;
    snapshot::Timeline timeline{subject};
    Debugger debugger{timeline, subject.ring.machine, subject.ring.kernel, {}};
};

}  // namespace

TEST_CASE("g: to an address, then to the end", "[debug]") {
    Session session;
    CHECK_THAT(session.said("g rings!user"), Catch::StartsWith("rings!user:\n"));
    CHECK(session.said("g") == "the program ended with status 0x55\n");
    CHECK(session.debugger.ended());
    CHECK(session.said("g") == "the program ended with status 0x55\n");
}

TEST_CASE("g: stops at an address again when it stands there already", "[debug]") {
    Session session;
    static_cast<void>(session.said("g rings!system_service"));
    static_cast<void>(session.said("g rings!system_service"));
    CHECK(session.place() == "rings!system_service");
    CHECK_FALSE(session.debugger.ended());
}

TEST_CASE("t: one instruction, through INT 2E into ring 0 and SYSENTER too", "[debug]") {
    Session session;
    static_cast<void>(session.said("g rings!user_int"));
    CHECK_THAT(session.said("t"), Catch::StartsWith("rings!system_service:\n"));
    static_cast<void>(session.said("g rings!user_sysenter"));
    CHECK_THAT(session.said("t"), Catch::StartsWith("rings!fast_call:\n"));
    static_cast<void>(session.said("t 2"));
    CHECK(session.place() == "rings!fast_call+0x3");
    CHECK_THROWS_AS(session.said("t 0"), InputError);
}

TEST_CASE("p: over a call, a gate and SYSENTER", "[debug]") {
    Session session;
    static_cast<void>(session.said("g rings!user_int"));
    static_cast<void>(session.said("p"));
    CHECK(session.place() == "rings!after_stub");
    static_cast<void>(session.said("g rings!user_sysenter"));
    static_cast<void>(session.said("p"));
    CHECK(session.place() == "rings!after_sysenter");

    Session calls;
    static_cast<void>(calls.said("g rings!user"));
    static_cast<void>(calls.said("p 4"));
    CHECK(calls.subject.ring.machine.cpu().registers[cpu::GeneralRegister::eax] == 42);
}

TEST_CASE("p: ends at a breakpoint on the way", "[debug]") {
    Session session;
    static_cast<void>(session.said("bp rings!service_add"));
    static_cast<void>(session.said("g rings!user_int"));
    CHECK_THAT(session.said("p"), Catch::StartsWith("breakpoint 0\nrings!service_add:\n"));
}

TEST_CASE("gu: to where a function returns to", "[debug]") {
    Session session;
    static_cast<void>(session.said("g rings!service_add"));
    static_cast<void>(session.said("gu"));
    CHECK(session.place() == "rings!leave");
}

TEST_CASE("bp, bl, bd, be, bc: a breakpoint's life", "[debug]") {
    Session session;
    CHECK(session.said("bl") == "no breakpoints\n");
    CHECK_THAT(session.said("bp rings!call_service"),
               Catch::StartsWith("breakpoint 0: execute at "));
    CHECK_THAT(session.said("g"), Catch::StartsWith("breakpoint 0\n"));
    CHECK_THAT(session.said("bl"), Catch::Contains("rings!call_service  1"));
    static_cast<void>(session.said("bd 0"));
    CHECK_THAT(session.said("bl"), Catch::Contains("off"));
    CHECK_THROWS_WITH(session.said("bc 7"), Catch::Contains("no breakpoint '7'"));
    static_cast<void>(session.said("be *"));
    CHECK_THAT(session.said("g"), Catch::StartsWith("breakpoint 0\n"));
    static_cast<void>(session.said("bc *"));
    CHECK(session.said("g") == "the program ended with status 0x55\n");
}

TEST_CASE("ba: stops behind the access and says who made it", "[debug]") {
    Session session;
    static_cast<void>(session.said("ba w4 rings!current_frame"));
    const std::string text = session.said("g");
    CHECK_THAT(text, Catch::StartsWith("breakpoint 0: write of 4 bytes at ") &&
                         Catch::Contains(" by rings!system_service+0x4") &&
                         Catch::Contains("00000000 before, 0008FFE0 now") &&
                         Catch::Contains("rings!frame_built:\n"));
    CHECK_THROWS_AS(session.said("ba q4 1000"), InputError);
    CHECK_THROWS_AS(session.said("ba w0 1000"), InputError);
    CHECK_THROWS_AS(session.said("ba w4"), InputError);
}

TEST_CASE("t-: from ring 0 back to the INT in ring 3", "[debug]") {
    Session session;
    static_cast<void>(session.said("g rings!system_service"));
    CHECK_THAT(session.said("t-"), Catch::StartsWith("rings!user_int:\n"));
    CHECK(session.subject.ring.machine.cpu().cpl == 3);
    CHECK_THAT(session.said("t"), Catch::StartsWith("rings!system_service:\n"));
}

TEST_CASE("g-: back to the last breakpoint, and to the beginning", "[debug]") {
    Session session;
    static_cast<void>(session.said("bp rings!user_int"));
    static_cast<void>(session.said("g"));
    CHECK(session.said("g") == "the program ended with status 0x55\n");
    CHECK_THAT(session.said("g-"), Catch::Contains("breakpoint 0\nrings!user_int:\n"));
    CHECK_THAT(session.said("g-"), Catch::StartsWith("this is where the run begins\n"));
    CHECK(session.said("t-") == "this is where the run begins\n");
    static_cast<void>(session.said("bc *"));
    CHECK(session.said("g") == "the program ended with status 0x55\n");
}

TEST_CASE("!tt: there and back", "[debug]") {
    Session session;
    static_cast<void>(session.said("g rings!user"));
    const std::string at = session.said("!tt");
    const std::string position = at.substr(3, at.find(',') - 3);
    static_cast<void>(session.said("g"));
    CHECK_THAT(session.said("!tt " + position), Catch::StartsWith("rings!user:\n"));
    CHECK_THAT(session.said("!tt 999999999999"), Catch::StartsWith("the run is known from "));
    CHECK_THROWS_AS(session.said("!tt x"), InputError);
}

TEST_CASE("q: the session is over", "[debug]") {
    Session session;
    CHECK(session.said("q").empty());
    CHECK(session.debugger.is_over());
}

TEST_CASE("a run that is looked at is the run that nobody looked at", "[debug]") {
    Session session;
    for (const auto* line : {"bp rings!user_int", "ba rw4 rings!current_frame", "g", "t 5", "k",
                             "r", "u", ".trap", "p 3", "g", "g", "bc *", "g"}) {
        try {
            static_cast<void>(session.said(line));
        } catch (const InputError&) {
        }
    }
    test::RingMachine plain;
    static_cast<void>(plain.run());
    CHECK(session.debugger.ended());
    CHECK(session.subject.ring.machine.cpu().clock == plain.machine.cpu().clock);
}

}  // namespace ringside::debug
