// SPDX-License-Identifier: MIT
#include "gdb/session.hpp"

#include <array>
#include <csignal>
#include <random>

#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include <fmt/format.h>
#include "gdb/hex.hpp"

#include "base/ensure.hpp"
#include "support/ring_machine.hpp"

namespace ringside::gdb {
namespace {

/// Both ends of a connection; the test holds the far one.
struct Line {
    Line() {
        std::array<int, 2> ends{};
        REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
        near = std::make_unique<Connection>(ends[0]);
        far = ends[1];
    }
    ~Line() { close(far); }
    Line(const Line&) = delete;
    Line& operator=(const Line&) = delete;

    [[nodiscard]] std::string heard() const {
        std::array<char, 1 << 16> buffer{};
        const auto count = recv(far, buffer.data(), buffer.size(), MSG_DONTWAIT);
        return count > 0 ? std::string(buffer.data(), static_cast<std::size_t>(count)) : "";
    }

    std::unique_ptr<Connection> near;
    int far = -1;
};

/// The one-page kernel with its program, under a debugger that begins at the program's entry.
struct Debugged {
    Debugged()
        : session({.machine = ring.machine,
                   .personality = ring.kernel,
                   .run =
                       [this](const guest::Limits& limits) {
                           return ring.machine.run(ring.kernel, limits);
                       },
                   .timeline = nullptr,
                   .limits = {},
                   .entry = ring.kernel.program_entry(),
                   .interrupted = [] { return false; }},
                  *line.near) {}

    std::string ask(std::string_view packet) { return session.answer(packet).value_or("(none)"); }
    [[nodiscard]] std::uint32_t eip() const { return ring.machine.cpu().eip; }
    [[nodiscard]] std::string at(std::string_view symbol) const {
        return fmt::format("{:x}", ring.kernel.at(symbol).value);
    }
    std::string monitor(std::string_view command) {
        CHECK(ask(fmt::format("qRcmd,{}", to_hex(command))) == "OK");
        std::string heard = line.heard();
        const auto begin = heard.find("$O");
        return begin == std::string::npos
                   ? ""
                   : text_from_hex(heard.substr(begin + 2, heard.find('#') - begin - 2)).value();
    }

