// SPDX-License-Identifier: MIT
#include "verify/verify.hpp"

#include <catch2/catch.hpp>

#include "guest/bare.hpp"
#include "verify/memory.hpp"
#include "verify/planted_fault.hpp"
#include "verify/processor_state.hpp"

using namespace ringside;
using test::Wrong;

namespace {

constexpr std::uint32_t start = 0x100000;

// A thousand rounds of a loop whose BSWAP stands behind three other instructions.
constexpr std::uint8_t code[] = {
    0xB9, 0xE8, 0x03, 0x00, 0x00,        // 00 start: mov ecx, 1000
    0x6B, 0xC0, 0x21,                    // 05 round: imul eax, eax, 33
    0x01, 0xC8,                          // 08        add eax, ecx
    0x89, 0x04, 0x8D, 0x00, 0x60, 0, 0,  // 0A        mov [0x6000 + ecx*4], eax
    0x0F, 0xC8,                          // 11        bswap eax
    0x01, 0xC3,                          // 13        add ebx, eax
    0x49,                                // 15        dec ecx
    0x75, 0xED,                          // 16        jnz round
    0xF4,                                // 18        hlt
};

guest::BareConfig config() {
    guest::BareConfig result;
    result.images.push_back({"loop", {start}, {}});
    for (const std::uint8_t byte : code) {
        result.images.back().bytes.push_back(std::byte{byte});
    }
    result.symbols.push_back(
        {"loop", {start}, 0x1000, {{{start}, "start", 5}, {{start + 5}, "round", 0}}});
    result.start = start;
    return result;
}

class Loop : public verify::Subject {
  public:
    explicit Loop(const verify::Way& way)
        : kernel_(config()),
          machine_(
              {.memory_bytes = std::uint64_t{4} << 20, .mhz = {}, .block_limit = way.block_limit}) {
        kernel_.boot(machine_);
    }
    guest::Machine& machine() override { return machine_; }
    guest::Personality& personality() override { return kernel_; }
    guest::StopReason run(const guest::Limits& limits) override {
        return machine_.run(kernel_, limits);
    }
    [[nodiscard]] std::string output() const override { return {}; }

  private:
    guest::Bare kernel_;
    guest::Machine machine_;
};

struct Report {
    verify::Result result{};
    std::string text;
};

/// Verifies the loop, with a fault at the 700th BSWAP in runs of one block size.
Report verified(Wrong what, std::uint32_t at_block_limit) {
    const verify::MakeSubject make = [=](const verify::Way& way) {
        auto subject = std::make_unique<Loop>(way);
        if (way.block_limit == at_block_limit) {
            test::plant(subject->machine().cpu(), what, 700);
        }
        return subject;
    };
    Report report;
    report.result = verify::verify(make, {}, [&](std::string_view text) { report.text += text; });
    return report;
}

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("verify: a run is the same in every way", "[verify]") {
    const Report report = verified(Wrong::nothing, 8);
    INFO(report.text);
    CHECK(report.result == verify::Result::equal);
    CHECK(contains(report.text, "equal blocks of 64, unwatched\n"));
}

TEST_CASE("verify: a planted fault is named, with what it changed", "[verify]") {
    struct Row {
        Wrong what;
        std::string_view changed;
    };
    const Row row =
        GENERATE(values<Row>({{Wrong::result, "behind it EAX "},
                              {Wrong::clock, "behind it clock "},
                              {Wrong::memory, "behind it memory at P:00005000 00, here EE"},
                              {Wrong::result_behind_others, "behind it EAX "}}));
    const Report report = verified(row.what, 8);
    INFO(report.text);
    CHECK(report.result == verify::Result::differs);
    CHECK(contains(report.text, "equal blocks of 2\n"));
    CHECK(contains(report.text, "DIFFERS blocks of 8, from blocks of 1\n"));
    CHECK(contains(report.text, "first at loop!round+0xC (EIP 00100011), clock "));
    CHECK(contains(report.text, ": bswap eax\n"));
    CHECK(contains(report.text, row.changed));
    CHECK(contains(report.text, "equal blocks of 64\n"));
    CHECK(contains(report.text, "equal single steps\n"));
}

TEST_CASE("verify: a fault in the way the others are held against shows in all", "[verify]") {
    const Report report = verified(Wrong::result, 1);
    INFO(report.text);
    CHECK(report.result == verify::Result::differs);
    CHECK(contains(report.text, "DIFFERS blocks of 2, from blocks of 1\n"));
    CHECK(contains(report.text, "DIFFERS single steps, from blocks of 1\n"));
    CHECK(contains(report.text, "first at loop!round+0xC (EIP 00100011), clock "));
}

TEST_CASE("verify: two runs, and a run split into single steps, end alike", "[verify]") {
    const verify::Way whole{"whole", 64, false, false};
    Loop first(whole);
    Loop again(whole);
    Loop steps(whole);
    guest::Limits by_steps;
    by_steps.single_steps = true;
    first.run({});
    again.run({});
    steps.run(by_steps);
    const verify::ProcessorState end(first.machine().cpu());
    for (Loop* const other : {&again, &steps}) {
        CHECK(verify::ProcessorState(other->machine().cpu()).differences(end, 9).empty());
        CHECK_FALSE(verify::first_difference(first.machine().memory(), other->machine().memory()));
    }
}

TEST_CASE("machine: a pause stops at the first boundary behind its clock and changes nothing",
          "[verify][machine]") {
    const std::uint32_t block_limit = GENERATE(1U, 2U, 8U, 64U);
    Loop whole({"", 64, false, false});
    whole.run({});
    Loop exact({"", 1, false, false});
    Loop paused({"", block_limit, false, false});
    for (std::uint64_t tick = 0; tick + 100'000 < whole.machine().cpu().clock; tick += 31'415) {
        guest::Limits limits;
        limits.pause_at = tick;
        REQUIRE(paused.run(limits).kind == guest::StopKind::paused);
        guest::Limits step;
        step.single_steps = true;
        while (exact.machine().cpu().clock < tick) {
            step.pause_at = exact.machine().cpu().clock + 1;
            REQUIRE(exact.run(step).kind == guest::StopKind::paused);
        }
        CHECK(paused.machine().cpu().clock == exact.machine().cpu().clock);
        CHECK(paused.machine().cpu().eip == exact.machine().cpu().eip);
    }
    CHECK(paused.run({}).kind == guest::StopKind::guest_exit);
    CHECK(verify::ProcessorState(paused.machine().cpu()) ==
          verify::ProcessorState(whole.machine().cpu()));
}

TEST_CASE("memory: pages that nobody wrote to are not touched", "[verify][mmu]") {
    mmu::PhysicalMemory memory(std::uint64_t{64} << 20);
    memory.write(PhysicalAddress{0x2345000}, std::uint8_t{1});
    const auto pages = memory.touched_pages();
    CHECK(std::find(pages.begin(), pages.end(), PhysicalAddress{0x2345000}) != pages.end());
    mmu::PhysicalMemory other(std::uint64_t{64} << 20);
    REQUIRE(verify::first_difference(memory, other));
    CHECK(verify::first_difference(memory, other)->at == PhysicalAddress{0x2345000});
    other.write(PhysicalAddress{0x2345000}, std::uint8_t{1});
    CHECK_FALSE(verify::first_difference(memory, other));
}
