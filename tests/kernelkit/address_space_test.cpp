// SPDX-License-Identifier: MIT
#include "kernelkit/address_space.hpp"

#include <map>

#include <catch2/catch.hpp>

#include "base/ensure.hpp"

using namespace ringside;
using namespace ringside::kernelkit;

namespace {

constexpr LinearAddress at(std::uint32_t address) {
    return {address};
}

AddressSpace user_space() {
    return {at(0x10000), at(0x7FFF0000), 0x10000};
}

}  // namespace

TEST_CASE("address space: free places are found from both ends", "[kernelkit]") {
    AddressSpace space = user_space();
    CHECK(space.find_free(0x1000, Direction::bottom_up) == at(0x10000));
    CHECK(space.find_free(0x1000, Direction::top_down) == at(0x7FFE0000));
    CHECK(space.reserve(at(0x10000), 0x1000, 4, 0));
    CHECK(space.find_free(0x1000, Direction::bottom_up) == at(0x20000));
    CHECK(space.reserve(at(0x7FFE0000), 0x10000, 4, 0));
    CHECK(space.find_free(0x20000, Direction::top_down) == at(0x7FFC0000));
    CHECK(space.find_free(0x20000, Direction::top_down, at(0x100000)) == at(0xE0000));
    CHECK_FALSE(space.find_free(0x80000000, Direction::bottom_up));
    CHECK_FALSE(space.find_free(0xFFFFF000, Direction::top_down));
    CHECK_FALSE(space.find_free(0, Direction::top_down));
    CHECK_FALSE(space.find_free(0x20000, Direction::bottom_up, at(0x30000)));
}

TEST_CASE("address space: a top-down search slips into a gap", "[kernelkit]") {
    AddressSpace space = user_space();
    CHECK(space.reserve(at(0x7FFD0000), 0x20000, 4, 0));
    CHECK(space.reserve(at(0x7FFB0000), 0x10000, 4, 0));
    CHECK(space.find_free(0x10000, Direction::top_down) == at(0x7FFC0000));
    CHECK(space.find_free(0x11000, Direction::top_down) == at(0x7FF90000));
}

TEST_CASE("address space: reservations do not overlap and stay inside", "[kernelkit]") {
    AddressSpace space = user_space();
    CHECK(space.reserve(at(0x20000), 0x3000, 4, 7));
    CHECK_FALSE(space.reserve(at(0x22000), 0x1000, 4, 0));
    CHECK_FALSE(space.reserve(at(0x1F000), 0x2000, 4, 0));
    CHECK_FALSE(space.reserve(at(0x10000), 0x100000, 4, 0));
    CHECK(space.reserve(at(0x23000), 0x1000, 4, 0));
    CHECK_FALSE(space.reserve(at(0x0), 0x1000, 4, 0));
    CHECK_FALSE(space.reserve(at(0x7FFEF000), 0x2000, 4, 0));
    CHECK_FALSE(space.reserve(at(0xFFFFF000), 0x1000, 4, 0));
    CHECK_FALSE(space.reserve(at(0x30000), 0, 4, 0));
    CHECK_FALSE(space.reserve(at(0x30001), 0x1000, 4, 0));
    CHECK(space.find(at(0x22FFF))->tag == 7);
    CHECK(space.find(at(0x24000)) == nullptr);
    CHECK(space.find(at(0x20000), 0x4000) == nullptr);
}

TEST_CASE("address space: runs join and split with their state", "[kernelkit]") {
    AddressSpace space = user_space();
    CHECK(space.reserve(at(0x20000), 0x8000, 4, 0));
    CHECK(space.run_at(at(0x21234))->size == 0x7000);
    CHECK_FALSE(space.run_at(at(0x20000))->committed);
    CHECK(space.commit(at(0x22000), 0x2000, 4));
    CHECK(space.run_at(at(0x20000))->size == 0x2000);
    CHECK(space.run_at(at(0x22000))->size == 0x2000);
    CHECK(space.protect(at(0x23000), 0x1000, 2));
    CHECK(space.run_at(at(0x22000))->size == 0x1000);
    CHECK(space.page(at(0x23FFF))->protection == 2);
    CHECK(space.protect(at(0x23000), 0x1000, 4));
    CHECK(space.run_at(at(0x22000))->size == 0x2000);
    CHECK_FALSE(space.protect(at(0x23000), 0x2000, 4));
    CHECK(space.committed_bytes() == 0x2000);
    CHECK(space.decommit(at(0x20000), 0x8000));
    CHECK(space.run_at(at(0x20000))->size == 0x8000);
    CHECK_FALSE(space.commit(at(0x27000), 0x2000, 4));
}

TEST_CASE("address space: a part can be given back", "[kernelkit]") {
    AddressSpace space = user_space();
    CHECK(space.reserve(at(0x20000), 0x8000, 4, 3));
    CHECK(space.commit(at(0x20000), 0x8000, 4));
    CHECK(space.release_part(at(0x22000), 0x2000));
    CHECK(space.find(at(0x21000))->size == 0x2000);
    CHECK(space.find(at(0x24000))->base == at(0x24000));
    CHECK(space.find(at(0x24000))->tag == 3);
    CHECK(space.page(at(0x27000))->committed);
    CHECK(space.free_run_at(at(0x22000))->size == 0x2000);
    CHECK(space.release_part(at(0x24000), 0x4000));
    CHECK(space.release(at(0x20000)));
    CHECK_FALSE(space.release(at(0x20000)));
    CHECK(space.free_run_at(at(0x10000))->size == 0x7FFE0000);
    CHECK_FALSE(space.free_run_at(at(0x7FFF0000)));
}

TEST_CASE("address space: agrees with a page-by-page model", "[kernelkit]") {
    AddressSpace space(at(0x10000), at(0x50000), 0x10000);
    CHECK(space.reserve(at(0x10000), 0x40000, 0, 0));
    std::map<std::uint32_t, std::uint32_t> model;
    std::uint32_t chance = 12345;
    const auto next = [&chance](std::uint32_t below) {
        chance = chance * 1664525 + 1013904223;
        return (chance >> 8) % below;
    };
    for (int step = 0; step < 3000; ++step) {
        const std::uint32_t first = next(64);
        const std::uint32_t count = 1 + next(64 - first);
        const LinearAddress start = at(0x10000 + first * page_size);
        const std::uint32_t protection = 1 + next(3);
        const bool take_away = next(3) == 0;
        for (std::uint32_t page = first; page < first + count; ++page) {
            model[page] = take_away ? 0 : protection;
        }
        ensure(take_away ? space.decommit(start, count * page_size)
                         : space.commit(start, count * page_size, protection),
               "model step");
        for (std::uint32_t page = 0; page < 64; ++page) {
            const auto state = space.page(at(0x10000 + page * page_size));
            ensure(
                state && state->protection == model[page] && state->committed == (model[page] != 0),
                "same state as the model");
        }
    }
    SUCCEED();
}
