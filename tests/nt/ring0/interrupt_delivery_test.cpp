// SPDX-License-Identifier: MIT
// When a device's interrupt is taken, and what it finds.
#include "nt/ring0/kernel_caller.hpp"

using namespace ringside;
using namespace ringside::test;

namespace {

constexpr std::uint32_t copy_bytes = 0x2000;

class Devices : public KernelCaller {
  public:
    explicit Devices(std::string_view start = "call_kernel") : KernelCaller(start) {}
    /// Object NAME claims all of its line's interrupts; they are logged with `context`.
    void connect(const std::string& name, unsigned line, std::uint32_t context) {
        const std::uint32_t object = at("object_" + name).value;
        call("KeInitializeInterrupt", {object, at("service_routine").value, context, 0, 0x30 + line,
                                       27 - line, 27 - line, 0, 1, 0, 0});
        REQUIRE((call("KeConnectInterrupt", {object}) & 0xFF) == 1);
        set_dword(at("claims") + context * 4, 100);
    }
    std::vector<std::uint32_t> contexts() {
        std::vector<std::uint32_t> result;
        const std::uint32_t count = dword(at("log_count"));
        for (std::uint32_t i = 0; i < count; ++i) {
            result.push_back(dword(at("log") + i * 4) & 0xFF);
        }
        return result;
    }
};

}  // namespace

TEST_CASE("delivery: a string instruction is interrupted between iterations", "[nt][interrupt]") {
    Devices nt;
    nt.connect("a", 5, 1);
    nt.run_to("call_kernel_back");
    nt.jump("copy");
    nt.run_to("copy_repeat");
    const CpuState before = nt.state();
    nt.raise_at({5, before.clock + 3000});
    nt.run_to("service_routine");
    const LinearAddress frame = nt.user_frame();
    CHECK(nt.dword(frame + 0x68) == nt.at("copy_repeat").value);
    const std::uint32_t left = nt.dword(frame + 0x40);  // Ecx
    CHECK(left > 0);
    CHECK(left < copy_bytes);
    CHECK(nt.dword(frame + 0x58) == before.esi + (copy_bytes - left));
    CHECK(nt.dword(frame + 0x54) == before.edi + (copy_bytes - left));
    CHECK(nt.dword(frame + 0x3C) == before.edx);
    CHECK(nt.state().clock >= before.clock + 3000);
    nt.run_to("copy_done");
    CHECK(nt.state().ecx == 0);
    CHECK(nt.dword(nt.at("copy_to") + copy_bytes - 4) == 0x12345678);
    CHECK(nt.contexts() == std::vector<std::uint32_t>{1});
}

TEST_CASE("delivery: what comes while interrupts are off is taken in order behind the shadow",
          "[nt][interrupt]") {
    Devices nt;
    nt.connect("a", 5, 1);
    nt.connect("b", 1, 2);
    nt.connect("c", 15, 3);
    nt.set_dword(nt.at("log_count"), 0);
    nt.begin(nt.at("masked"));
    nt.run_to("masked_begins");
    const std::uint64_t now = nt.state().clock;
    for (const auto& [line, after] : {std::pair{5U, 10U}, {15U, 20U}, {5U, 30U}, {1U, 40U}}) {
        nt.raise_at({line, now + after});
    }
    nt.run_to("masked_ends");
    CHECK(nt.contexts().empty());
    // STI: the instruction behind it runs first.
    nt.run_to("masked_shadow");
    CHECK(nt.contexts().empty());
    nt.run_to("service_routine");
    CHECK(nt.dword(LinearAddress{nt.state().ebp} + 0x68) == nt.at("masked_open").value);
    nt.run_to("call_returned");
    CHECK(nt.contexts() == std::vector<std::uint32_t>{2, 3, 1, 1});
}

TEST_CASE("delivery: nothing is lost beside the clock", "[nt][interrupt]") {
    Devices nt;
    nt.connect("a", 5, 1);
    nt.set_dword(nt.at("log_count"), 0);
    const LinearAddress ticks{0xFFDF0000};
    const std::uint32_t ticks_before = nt.dword(ticks);
    nt.begin(nt.at("masked"));
    nt.run_to("masked_begins");
    const std::uint64_t now = nt.state().clock;
    nt.raise_at({0, now + 1});
    nt.raise_at({5, now + 2});
    nt.raise_at({0, now + 3});
    nt.run_to("call_returned");
    CHECK(nt.contexts() == std::vector<std::uint32_t>{1});
    CHECK(nt.dword(ticks) == ticks_before + 2);
}

TEST_CASE("delivery: a tick is charged to the ring it interrupts", "[nt][interrupt]") {
    Devices nt;
    nt.run_to("call_kernel_back");
    const std::uint32_t user = nt.thread("UserTime");
    const std::uint32_t kernel = nt.thread("KernelTime");
    nt.jump("spin");
    nt.raise_at({0, nt.state().clock});
    nt.run_to("KiClockInterrupt");
    nt.run_to("spin");
    CHECK(nt.thread("UserTime") == user + 1);
    CHECK(nt.thread("KernelTime") == kernel);
    nt.jump("call_kernel");
    nt.begin(nt.at("stay"));
    nt.raise_at({0, nt.state().clock});
    nt.run_to("KiClockInterrupt");
    nt.run_to("stay");
    CHECK(nt.thread("UserTime") == user + 1);
    CHECK(nt.thread("KernelTime") == kernel + 1);
}

TEST_CASE("delivery: an idle machine wakes for a device, and is no deadlock before",
          "[nt][interrupt]") {
    Devices nt;
    nt.connect("a", 5, 1);
    nt.set_dword(nt.at("log_count"), 0);
    nt.run_to("call_kernel_back");
    nt.jump("wait_forever");
    const std::uint64_t now = nt.state().clock;
    nt.raise_at({5, now + 300'000});
    nt.raise_at({5, now + 600'000});
    nt.run_to("service_routine");
    CHECK(nt.state().clock >= now + 300'000);
    CHECK(nt.state().clock < now + 302'000);
    const guest::StopReason stop = nt.run();
    CHECK(stop.kind == guest::StopKind::deadlock);
    CHECK(nt.contexts() == std::vector<std::uint32_t>{1, 1});
    CHECK(nt.state().clock >= now + 600'000);
    CHECK(nt.state().clock < now + 602'000);
}
