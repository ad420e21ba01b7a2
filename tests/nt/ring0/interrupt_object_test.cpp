// SPDX-License-Identifier: MIT
// KINTERRUPT: what connects, who is asked, and how often.
#include "nt/ring0/kernel_caller.hpp"

using namespace ringside;
using namespace ringside::test;

namespace {

constexpr std::uint32_t irql = 22;
constexpr std::uint32_t level_sensitive = 0;
constexpr std::uint32_t latched = 1;

// Offsets of KINTERRUPT; data/nt/kinterrupt.tsv.
constexpr std::uint32_t list_entry = 0x04;
constexpr std::uint32_t dispatch_address = 0x20;
constexpr std::uint32_t connected = 0x28;  // Irql, SynchronizeIrql, FloatingSave, Connected
constexpr std::uint32_t service_count = 0x34;
constexpr std::uint32_t dispatch_count = 0x38;
constexpr std::uint32_t dispatch_code = 0x3C;

struct Terms {
    std::uint32_t context = 1;
    std::uint32_t vector = 0x35;
    std::uint32_t level = irql;
    std::uint32_t synchronize = irql;
    std::uint32_t mode = level_sensitive;
    std::uint32_t shared = 1;
    std::uint32_t processor = 0;
    std::uint32_t floating = 0;
};

class Interrupts : public KernelCaller {
  public:
    std::uint32_t object(const std::string& name) { return at("object_" + name).value; }
    void initialize(const std::string& name, const Terms& terms) {
        call("KeInitializeInterrupt", {object(name), at("service_routine").value, terms.context, 0,
                                       terms.vector, terms.level, terms.synchronize, terms.mode,
                                       terms.shared, terms.processor, terms.floating});
    }
    bool connect(const std::string& name) {
        return (call("KeConnectInterrupt", {object(name)}) & 0xFF) != 0;
    }
    bool connect(const std::string& name, const Terms& terms) {
        initialize(name, terms);
        return connect(name);
    }
    bool disconnect(const std::string& name) {
        return (call("KeDisconnectInterrupt", {object(name)}) & 0xFF) != 0;
    }
    void claims(std::uint32_t context, std::uint32_t times) {
        set_dword(at("claims") + context * 4, times);
    }
    /// Raises the line and answers the contexts that were asked, each with the level << 8.
    std::vector<std::uint32_t> interrupt(unsigned line = 5) {
        set_dword(at("log_count"), 0);
        run_to("call_kernel_back");
        raise_at({line, state().clock});
        run_to("KiExitIret");
        std::vector<std::uint32_t> asked;
        const std::uint32_t count = dword(at("log_count"));
        for (std::uint32_t i = 0; i < count; ++i) {
            asked.push_back(dword(at("log") + i * 4));
        }
        return asked;
    }
    std::uint32_t field(const std::string& name, std::uint32_t offset) {
        return dword(LinearAddress{object(name) + offset});
    }
    std::uint32_t gate(std::uint32_t vector = 0x35) {
        const LinearAddress entry{0x8003F400 + vector * 8};
        return (dword(entry) & 0xFFFF) | (dword(entry + 4) & 0xFFFF0000);
    }
    std::uint32_t unclaimed() { return dword(at("KiUnclaimedInterruptCount")); }
};

constexpr std::uint32_t asked(std::uint32_t context, std::uint32_t level = irql) {
    return level << 8 | context;
}
using Asked = std::vector<std::uint32_t>;

}  // namespace

TEST_CASE("interrupt object: its own dispatch code is where the gate leads", "[nt][interrupt]") {
    Interrupts nt;
    const std::uint32_t before = nt.gate();
    REQUIRE(nt.connect("a", {}));
    CHECK(nt.gate() == nt.object("a") + dispatch_code);
    CHECK(nt.field("a", dispatch_address) == nt.at("KiInterruptDispatch").value);
    CHECK(nt.field("a", connected) >> 24 == 1);
    nt.claims(1, 1);
    CHECK(nt.interrupt() == Asked{asked(1)});
    CHECK(nt.field("a", dispatch_count) == 1);
    CHECK(nt.field("a", service_count) == 1);
    CHECK(nt.unclaimed() == 0);
    CHECK(nt.pcr("Irql") == 0);
    CHECK(nt.disconnect("a"));
    CHECK(nt.gate() == before);
    CHECK(nt.interrupt().empty());
    CHECK(nt.unclaimed() == 1);
}

TEST_CASE("interrupt object: what nobody claims is counted", "[nt][interrupt]") {
    Interrupts nt;
    REQUIRE(nt.connect("a", {}));
    REQUIRE(nt.connect("b", {.context = 2}));
    CHECK(nt.interrupt() == Asked{asked(1), asked(2)});
    CHECK(nt.unclaimed() == 1);
    CHECK(nt.field("a", service_count) == 0);
    CHECK(nt.interrupt(6).empty());
    CHECK(nt.unclaimed() == 2);
}