    Line line;
    test::RingMachine ring;
    Session session;
};

}  // namespace

TEST_CASE("session: begins at the program's first instruction", "[gdb]") {
    Debugged test;
    CHECK(test.eip() == test.ring.kernel.at("user").value);
    CHECK(test.ask("?").starts_with("T05thread:1;04:00000800;"));
}

TEST_CASE("session: a step is one instruction, also into ring 0 and back", "[gdb]") {
    Debugged test;
    CHECK(test.ask(fmt::format("Z0,{},1", test.at("user_int"))) == "OK");
    CHECK(test.ask("qSupported:swbreak+").find("QStartNoAckMode+") != std::string::npos);
    CHECK(test.ask("vCont;c").ends_with("swbreak:;"));
    CHECK(test.eip() == test.ring.kernel.at("user_int").value);
    CHECK(test.ring.machine.cpu().cpl == 3);
    CHECK(test.ask("vCont;s:1;c").starts_with("T05"));
    CHECK(test.eip() == test.ring.kernel.at("system_service").value);
    CHECK(test.ring.machine.cpu().cpl == 0);
    CHECK(test.ask(fmt::format("Z1,{},1", test.at("leave_iret"))) == "OK");
    test.ask("c");
    CHECK(test.eip() == test.ring.kernel.at("leave_iret").value);
    test.ask("s");
    CHECK(test.ring.machine.cpu().cpl == 3);
    CHECK(test.eip() == test.ring.kernel.at("user_int").value + 2);
}

TEST_CASE("session: SYSENTER is stepped into, too", "[gdb]") {
    Debugged test;
    CHECK(test.ask(fmt::format("Z0,{},1", test.at("user_sysenter"))) == "OK");
    test.ask("c");
    test.ask("s");
    CHECK(test.eip() == test.ring.kernel.at("fast_call").value);
}

TEST_CASE("session: a breakpoint that is passed again stops again", "[gdb]") {
    Debugged test;
    CHECK(test.ask(fmt::format("Z0,{},1", test.at("frame_built"))) == "OK");
    test.ask("c");
    const std::uint64_t first = test.ring.machine.cpu().clock;
    test.ask("c");
    CHECK(test.eip() == test.ring.kernel.at("frame_built").value);
    CHECK(test.ring.machine.cpu().clock > first);
    CHECK(test.ask(fmt::format("z0,{},1", test.at("frame_built"))) == "OK");
    CHECK(test.ask("c") == "W55");
}

TEST_CASE("session: a watchpoint names what was written", "[gdb]") {
    Debugged test;
    const std::string field = test.at("current_frame");
    CHECK(test.ask(fmt::format("Z2,{},4", field)) == "OK");
    CHECK(test.ask("c").ends_with(fmt::format("watch:{};", field)));
    CHECK(test.ring.kernel.current_frame(test.ring.machine));
    CHECK(test.ask(fmt::format("z2,{},4", field)) == "OK");
    CHECK(test.ask("c") == "W55");
    CHECK(test.ask(fmt::format("Z2,{},0", field)) == "E22");
}

TEST_CASE("session: memory and registers are read and written", "[gdb]") {
    Debugged test;
    CHECK(test.ask("m70000,4") == "00000000");
    CHECK(test.ask("M70000,4:01020304") == "OK");
    CHECK(test.ask("m70000,4") == "01020304");
    CHECK(test.ask("X70000,2:}\x03}\x5d") == "OK");
    CHECK(test.ask("m70000,3") == "237d03");
    CHECK(test.ask("P0=78563412") == "OK");
    CHECK(test.ask("p0") == "78563412");
    const std::string all = test.ask("g");
    CHECK(all.starts_with("78563412"));
    CHECK(test.ask(fmt::format("G{}", all)) == "OK");
    CHECK(test.ask("G00112233") == "E01");
    CHECK(test.ask("p0") == "78563412");  // not even the first
    CHECK(test.ask("Pa=10000000") == "E.cs: the processor refuses the value in ring 3 with GP(10)");
    CHECK(test.ask("Pc=00000000") == "OK");  // DS
}

TEST_CASE("session: code that is written over is what runs", "[gdb]") {
    Debugged test;
    // MOV EAX,55h; OUT F4h,EAX in place of the program.
    CHECK(test.ask(fmt::format("M{},7:b855000000e7f4", test.at("user"))) == "OK");
    CHECK(test.ask("c") == "Wab");
}

TEST_CASE("session: system calls are caught by number on the way in and out", "[gdb]") {
    Debugged test;
    CHECK(test.ask("QCatchSyscalls:1;1") == "OK");
    CHECK(test.ask("c").ends_with("syscall_entry:1;"));
    CHECK(test.eip() == test.ring.kernel.at("fast_call").value);
    CHECK(test.ask("c").ends_with("syscall_return:1;"));
    CHECK(test.ring.machine.cpu().cpl == 3);
    CHECK(test.ask("QCatchSyscalls:0") == "OK");
    CHECK(test.ask("c") == "W55");
}

TEST_CASE("session: monitor catches by name, shows tables and physical memory", "[gdb]") {
    Debugged test;
    CHECK(test.monitor("catch Fail") == "1 system call is caught\n");
    CHECK(test.ask("c").find("syscall") == std::string::npos);
    CHECK(test.line.heard().find(to_hex(std::string_view("Fail enters the kernel"))) !=
          std::string::npos);
    CHECK(test.eip() == test.ring.kernel.at("fast_call").value);
    CHECK(test.monitor("!idt").find("rings!system_service") != std::string::npos);
    CHECK(test.monitor("idt").find("rings!system_service") != std::string::npos);
    CHECK(test.monitor("catch NtNothing") == "catch: no service NtNothing\n");
    CHECK(test.monitor("catch Fial") == "catch: no service Fial; did you mean Fail?\n");
    CHECK(test.monitor("physical on") == "addresses are physical now\n");
    CHECK(test.monitor("physical 1") == "physical: want on or off\n");
    CHECK(test.monitor("nonsense").find("no verb 'nonsense'") != std::string::npos);
    CHECK(test.monitor("g").find("can only look") != std::string::npos);
    CHECK(test.monitor("help").find("physical on|off") != std::string::npos);
}

TEST_CASE("session: exceptions are caught when asked for", "[gdb]") {
    Debugged test;
    CHECK(test.monitor("catch exceptions") == "exceptions are caught\n");
    CHECK(test.ask("c") == "W55");  // INT3 is an instruction's doing, not an exception of it
}

TEST_CASE("session: what it does not know gets the empty answer", "[gdb]") {
    Debugged test;
    CHECK(test.ask("vMustReplyEmpty").empty());
    CHECK(test.ask("qTStatus").empty());
    CHECK(test.ask("bc").empty());
    CHECK(test.ask("").empty());
    CHECK(test.ask("Z7,0,1").empty());
}

TEST_CASE("session: malformed packets are refused", "[gdb][hostile]") {
    Debugged test;
    for (const std::string_view packet : {"m",
                                          "m100000000,1",
                                          "mzz,1",
                                          "m0",
                                          "M0,2:01",
                                          "M0,1:zz",
                                          "X0,9:a",
                                          "p999",
                                          "pz",
                                          "P0",
                                          "P0=0",
                                          "G00",
                                          "Z0",
                                          "Z0,x,1",
                                          "Hq",
                                          "Hg77",
                                          "T99",
                                          "vCont;",
                                          "vCont",
                                          "vCont;x",
                                          "QCatchSyscalls:1;z",
                                          "QCatchSyscalls:2",
                                          "qXfer:features:read:target.xml:z,1",
                                          "qRcmd,1",
                                          "qThreadExtraInfo,z"}) {
        INFO(packet);
        CHECK(test.ask(packet).starts_with("E"));
    }
    CHECK(test.ask("qXfer:features:read:other.xml:0,100") == "E00");
    CHECK(test.ask("vFile:open:zz,0,0") == "F-1,2");
    CHECK(test.ask("vFile:pread:0,10,0") == "F-1,9");
    CHECK(test.ask("vFile:close:9") == "F-1,9");
    CHECK(test.eip() == test.ring.kernel.at("user").value);
}

TEST_CASE("session: the symbol file is read in parts as it is wanted", "[gdb]") {
    Debugged test;
    CHECK(test.ask("qXfer:exec-file:read::0,100") == "l/guest/rings");
    CHECK(test.ask(fmt::format("vFile:open:{},0,1c0", to_hex(std::string_view("/guest/rings")))) ==
          "F0");
    const std::string part = test.ask("vFile:pread:0,4,0");
    CHECK(part ==
          "F4;\x7F"
          "ELF");
    CHECK(test.ask("vFile:pread:0,4,fffffff") == "F0;");
    CHECK(test.ask("vFile:fstat:0").starts_with("F40;"));
    CHECK(test.ask("vFile:close:0") == "F0");
    CHECK(test.ask(fmt::format("vFile:open:{},0,1c0", to_hex(std::string_view("/etc/passwd")))) ==
          "F-1,2");
}

TEST_CASE("session: random packets neither crash nor hang it", "[gdb][hostile]") {
    std::mt19937 random(20);
    constexpr std::array<std::string_view, 26> seeds{
        "g",
        "G",
        "m100000,4",
        "M100000,1:00",
        "X70000,1:a",
        "p8",
        "P8=00001000",
        "Z0,100000,1",
        "z0,100000,1",
        "Z2,70000,4",
        "Z4,ffffffff,ffffffff",
        "Hg1",
        "T1",
        "vCont;s:1",
        "vCont?",
        "qSupported:a;b",
        "qXfer:features:read:target.xml:0,ffff",
        "qXfer:threads:read::0,fff",
        "qXfer:libraries:read::0,fff",
        "vFile:open:2f,0,0",
        "vFile:pread:0,ffffffffffffffff,ffffffffffffffff",
        "qRcmd,706879736963616c",
        "QCatchSyscalls:1;1",
        "qThreadExtraInfo,1",
        "bs",
        "qRcmd,6964742030"};
    for (int run = 0; run < 40; ++run) {
        Debugged test;
        for (int i = 0; i < 100; ++i) {
            std::string packet(seeds.at(random() % seeds.size()));
            for (auto k = random() % 3; k-- > 0 && !packet.empty();) {
                packet[random() % packet.size()] = static_cast<char>(random() % 128);
            }
            // What makes the machine run may run for ever in what was written over.
            if (packet[0] == 'c' || packet[0] == 'C' || packet.starts_with("vCont;c")) {
                continue;
            }
            static_cast<void>(test.ask(packet));
            static_cast<void>(test.line.heard());
        }
    }
}

TEST_CASE("session: a signal ends the wait for a debugger that reads nothing", "[gdb][hostile]") {
    struct sigaction action {};
    struct sigaction before {};
    action.sa_handler = [](int) {};
    REQUIRE(sigaction(SIGALRM, &action, &before) == 0);
    const timeval interval{.tv_sec = 0, .tv_usec = 200'000};
    const itimerval soon{.it_interval = interval, .it_value = interval};
    REQUIRE(setitimer(ITIMER_REAL, &soon, nullptr) == 0);
    Line line;
    CHECK_FALSE(line.near->write(std::string(std::size_t{16} << 20, 'x')));
    const itimerval never{};
    CHECK(setitimer(ITIMER_REAL, &never, nullptr) == 0);
    CHECK(sigaction(SIGALRM, &before, nullptr) == 0);
}

TEST_CASE("session: addresses are taken apart", "[gdb]") {
    CHECK(Address::parse("1234").is_loopback());
    CHECK(Address::parse("1234").port == "1234");
    CHECK(Address::parse("localhost:0").is_loopback());
    CHECK_FALSE(Address::parse("0.0.0.0:1234").is_loopback());
    CHECK(Address::parse("[::1]:77").host == "::1");
    CHECK(Address::parse("unix:/tmp/a").unix_path == "/tmp/a");
    for (const std::string_view bad : {"", "x", "70000", "host:", "unix:", "1:2:x"}) {
        INFO(bad);
        CHECK_THROWS_AS(Address::parse(bad), InputError);
    }
    CHECK_THROWS_WITH(Address::parse("80:"), Catch::StartsWith("--gdb '80:': want [ADDR:]PORT"));
}

}  // namespace ringside::gdb
