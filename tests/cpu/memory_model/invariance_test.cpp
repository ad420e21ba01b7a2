// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include <array>
#include <memory>
#include <optional>

#include "cpu/decode/block.hpp"
#include "cpu/memory_model/memory_model.hpp"
#include "cpu/privilege/rings.hpp"
#include "cpu/timing/pipeline.hpp"

using namespace ringside;
using namespace ringside::cpu;
using ringside::cpu::timing::Level;
using ringside::test::Rings;

// Nothing that the model charges may depend on how the work is cut into blocks and runs.

namespace {

/// Twenty rounds in ring 3 of what memory makes dear: REP MOVSD across a page, a misaligned
/// read-modify-write, a call whose callee touches a new page each time, and INT 2Eh.
constexpr std::string_view program =
    "bb 14 00 00 00 be f0 0f 05 00 bf 08 a0 05 00 b9 0c 00 00 00 fc f3 a5 8b 06 01 46 03 53 e8 "
    "07 00 00 00 5b cd 2e 4b 75 dd cc 89 da c1 e2 0c 03 82 00 00 06 00 c3";

struct Setting {
    Model model;
    std::uint32_t wait_states;
};

class Run {
  public:
    Run(const Setting& setting, std::uint32_t block_limit)
        : m_(3, setting.model, Level::memory, setting.wait_states) {
        m_.gate(3, Rings::interrupt32, 3);
        m_.gate(0x2E, Rings::interrupt32, 3);
        m_.code(Rings::handlers + 0x2E0, "50 8b 06 58 cf");
        m_.code(Rings::start, program);
        m_.enable_paging();
        m_.cpu.blocks->set_block_limit(block_limit);
    }

    void to_end() { REQUIRE(m_.run_on(1'000'000).kind == ExitKind::halted); }
    /// Comes back at every boundary that it can.
    void to_end_in_pauses(std::uint64_t step) {
        ExitKind kind{};
        do {
            kind = m_.cpu.run(UINT64_MAX, m_.cpu.clock + step).kind;
        } while (kind == ExitKind::budget_spent);
        REQUIRE(kind == ExitKind::halted);
    }
    /// An event comes as often, which does nothing.
    void to_end_with_events(std::uint64_t step) {
        ExitKind kind{};
        do {
            kind = m_.cpu.run(m_.cpu.clock + step).kind;
        } while (kind == ExitKind::budget_spent);
        REQUIRE(kind == ExitKind::halted);
    }
    void to(std::uint64_t tick) { m_.cpu.run(tick); }

    [[nodiscard]] Rings& rings() { return m_; }
    [[nodiscard]] const Cpu& cpu() const { return m_.cpu; }

  private:
    Rings m_;
};

void check_same(const Run& a, const Run& b) {
    CHECK(a.cpu().clock == b.cpu().clock);
    CHECK(a.cpu().eip == b.cpu().eip);
    CHECK(a.cpu().memory->counters() == b.cpu().memory->counters());
    for (std::size_t i = 0; i < timing::adder_count; ++i) {
        const auto adder = static_cast<timing::Adder>(i);
        CHECK(a.cpu().pipeline->subtotals()[adder] == b.cpu().pipeline->subtotals()[adder]);
    }
}

constexpr std::array settings{Setting{Model::i386, 0}, Setting{Model::i386, 2},
                              Setting{Model::i486, 1}, Setting{Model::pentium, 0},
                              Setting{Model::p6, 0}};

}  // namespace

TEST_CASE("the memory's clocks do not depend on the size of blocks", "[memory_model]") {
    for (const Setting& setting : settings) {
        CAPTURE(traits(setting.model).name, setting.wait_states);
        Run whole(setting, 64);
        whole.to_end();
        for (const std::uint32_t limit : {1U, 2U, 8U}) {
            Run cut(setting, limit);
            cut.to_end();
            check_same(whole, cut);
        }
    }
}

TEST_CASE("nor on where the host pauses", "[memory_model]") {
    for (const Setting& setting : settings) {
        CAPTURE(traits(setting.model).name, setting.wait_states);
        Run whole(setting, 64);
        whole.to_end();
        for (const std::uint64_t step : {1U, 37U, 400U}) {
            Run paused(setting, 64);
            paused.to_end_in_pauses(step * traits(setting.model).ticks_per_clock);
            check_same(whole, paused);
        }
    }
}

TEST_CASE("an event stops at the first boundary at or after its clock, whatever the blocks",
          "[memory_model]") {
    for (const Setting& setting : settings) {
        CAPTURE(traits(setting.model).name, setting.wait_states);
        const std::uint64_t clock = traits(setting.model).ticks_per_clock;
        for (std::uint64_t due = 1; due < 1500; due += 7) {
            Run whole(setting, 64);
            Run single(setting, 1);
            whole.to(due * clock);
            single.to(due * clock);
            REQUIRE(whole.cpu().clock >= due * clock);
            check_same(whole, single);
        }
    }
}
