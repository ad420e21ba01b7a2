// SPDX-License-Identifier: MIT
#include "trace/accountant.hpp"

#include <map>

#include <catch2/catch.hpp>

#include "support/ring_machine.hpp"
#include "trace/costs.hpp"
#include "trace/tracer.hpp"

namespace ringside::trace {
namespace {

class Ledger : public Sink, public ClockObserver {
  public:
    void begin(const Header&) override {}
    void record(const Record& record) override { records.push_back(record); }
    void end(const Footer&) override {}
    void spent(const Spot& spot, std::uint64_t ticks) override {
        total += ticks;
        stages[std::string(spot.stage)] += ticks;
    }
    std::uint64_t total = 0;
    std::map<std::string, std::uint64_t> stages;
    std::vector<Record> records;
};

Ledger booked(std::uint32_t block_limit = 64, std::uint32_t body_ticks = 0) {
    test::RingMachine ring(block_limit);
    Ledger ledger;
    Tracer tracer(ring.machine, ring.kernel, ledger, true, &ledger);
    ring.machine.spend_in_service(body_ticks);
    REQUIRE(ring.run().status == 85);
    tracer.finish();
    CHECK(ledger.total == ring.machine.cpu().clock);
    return ledger;
}

}  // namespace

TEST_CASE("accountant: every tick of a run is booked once", "[trace]") {
    const Ledger ledger = booked();
    for (const char* stage :
         {"user", "kernel", "gate", "frame", "lookup", "copy", "service", "exit", "return"}) {
        INFO(stage);
        CHECK(ledger.stages.contains(stage));
    }
    for (const std::uint32_t limit : {1U, 2U, 8U}) {
        CHECK(booked(limit).stages == ledger.stages);
    }
}

TEST_CASE("accountant: a call that nothing interrupts owns all its clocks", "[trace]") {
    for (const Record& record : booked().records) {
        if (record.kind != RecordKind::call) {
            continue;
        }
        CHECK(record.own_clocks() == record.clocks());
        REQUIRE(record.costs.size() == record.stages.size() + 2);
        CHECK(record.costs.front().name == "gate");
        CHECK(record.costs.back().name == "return");
        for (std::size_t i = 0; i < record.stages.size(); ++i) {
            CHECK(record.costs[i + 1].name == record.stages[i].name);
            CHECK(record.costs[i + 1].clocks == record.stages[i].ends - record.stages[i].begins);
        }
    }
}

TEST_CASE("accountant: a service's body is taken out of what surrounds it", "[trace]") {
    const Ledger plain = booked();
    const Ledger with_body = booked(64, 5000);
    CHECK(with_body.stages.at("body") == 5000);
    CHECK(with_body.total == plain.total + 5000);
    CHECK(with_body.stages.at("kernel") == plain.stages.at("kernel"));
}

TEST_CASE("costs: sums by name, and a line a record", "[trace]") {
    const Ledger ledger = booked();
    CostTable table;
    for (const Record& record : ledger.records) {
        table.add(record);
    }
    CHECK(table.rows().size() == 3);
    CHECK(table.rows().at("int 03h").own == Cycles{130 + 90});
    CHECK(table.rows().at("Add").count == 1);
    CHECK(table.text().find("\nsum ") != std::string::npos);
    CHECK(cost_text(ledger.records.at(1)).starts_with("gate 130 + frame "));
}

}  // namespace ringside::trace
