// SPDX-License-Identifier: MIT
#include "trace/tracer.hpp"

#include <catch2/catch.hpp>

#include "support/ring_machine.hpp"

namespace ringside::trace {
namespace {

class Collected : public Sink {
  public:
    void begin(const Header&) override {}
    void record(const Record& record) override { records.push_back(record); }
    void end(const Footer&) override {}
    std::vector<Record> records;
};

std::vector<Record> traced(bool startup = false, std::uint32_t block_limit = 64) {
    test::RingMachine ring(block_limit);
    Collected sink;
    Tracer tracer(ring.machine, ring.kernel, sink, startup);
    const auto stop = ring.run();
    INFO(stop.message);
    REQUIRE(stop.kind == guest::StopKind::guest_exit);
    REQUIRE(stop.status == 85);  // (40 + 2) << 1 | 1
    tracer.finish();
    return sink.records;
}

}  // namespace

TEST_CASE("tracer: int 2E, int3 and sysenter are three records in their order", "[trace]") {
    const auto records = traced();
    REQUIRE(records.size() == 3);
    CHECK(records[0].kind == RecordKind::call);
    CHECK(records[0].entry->kind == cpu::TransitionKind::software_interrupt);
    CHECK(records[1].kind == RecordKind::software_interrupt);
    CHECK(records[2].kind == RecordKind::call);
    CHECK(records[2].entry->kind == cpu::TransitionKind::sysenter);
    CHECK(records[0].number == 1);
    CHECK(records[2].number == 3);
}

TEST_CASE("tracer: a call by int 2E shows its stub, gate and stack switch", "[trace]") {
    const Record call = traced().front();
    CHECK(call.call_name == "Add");
    CHECK(call.origin == "rings!user_int");
    REQUIRE(call.callers.size() == 1);
    CHECK(call.callers[0] == "rings!user+0xB");
    CHECK(call.gate->selector.value() == 0x08);
    CHECK(call.gate->target == "rings!system_service");
    CHECK(call.gate->dpl == 3);
    CHECK(call.gate->switches_stack);
    CHECK(call.gate->stack == 0x90000);
    CHECK(call.entry->before.ss.value() == 0x23);
    CHECK(call.entry->after.ss.value() == 0x10);
    CHECK(call.entry->after.esp == 0x90000 - 20);
}

TEST_CASE("tracer: a call is made through a stub, or directly", "[trace]") {
    const auto records = traced();
    CHECK(records[0].module == "rings");
    CHECK(records[0].via == "rings");
    CHECK(records[0].modules == std::vector<std::string>{"rings"});
    CHECK(records[1].via.empty());
    CHECK(records[2].module == "rings");
    CHECK(records[2].via == "direct");
    CHECK_FALSE(records[2].stub);
}

TEST_CASE("tracer: a stub is a stage before the gate", "[trace]") {
    const Record call = traced().front();
    REQUIRE(call.stub);
    CHECK(call.stub->ends == call.entry->clock_before);
    CHECK(call.stub->begins < call.stub->ends);
    REQUIRE(call.stub->changed.size() == 1);  // lea edx, [esp + 4]
    CHECK(call.stub->changed[0].name == "edx");
    CHECK(call.stub->changed[0].after == call.entry->before.esp + 4);
}

TEST_CASE("tracer: each stage says which registers it changed", "[trace]") {
    const Record call = traced().front();
    const auto names = [&call](std::size_t stage) {
        std::string result;
        for (const RegisterChange& change : call.stages[stage].changed) {
            result += std::string(change.name) + " ";
        }
        return result;
    };
    CHECK(names(0) == "esp ");         // push 0; push ebp; push ebx
    CHECK(names(1) == "ebx ebp ");     // up to the copy: mov ebp, esp; mov ebx, [table]
    CHECK(names(2) == "esp ");         // two arguments
    CHECK(names(3) == "eax eflags ");  // add eax, [esp + 8]
    CHECK(call.stages[3].changed[0].before == 0);
    CHECK(call.stages[3].changed[0].after == 42);
    CHECK(names(4) == "ebx esp ebp eflags ");
    const auto gate = changes_of(*call.entry);
    REQUIRE(gate.size() == 5);  // IF is cleared
    CHECK(gate[0].name == "cs");
    CHECK(gate[0].before == 0x1B);
    CHECK(gate[0].after == 0x08);
}

TEST_CASE("tracer: the frame is read when it is complete", "[trace]") {
    const Record call = traced().front();
    REQUIRE(call.frame);
    CHECK(call.frame->at == LinearAddress{0x90000 - 0x20});
    CHECK(call.frame->find("SegCs")->value == 0x1B);
    CHECK(call.frame->find("HardwareSegSs")->value == 0x23);
    CHECK(call.frame->find("HardwareEsp")->value == call.entry->before.esp);
    CHECK(call.frame->find("Eip")->value == call.entry->before.eip + 2);
    CHECK(call.frame->find("NoSuchField") == nullptr);
}

TEST_CASE("tracer: stages follow without gaps from the gate to the way out", "[trace]") {
    const Record call = traced().front();
    REQUIRE(call.stages.size() == 5);
    CHECK(call.stages[0].name == "frame");
    CHECK(call.stages[0].begins == call.entry->clock_after);
    for (std::size_t i = 1; i < call.stages.size(); ++i) {
        CHECK(call.stages[i].begins == call.stages[i - 1].ends);
    }
    CHECK(call.stages[3].find("function")->text == "rings!service_add");
    CHECK(call.stages[4].name == "exit");
    CHECK(call.stages[4].ends == call.exit->clock_before);
    CHECK(call.ends == call.exit->clock_after);
    CHECK(call.exit->kind == cpu::TransitionKind::interrupt_return);
    CHECK(call.result == 42);
    CHECK_FALSE(call.diverted);
}

TEST_CASE("tracer: a call by sysenter shows the MSRs and leaves by sysexit", "[trace]") {
    const Record call = traced().back();
    CHECK(call.call_name == "Fail");
    CHECK(call.gate->door == Door::sysenter);
    CHECK(call.gate->target == "rings!fast_call");
    CHECK(call.gate->stack == 0x90000);
    CHECK(call.result_name == "STATUS_NOT_IMPLEMENTED");
    CHECK(call.exit->kind == cpu::TransitionKind::sysexit);
    CHECK(call.landing == "rings!after_sysenter");
}

TEST_CASE("tracer: with start-up the kernel's first way out is a dispatch", "[trace]") {
    const auto records = traced(true);
    REQUIRE(records.size() == 4);
    CHECK(records[0].kind == RecordKind::dispatch);
    CHECK(records[0].landing == "rings!user");
}

TEST_CASE("tracer: other block sizes give the same clocks", "[trace]") {
    const auto whole = traced(true, 64);
    for (const std::uint32_t limit : {1U, 2U, 8U}) {
        const auto pieces = traced(true, limit);
        REQUIRE(pieces.size() == whole.size());
        for (std::size_t i = 0; i < whole.size(); ++i) {
            CHECK(pieces[i].begins == whole[i].begins);
            CHECK(pieces[i].ends == whole[i].ends);
            CHECK(pieces[i].stages.size() == whole[i].stages.size());
        }
    }
}

TEST_CASE("tracer: watching changes no clock", "[trace]") {
    test::RingMachine plain;
    REQUIRE(plain.run().kind == guest::StopKind::guest_exit);
    test::RingMachine watched;
    Collected sink;
    Tracer tracer(watched.machine, watched.kernel, sink, true);
    REQUIRE(watched.run().kind == guest::StopKind::guest_exit);
    CHECK(plain.machine.cpu().clock == watched.machine.cpu().clock);
}

TEST_CASE("tracer: a call that never comes back is told of at the end", "[trace]") {
    test::RingMachine ring;
    // The service becomes an endless loop.
    const std::array loop{std::byte{0xEB}, std::byte{0xFE}};
    ring.machine.memory().write_bytes({ring.kernel.at("service_add").value}, loop);
    Collected sink;
    Tracer tracer(ring.machine, ring.kernel, sink, false);
    CHECK(ring.run().kind == guest::StopKind::cycle_limit);
    CHECK(sink.records.empty());
    tracer.finish();
    REQUIRE(sink.records.size() == 1);
    CHECK_FALSE(sink.records[0].exit);
    CHECK(sink.records[0].call_name == "Add");
}

TEST_CASE("tracer: entries that nest without end are given up from the outside", "[trace]") {
    test::RingMachine ring;
    // The breakpoint handler breaks again, and again.
    const std::array breakpoint{std::byte{0xCC}};
    ring.machine.memory().write_bytes({ring.kernel.at("breakpoint").value}, breakpoint);
    Collected sink;
    {
        Tracer tracer(ring.machine, ring.kernel, sink, false);
        CHECK(ring.run().kind == guest::StopKind::cycle_limit);
        tracer.finish();
    }
    CHECK(sink.records.size() > 64);
}

}  // namespace ringside::trace
