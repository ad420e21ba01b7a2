// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include <string_view>

#include "cpu/decode/block.hpp"
#include "cpu/timing/branch_targets.hpp"
#include "cpu/timing/pipeline.hpp"
#include "support/test_cpu.hpp"

using ringside::LinearAddress;
using ringside::cpu::Fault;
using ringside::cpu::Model;
using ringside::cpu::timing::Adder;
using ringside::cpu::timing::BranchTargets;
using ringside::cpu::timing::Level;
using ringside::test::TestCpu;

namespace {

// Sums 20 dwords by a subroutine that pushes, pops, shifts and addresses what it just computed:
//     mov ecx,20 / mov esi,data
// again: lea edi,[esi+4] / mov eax,[edi] / call add / mov esi,edi / dec ecx / jnz again / hlt
// add:   push ebx / mov ebx,eax / shl ebx,1 / add edx,ebx / pop ebx / ret
constexpr std::string_view program =
    "b9 14 00 00 00 be 00 00 01 00"
    "8d 7e 04 8b 07 e8 06 00 00 00 89 fe 49 75 f1 f4"
    "53 89 c3 d1 e3 01 da 5b c3";

struct End {
    std::uint64_t clock;
    std::int64_t corrections;
    std::uint32_t sum;
};

End end_of(Model model, Level level, std::uint32_t block_limit) {
    TestCpu cpu = TestCpu::timed(program, model, level);
    cpu.core().blocks->set_block_limit(block_limit);
    for (std::uint32_t i = 0; i <= 20; ++i) {
        cpu.write(TestCpu::data_address + 4 * i, i);
    }
    cpu.run();
    const auto& pipeline = cpu.core().pipeline;
    return {cpu.core().clock, pipeline ? pipeline->subtotals().sum() : 0, cpu.edx()};
}

}  // namespace

TEST_CASE("the sum at pipe is the sum at table and the subtotals", "[timing]") {
    const Model model = GENERATE(Model::i386, Model::i486, Model::pentium, Model::p6);
    const End table = end_of(model, Level::table, 64);
    const End pipe = end_of(model, Level::pipe, 64);
    CHECK(table.sum == 420);
    CHECK(pipe.sum == 420);
    CHECK(pipe.clock == table.clock + static_cast<std::uint64_t>(pipe.corrections));
}

TEST_CASE("no clock at pipe depends on the size of blocks", "[timing]") {
    const Model model = GENERATE(Model::i486, Model::pentium, Model::p6);
    const End whole = end_of(model, Level::pipe, 64);
    CHECK(whole.corrections != 0);
    for (const std::uint32_t limit : {1U, 2U, 3U, 8U}) {
        CHECK(end_of(model, Level::pipe, limit).clock == whole.clock);
    }
}

TEST_CASE("at pipe an event is due at the first boundary at or after its clock", "[timing]") {
    const Model model = GENERATE(Model::i486, Model::pentium, Model::p6);
    const std::uint64_t step = model == Model::p6 ? 250 : 1;
    for (std::uint64_t tick = 1; tick < 120 * step; tick += step) {
        const auto stop = [&](std::uint32_t limit) {
            TestCpu cpu = TestCpu::timed(program, model, Level::pipe);
            cpu.core().blocks->set_block_limit(limit);
            static_cast<void>(cpu.core().run(tick));
            return std::pair{cpu.core().clock, cpu.core().eip};
        };
        const auto [clock, eip] = stop(64);
        CHECK(clock >= tick);
        CHECK(stop(1) == std::pair{clock, eip});
        CHECK(stop(2) == std::pair{clock, eip});
    }
}

TEST_CASE("stops on the way change no clock at pipe", "[timing]") {
    const Model model = GENERATE(Model::i486, Model::pentium, Model::p6);
    const End whole = end_of(model, Level::pipe, 64);
    TestCpu cpu = TestCpu::timed(program, model, Level::pipe);
    for (std::uint32_t i = 0; i <= 20; ++i) {
        cpu.write(TestCpu::data_address + 4 * i, i);
    }
    while (cpu.core().run(cpu.core().clock + 1).kind != ringside::cpu::ExitKind::halted) {
    }
    CHECK(cpu.core().clock == whole.clock);
}