TEST_CASE("interrupt object: on a level the first claim ends the round", "[nt][interrupt]") {
    Interrupts nt;
    REQUIRE(nt.connect("a", {}));
    REQUIRE(nt.connect("b", {.context = 2}));
    REQUIRE(nt.connect("c", {.context = 3}));
    CHECK(nt.gate() == nt.object("a") + dispatch_code);
    CHECK(nt.field("a", dispatch_address) == nt.at("KiChainedDispatch").value);
    nt.claims(2, 1);
    nt.claims(3, 1);
    CHECK(nt.interrupt() == Asked{asked(1), asked(2)});
    CHECK(nt.interrupt() == Asked{asked(1), asked(2), asked(3)});
    CHECK(nt.unclaimed() == 0);
}

TEST_CASE("interrupt object: on an edge all are asked until nobody claims", "[nt][interrupt]") {
    Interrupts nt;
    REQUIRE(nt.connect("a", {.mode = latched}));
    REQUIRE(nt.connect("b", {.context = 2, .mode = latched}));
    nt.claims(1, 1);
    nt.claims(2, 2);
    CHECK(nt.interrupt() == Asked{asked(1), asked(2), asked(1), asked(2), asked(1), asked(2)});
    CHECK(nt.field("a", service_count) == 1);
    CHECK(nt.field("b", service_count) == 2);
    CHECK(nt.unclaimed() == 0);
    CHECK(nt.interrupt() == Asked{asked(1), asked(2)});
    CHECK(nt.unclaimed() == 1);
}

TEST_CASE("interrupt object: the routine runs at its SynchronizeIrql", "[nt][interrupt]") {
    Interrupts nt;
    REQUIRE(nt.connect("a", {.synchronize = irql + 2}));
    REQUIRE(nt.connect("b", {.context = 2}));
    CHECK(nt.interrupt() == Asked{asked(1, irql + 2), asked(2)});
    CHECK(nt.pcr("Irql") == 0);
}

TEST_CASE("interrupt object: terms that nobody can have do not connect", "[nt][interrupt]") {
    const Terms wrong =
        GENERATE(Terms{.vector = 0x100}, Terms{.vector = 0xFFFFFFFF}, Terms{.vector = 0x30},
                 Terms{.vector = 0x2E}, Terms{.vector = 0x0E}, Terms{.vector = 0x20},
                 Terms{.level = 22, .synchronize = 21}, Terms{.synchronize = 32},
                 Terms{.processor = 1}, Terms{.floating = 1});
    Interrupts nt;
    const std::uint32_t gate = nt.gate(0x2E);
    CHECK_FALSE(nt.connect("a", wrong));
    CHECK(nt.field("a", connected) >> 24 == 0);
    CHECK(nt.gate(0x2E) == gate);
    CHECK_FALSE(nt.disconnect("a"));
}

TEST_CASE("interrupt object: a vector is shared only on the same terms", "[nt][interrupt]") {
    Interrupts nt;
    REQUIRE(nt.connect("a", {}));
    CHECK_FALSE(nt.connect("b", {.shared = 0}));
    CHECK_FALSE(nt.connect("b", {.mode = latched}));
    CHECK_FALSE(nt.connect("b", {.level = irql - 1}));
    CHECK_FALSE(nt.connect("a"));
    REQUIRE(nt.connect("c", {.vector = 0x36, .shared = 0}));
    CHECK_FALSE(nt.connect("b", {.vector = 0x36}));
    CHECK(nt.field("a", dispatch_address) == nt.at("KiInterruptDispatch").value);
}

TEST_CASE("interrupt object: the list closes over whoever leaves it", "[nt][interrupt]") {
    Interrupts nt;
    REQUIRE(nt.connect("a", {}));
    REQUIRE(nt.connect("b", {.context = 2}));
    REQUIRE(nt.connect("c", {.context = 3}));
    SECTION("the first") {
        CHECK(nt.disconnect("a"));
        CHECK(nt.gate() == nt.object("b") + dispatch_code);
        CHECK(nt.interrupt() == Asked{asked(2), asked(3)});
        CHECK(nt.disconnect("b"));
        CHECK(nt.interrupt() == Asked{asked(3)});
        CHECK(nt.field("c", dispatch_address) == nt.at("KiInterruptDispatch").value);
    }
    SECTION("one in the middle, then the last") {
        CHECK(nt.disconnect("b"));
        CHECK(nt.interrupt() == Asked{asked(1), asked(3)});
        CHECK(nt.disconnect("c"));
        CHECK(nt.interrupt() == Asked{asked(1)});
        CHECK(nt.field("a", list_entry) == nt.object("a") + list_entry);
        CHECK(nt.field("a", dispatch_address) == nt.at("KiInterruptDispatch").value);
    }
    SECTION("and back again, to the end") {
        CHECK(nt.disconnect("a"));
        CHECK(nt.connect("a"));
        CHECK(nt.interrupt() == Asked{asked(2), asked(3), asked(1)});
    }
}

TEST_CASE("interrupt object: a gate that somebody hooked belongs to nobody", "[nt][interrupt]") {
    Interrupts nt;
    REQUIRE(nt.connect("a", {}));
    nt.set_gate(0x35, 0x81808E0000080000);  // the first byte of the tests' page
    CHECK_FALSE(nt.connect("b", {.context = 2}));
    CHECK_FALSE(nt.disconnect("a"));
    CHECK(nt.field("a", connected) >> 24 == 1);
}
