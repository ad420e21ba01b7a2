// SPDX-License-Identifier: MIT
#include "mmu/physical_memory.hpp"

#include <array>

#include <catch2/catch.hpp>

using namespace ringside;
using mmu::PhysicalMemory;

TEST_CASE("RAM starts as zeros and keeps what is written, little-endian", "[mmu]") {
    PhysicalMemory memory(2 * page_size);
    CHECK(memory.read<std::uint32_t>({0x800}) == 0);
    memory.write<std::uint32_t>({0x800}, 0x12345678);
    CHECK(memory.read<std::uint8_t>({0x800}) == 0x78);
    CHECK(memory.read<std::uint16_t>({0x802}) == 0x1234);
}

TEST_CASE("beyond the RAM reads give ones and writes are lost", "[mmu]") {
    PhysicalMemory memory(page_size);
    memory.write<std::uint32_t>({page_size - 2}, 0xAABBCCDD);
    CHECK(memory.read<std::uint32_t>({page_size - 2}) == 0xFFFFCCDD);
    memory.write<std::uint32_t>({0xFFFFFFFC}, 1);
    CHECK(memory.read<std::uint32_t>({0xFFFFFFFC}) == 0xFFFFFFFF);
    CHECK(memory.host({page_size}) == nullptr);
}

TEST_CASE("a write to a page that holds code is told first, page by page", "[mmu]") {
    struct Seen : mmu::CodeWriteObserver {
        std::vector<std::pair<PhysicalAddress, std::uint32_t>> writes;
        void code_written(PhysicalAddress a, std::uint32_t n) override { writes.push_back({a, n}); }
    } seen;
    PhysicalMemory memory(4 * page_size);
    memory.observe_code(&seen);
    memory.set_code_page({page_size}, true);
    memory.write<std::uint32_t>({page_size - 2}, 0);
    memory.write<std::uint8_t>({2 * page_size}, 0);
    REQUIRE(seen.writes.size() == 1);
    CHECK(seen.writes[0].first == PhysicalAddress{page_size});
    CHECK(seen.writes[0].second == 2);
}

TEST_CASE("ROM is read, in the RAM's range and beyond, and keeps what it has", "[mmu]") {
    PhysicalMemory memory(4 * page_size);
    const std::array bytes{std::byte{0x12}, std::byte{0x34}, std::byte{0x56}};
    memory.place_rom({2 * page_size - 2}, bytes);
    memory.place_rom({0xFFFFFFFD}, bytes);
    CHECK(memory.read<std::uint32_t>({2 * page_size - 3}) == 0x563412FF);
    CHECK(memory.read<std::uint32_t>({0xFFFFFFFC}) == 0x563412FF);
    memory.write<std::uint32_t>({2 * page_size - 2}, 0);
    memory.write<std::uint16_t>({0xFFFFFFFD}, 0);
    CHECK(memory.read<std::uint16_t>({2 * page_size - 2}) == 0x3412);
    CHECK(memory.read<std::uint16_t>({0xFFFFFFFD}) == 0x3412);
    CHECK(memory.host({0xFFFFF000}) != nullptr);
    CHECK(memory.host({0xFFFFE000}) == nullptr);
    // The page in front takes writes up to its end and no further.
    memory.write<std::uint32_t>({page_size - 2}, 0xAABBCCDD);
    CHECK(memory.read<std::uint32_t>({page_size - 2}) == 0xFFFFCCDD);
    CHECK_FALSE(memory.is_plain_page({page_size}));
    CHECK(memory.is_plain_page({0}));
    CHECK(memory.is_plain_page({3 * page_size}));
}