TEST_CASE("what an instruction that faults cost in the pipeline is taken back", "[timing]") {
    // mov esi,eax; mov ebx,[esi], whose page is not there
    TestCpu cpu = TestCpu::timed("89 c6 8b 1e", Model::i486, Level::pipe);
    cpu.eax() = TestCpu::data_address;
    cpu.set_page(TestCpu::data_address, TestCpu::Page::absent);
    cpu.expect(ringside::cpu::Vector::page_fault);
    cpu.run();
    CHECK(cpu.delivered()->clock_before.value == 1);
    CHECK(cpu.core().pipeline->subtotals().sum() == 0);
}

TEST_CASE("a single step sees both instructions of a pair", "[timing]") {
    // push 102h; popf (TF on); nop; mov eax,ebx; mov ecx,edx: a #DB behind each
    TestCpu cpu = TestCpu::timed("90 89 d8 89 d1", Model::pentium, Level::pipe);
    cpu.set_flags(0x100);
    for (const std::uint32_t offset : {1U, 3U, 5U}) {
        cpu.expect(ringside::cpu::Vector::debug);
        cpu.run();
        CHECK(cpu.offset() == offset);
        // Back to the program, TF still on.
        cpu.core().eip = TestCpu::code_address + offset;
        cpu.set_flags(0x100);
    }
}

TEST_CASE("the pentium predicts a branch by what it did before", "[timing]") {
    BranchTargets targets;
    const LinearAddress branch{0x1000};
    const LinearAddress target{0x2000};
    CHECK_FALSE(targets.resolve(branch, false, branch));  // unknown: not taken
    CHECK(targets.resolve(branch, true, target));
    CHECK_FALSE(targets.resolve(branch, true, target));
    CHECK(targets.resolve(branch, false, branch));
    CHECK_FALSE(targets.resolve(branch, true, target));  // one exception does not change its mind
    CHECK(targets.resolve(branch, false, branch));
    CHECK(targets.resolve(branch, false, branch));
    CHECK(targets.resolve(branch, true, target));  // two do
    CHECK_FALSE(targets.resolve(branch, true, target));
    CHECK(targets.resolve(branch, true, LinearAddress{0x3000}));  // to another place
}

TEST_CASE("the buffer holds four branches of a set and forgets the one unused for longest",
          "[timing]") {
    BranchTargets targets;
    const LinearAddress target{0x9000};
    const auto branch = [](std::uint32_t n) { return LinearAddress{0x1000 + n * 64}; };
    for (std::uint32_t n = 0; n < 4; ++n) {
        CHECK(targets.resolve(branch(n), true, target));
    }
    CHECK_FALSE(targets.resolve(branch(0), true, target));
    CHECK(targets.resolve(branch(4), true, target));  // in the place of 1
    CHECK_FALSE(targets.resolve(branch(0), true, target));
    CHECK_FALSE(targets.resolve(branch(2), true, target));
    CHECK(targets.resolve(branch(1), true, target));
}

TEST_CASE("p6 pays for each wrong guess alike", "[timing]") {
    // jmp forwards and a loop backwards: only the way out of the loop was guessed wrongly.
    TestCpu cpu = TestCpu::timed("eb 00 49 75 fd", Model::p6, Level::pipe);
    cpu.ecx() = 4;
    cpu.run();
    CHECK(cpu.core().pipeline->subtotals()[Adder::branch] == 12'000);
    // A return goes where its call came from, whoever called.
    TestCpu calls =
        TestCpu::timed("e8 08 00 00 00 e8 03 00 00 00 f4 90 90 c3", Model::p6, Level::pipe);
    calls.run();
    CHECK(calls.core().pipeline->subtotals()[Adder::branch] == 0);
}
