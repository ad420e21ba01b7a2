// SPDX-License-Identifier: MIT
#include "trace/stepper.hpp"

#include <catch2/catch.hpp>

#include "support/ring_machine.hpp"

namespace ringside::trace {
namespace {

class Steps : public Sink {
  public:
    void begin(const Header&) override {}
    void record(const Record&) override {}
    void instruction(const Instruction& one) override { all.push_back(one); }
    void end(const Footer&) override {}
    std::vector<Instruction> all;
};

std::vector<Instruction> stepped(Scope scope, std::uint32_t block_limit = 64) {
    test::RingMachine ring(block_limit);
    Steps steps;
    Tracer tracer(ring.machine, ring.kernel, steps, false);
    const Stepper stepper(ring.machine, ring.kernel, tracer, steps, scope);
    REQUIRE(ring.run().kind == guest::StopKind::guest_exit);
    return steps.all;
}

}  // namespace

TEST_CASE("stepper: each instruction of ring 3 once, in order, with its clock", "[trace]") {
    const auto user = stepped(Scope::user);
    const std::vector<std::string> expected{
        "push 0x02", "push 0x28",    "xor eax, eax",  "call 0x",      "lea edx, ",
        "int 0x2E",  "ret",          "add esp, 0x08", "mov ebx, eax", "int3",
        "mov eax, ", "mov edx, esp", "sysenter",      "mov eax, ebx", "out 0xF4"};
    REQUIRE(user.size() == expected.size());
    for (std::size_t i = 0; i < user.size(); ++i) {
        INFO(user[i].text);
        CHECK(user[i].text.starts_with(expected[i]));
        CHECK(user[i].ring == 3);
        CHECK((i == 0 || user[i].clock.value >= user[i - 1].clock.value));
    }
    CHECK(user[5].bytes == "CD 2E");
    CHECK(user[5].place == "rings!user_int");
    CHECK(user[5].module == "rings");
}

TEST_CASE("stepper: the two scopes of rings are all there is", "[trace]") {
    const auto all = stepped(Scope::all).size();
    const auto user = stepped(Scope::user).size();
    const auto kernel = stepped(Scope::kernel).size();
    CHECK(kernel > 20);
    CHECK(user + kernel == all);
}

TEST_CASE("stepper: other block sizes give the same steps, and watching changes no clock",
          "[trace]") {
    const auto whole = stepped(Scope::all);
    const auto single = stepped(Scope::all, 1);
    REQUIRE(single.size() == whole.size());
    for (std::size_t i = 0; i < whole.size(); ++i) {
        CHECK(single[i].at == whole[i].at);
        CHECK(single[i].clock == whole[i].clock);
    }
    test::RingMachine plain;
    REQUIRE(plain.run().kind == guest::StopKind::guest_exit);
    test::RingMachine watched;
    Steps steps;
    Tracer tracer(watched.machine, watched.kernel, steps, false);
    const Stepper stepper(watched.machine, watched.kernel, tracer, steps, Scope::all);
    REQUIRE(watched.run().kind == guest::StopKind::guest_exit);
    CHECK(plain.machine.cpu().clock == watched.machine.cpu().clock);
}

}  // namespace ringside::trace
