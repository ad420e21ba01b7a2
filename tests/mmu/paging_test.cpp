// SPDX-License-Identifier: MIT
#include "mmu/paging.hpp"

#include <catch2/catch.hpp>

using namespace ringside;
using namespace ringside::mmu;

namespace {

/// Directory at 0x1000, one table at 0x2000 for the first 4 MiB, page 0x3000 at linear 0x5000.
struct Tables {
    PhysicalMemory memory{16 * page_size};
    PagingMode mode{true, true, true, true, {0x1000}};

    Tables() {
        directory(0, 0x2000 | entry::present | entry::writable | entry::user);
        page(5, 0x3000 | entry::present | entry::writable | entry::user);
    }
    void directory(std::uint32_t index, std::uint32_t value) {
        memory.write<std::uint32_t>({0x1000 + index * 4}, value);
    }
    void page(std::uint32_t index, std::uint32_t value) {
        memory.write<std::uint32_t>({0x2000 + index * 4}, value);
    }
    [[nodiscard]] std::uint32_t page(std::uint32_t index) const {
        return memory.read<std::uint32_t>({0x2000 + index * 4});
    }
    Expected<Translation, PageFault> go(std::uint32_t a, Access access, Privilege privilege,
                                        Touch touch = Touch::set_accessed_and_dirty) {
        return walk(memory, mode, {a}, access, privilege, touch);
    }
};

constexpr auto user = Privilege::user;
constexpr auto supervisor = Privilege::supervisor;

}  // namespace

TEST_CASE("a present page translates and keeps its offset", "[mmu][paging]") {
    Tables t;
    CHECK(t.go(0x5123, Access::read, user)->address == PhysicalAddress{0x3123});
}

TEST_CASE("a read sets A in both levels, a write sets D in the table too", "[mmu][paging]") {
    Tables t;
    REQUIRE(t.go(0x5000, Access::read, user));
    CHECK((t.page(5) & (entry::accessed | entry::dirty)) == entry::accessed);
    CHECK((t.memory.read<std::uint32_t>({0x1000}) & entry::accessed) != 0);
    REQUIRE(t.go(0x5000, Access::write, user));
    CHECK((t.page(5) & entry::dirty) != 0);
    CHECK((t.memory.read<std::uint32_t>({0x1000}) & entry::dirty) == 0);
}

TEST_CASE("looking sets nothing", "[mmu][paging]") {
    Tables t;
    REQUIRE(t.go(0x5000, Access::write, user, Touch::look));
    CHECK((t.page(5) & (entry::accessed | entry::dirty)) == 0);
}

TEST_CASE("a faulting access sets nothing", "[mmu][paging]") {
    Tables t;
    t.page(5, 0x3000 | entry::present | entry::user);
    REQUIRE_FALSE(t.go(0x5000, Access::write, user));
    CHECK((t.page(5) & (entry::accessed | entry::dirty)) == 0);
}

TEST_CASE("page-fault error codes: P, W/R and U/S", "[mmu][paging]") {
    Tables t;
    SECTION("no directory entry, no table entry: P clear") {
        CHECK(t.go(0x00400000, Access::read, supervisor).error().error_code == 0);
        CHECK(t.go(0x6000, Access::read, user).error().error_code == 4);
        CHECK(t.go(0x6000, Access::write, user).error().error_code == 6);
        CHECK(t.go(0x6000, Access::write, supervisor).error().error_code == 2);
        CHECK(t.go(0x6000, Access::execute, user).error().error_code == 4);
        CHECK(t.go(0x6ABC, Access::read, user).error().address == LinearAddress{0x6ABC});
    }
    SECTION("a supervisor page from ring 3") {
        t.page(5, 0x3000 | entry::present | entry::writable);
        CHECK(t.go(0x5000, Access::read, user).error().error_code == 5);
        CHECK(t.go(0x5000, Access::write, user).error().error_code == 7);
        CHECK(t.go(0x5000, Access::write, supervisor));
    }
    SECTION("U/S and R/W of both levels are combined") {
        t.directory(0, 0x2000 | entry::present);
        CHECK(t.go(0x5000, Access::read, user).error().error_code == 5);
        t.directory(0, 0x2000 | entry::present | entry::user);
        CHECK(t.go(0x5000, Access::write, user).error().error_code == 7);
    }
}

TEST_CASE("CR0.WP decides whether the supervisor may write read-only pages", "[mmu][paging]") {
    Tables t;
    t.page(5, 0x3000 | entry::present | entry::user);
    CHECK(t.go(0x5000, Access::write, supervisor).error().error_code == 3);
    t.mode.write_protect = false;
    CHECK(t.go(0x5000, Access::write, supervisor));
    CHECK(t.go(0x5000, Access::write, user).error().error_code == 7);
}

TEST_CASE("4 MiB pages need CR4.PSE", "[mmu][paging]") {
    Tables t;
    t.directory(1, 0x00800000 | entry::large | entry::present | entry::writable | entry::user);
    CHECK(t.go(0x00523456, Access::write, user)->address == PhysicalAddress{0x00923456});
    CHECK((t.memory.read<std::uint32_t>({0x1004}) & (entry::accessed | entry::dirty)) ==
          (entry::accessed | entry::dirty));
    t.mode.large_pages = false;  // now 0x00800000 is a page table beyond the RAM: all ones
    CHECK(t.go(0x00523456, Access::read, user)->address == PhysicalAddress{0xFFFFF456});
}

TEST_CASE("reserved bits of a 4 MiB entry fault with RSVD", "[mmu][paging]") {
    Tables t;
    t.directory(1, 0x00802000 | entry::large | entry::present | entry::user);
    CHECK(t.go(0x00400000, Access::read, user).error().error_code == (8 | 4 | 1));
}

TEST_CASE("a recursive directory entry shows the tables as pages", "[mmu][paging]") {
    Tables t;
    t.directory(0x300, 0x1000 | entry::present | entry::writable);
    // The PTE of linear 0x5000 stands at 0xC0000000 + 5 * 4, its PDE at 0xC0300000.
    CHECK(t.go(0xC0000014, Access::read, supervisor)->address == PhysicalAddress{0x2014});
    CHECK(t.go(0xC0300000, Access::read, supervisor)->address == PhysicalAddress{0x1000});
    // The directory is its own table here: its entry gets A by the first step and D by the second.
    REQUIRE(t.go(0xC0300C00, Access::write, supervisor));
    CHECK((t.memory.read<std::uint32_t>({0x1C00}) & (entry::accessed | entry::dirty)) ==
          (entry::accessed | entry::dirty));
}

TEST_CASE("without paging linear is physical", "[mmu][paging]") {
    Tables t;
    t.mode.enabled = false;
    CHECK(t.go(0xFFFFF123, Access::write, user)->address == PhysicalAddress{0xFFFFF123});
}
