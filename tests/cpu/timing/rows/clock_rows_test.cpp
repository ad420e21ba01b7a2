// SPDX-License-Identifier: MIT
// data/clocks.tsv against the processor: every figure is met by running what its row is about.
#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include <fmt/format.h>

#include "cpu/timing/rows/ledger.hpp"

using namespace ringside::test;

namespace {

/// The first of them, for a failure to show.
std::vector<std::string> first(const std::vector<std::string>& all) {
    constexpr std::size_t enough = 40;
    return {all.begin(), all.begin() + static_cast<std::ptrdiff_t>(std::min(all.size(), enough))};
}

const std::vector<std::string> none;

/// Runs one family of rows.
std::vector<std::string> complaints_of(void (*family)(Ledger&)) {
    Ledger ledger;
    family(ledger);
    CHECK(ledger.runs() > 0);
    return first(ledger.complaints());
}

}  // namespace

TEST_CASE("an isolated instruction costs what its row says", "[timing][rows]") {
    CHECK(complaints_of(run_operand_rows) == none);
}

TEST_CASE("a near branch costs its row, taken and not", "[timing][rows]") {
    CHECK(complaints_of(run_near_branch_rows) == none);
}

TEST_CASE("addresses and prefixes add what their rows say", "[timing][rows]") {
    CHECK(complaints_of(run_adder_rows) == none);
}

TEST_CASE("a way through the interrupt table costs its row, by every route", "[timing][rows]") {
    CHECK(complaints_of(run_entry_rows) == none);
}

TEST_CASE("a return costs its row, to every ring and mode", "[timing][rows]") {
    CHECK(complaints_of(run_return_rows) == none);
}

TEST_CASE("a far jmp or call costs its row, straight and through gates", "[timing][rows]") {
    CHECK(complaints_of(run_far_transfer_rows) == none);
}

TEST_CASE("a task switch costs its way and its pair of tasks", "[timing][rows]") {
    CHECK(complaints_of(run_task_rows) == none);
}

TEST_CASE("a port costs its row, by what gives the right to it", "[timing][rows]") {
    CHECK(complaints_of(run_port_rows) == none);
}

TEST_CASE("no figure of any model is left out", "[timing][rows]") {
    Ledger ledger;
    for (const auto family :
         {run_operand_rows, run_near_branch_rows, run_adder_rows, run_entry_rows, run_return_rows,
          run_far_transfer_rows, run_task_rows, run_port_rows}) {
        family(ledger);
    }
    fmt::print("{} figures, each of a row and a model, met in {} isolated runs\n", ledger.pairs(),
               ledger.runs());
    CHECK(ledger.left_out() == none);
    CHECK(ledger.unseen() == none);
}
