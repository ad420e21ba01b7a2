// SPDX-License-Identifier: MIT
#include "trace/call_stack.hpp"

#include <catch2/catch.hpp>

#include "support/ring_machine.hpp"

namespace ringside::trace {
namespace {

constexpr std::uint32_t stack = 0x80000;

std::vector<std::string> callers_of(test::RingMachine& ring,
                                    const std::vector<std::uint32_t>& words) {
    for (std::uint32_t i = 0; i < words.size(); ++i) {
        ring.machine.memory().write<std::uint32_t>({stack + 4 * i}, words[i]);
    }
    cpu::ExecutionPoint point;
    point.esp = stack;
    std::vector<std::string> result;
    for (const LinearAddress at : callers(ring.machine, ring.kernel.symbols(), point, 3)) {
        result.push_back(ring.kernel.symbols().describe(at));
    }
    return result;
}

}  // namespace

TEST_CASE("call stack: words behind a CALL in a module are callers", "[trace]") {
    test::RingMachine ring;
    const std::uint32_t behind_call = ring.kernel.at("user+0xB").value;
    CHECK(callers_of(ring, {behind_call, 0x12345678}) ==
          std::vector<std::string>{"rings!user+0xB"});
    CHECK(callers_of(ring, {behind_call, behind_call, behind_call, behind_call}).size() == 3);
}

TEST_CASE("call stack: a word that is no return address ends it", "[trace]") {
    test::RingMachine ring;
    CHECK(callers_of(ring, {0x12345678, ring.kernel.at("user+0xB").value}).empty());
    CHECK(callers_of(ring, {ring.kernel.at("user").value}).empty());
}

}  // namespace ringside::trace
