// SPDX-License-Identifier: MIT
#include "guest/patch.hpp"

#include <catch2/catch.hpp>

#include "base/ensure.hpp"
#include "support/ring_machine.hpp"

namespace ringside::guest {
namespace {

Patches parsed(std::string_view text) {
    Patches patches;
    patches.add_file("a.patch", text);
    return patches;
}

void apply(test::RingMachine& ring, std::string_view text) {
    parsed(text).apply(PatchTime::late, ring.machine, ring.kernel);
}

}  // namespace

TEST_CASE("patch: bytes at a symbol change what runs", "[guest][patch]") {
    test::RingMachine ring;
    apply(ring, "# mov eax, 5; ret\nrings!service_add  B8 05000000  c3  # and a comment\n");
    CHECK(ring.run().status == 11);
}

TEST_CASE("patch: a dword may be a number or a symbol", "[guest][patch]") {
    test::RingMachine ring;
    apply(ring,
          "rings!service_table = rings!service_fail\n"
          "service_table+4 = 0x12345678\n");
    const std::uint32_t table = ring.kernel.at("service_table").value;
    CHECK(ring.machine.memory().read<std::uint32_t>({table}) ==
          ring.kernel.at("service_fail").value);
    CHECK(ring.machine.memory().read<std::uint32_t>({table + 4}) == 0x12345678);
}

TEST_CASE("patch: addresses as C writes them and as reports print them", "[guest][patch]") {
    test::RingMachine ring;
    apply(ring, "0x50000 01\n00050001 02\n327682 03\n");
    CHECK(ring.machine.memory().read<std::uint32_t>({0x50000}) == 0x00030201);
}

TEST_CASE("patch: code that has run already is decoded anew", "[guest][patch]") {
    test::RingMachine ring;
    test::RingMachine plain;
    REQUIRE(plain.run().status == 85);
    // Stop at the service's first use, then change it.
    class Stop : public cpu::CpuObserver {
      public:
        explicit Stop(Machine& machine) : machine_(machine) {}
        void transition(const cpu::Transition& transition) override {
            if (transition.kind == cpu::TransitionKind::software_interrupt) {
                machine_.stop();
            }
        }
        void reached(LinearAddress) override {}

      private:
        Machine& machine_;
    } stop(ring.machine);
    ring.machine.observers().add(stop);
    REQUIRE(ring.run().kind == StopKind::observer);
    ring.machine.observers().remove(stop);
    apply(ring, "service_add B8 05000000 C3");
    CHECK(ring.run().status == 11);
}

TEST_CASE("patch: early and late lines are applied apart", "[guest][patch]") {
    test::RingMachine ring;
    const Patches patches = parsed("early 0x50000 01\n0x50001 02\n");
    CHECK(patches.has(PatchTime::early));
    CHECK(patches.has(PatchTime::late));
    patches.apply(PatchTime::early, ring.machine, ring.kernel);
    CHECK(ring.machine.memory().read<std::uint16_t>({0x50000}) == 0x0001);
    patches.apply(PatchTime::late, ring.machine, ring.kernel);
    CHECK(ring.machine.memory().read<std::uint16_t>({0x50000}) == 0x0201);
    CHECK_FALSE(parsed("# nothing\n\n").has(PatchTime::late));
}

TEST_CASE("patch: a line of another form is named with file and line", "[guest][patch]") {
    for (const char* text : {"\nwhere", "\nwhere 1", "\nwhere 0G", "\nwhere 00 0", "\nwhere =",
                             "\nearly", "\nearly where", "\nwhere = 1 2", "\n\x01\xFF zz"}) {
        INFO(text);
        CHECK_THROWS_WITH(parsed(text), Catch::StartsWith("a.patch:2: "));
    }
}

TEST_CASE("patch: a place that does not exist is an error, not a crash", "[guest][patch]") {
    test::RingMachine ring;
    CHECK_THROWS_WITH(apply(ring, "nt!Nothing 00"), Catch::Contains("'nt!Nothing' is no address"));
    CHECK_THROWS_WITH(apply(ring, "0x50000 = nowhere"), Catch::Contains("'nowhere'"));
    CHECK_THROWS_WITH(apply(ring, "0xFFFFFFFE = 1"), Catch::Contains("beyond 4 GiB"));
    CHECK_THROWS_AS(apply(ring, "0x100000000 00"), InputError);
    ring.machine.cpu().cr3 = 0x300000;
    ring.machine.cpu().cr0 |= cpu::cr0::pg;
    ring.machine.cpu().paging_changed();
    CHECK_THROWS_WITH(apply(ring, "0x50000 00"),
                      Catch::Contains("page at 00050000 is not present"));
}

}  // namespace ringside::guest
