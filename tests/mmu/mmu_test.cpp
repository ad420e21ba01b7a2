// SPDX-License-Identifier: MIT
#include "mmu/mmu.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/archive.hpp"

using namespace ringside;
using namespace ringside::mmu;

namespace {

/// Directory at 0x1000, table at 0x2000; linear page 5 is at 0x3000, page 6 (global) at 0x4000.
struct PagedMachine {
    PhysicalMemory memory{16 * page_size};
    Mmu mmu{memory};

    PagedMachine() {
        memory.write<std::uint32_t>({0x1000}, 0x2007);
        page(5, 0x3007);
        page(6, 0x4007 | entry::global);
        mmu.set_mode({true, true, true, true, {0x1000}});
    }
    void page(std::uint32_t index, std::uint32_t value) {
        memory.write<std::uint32_t>({0x2000 + index * 4}, value);
    }
    PhysicalAddress at(std::uint32_t a, Access access = Access::read) {
        return *mmu.resolve({a}, access, Privilege::user);
    }
};

}  // namespace

TEST_CASE("a stale translation lives until INVLPG", "[mmu][tlb]") {
    PagedMachine m;
    CHECK(m.at(0x5000) == PhysicalAddress{0x3000});
    m.page(5, 0x7007);
    CHECK(m.at(0x5000) == PhysicalAddress{0x3000});
    m.mmu.invalidate_page({0x5000});
    CHECK(m.at(0x5000) == PhysicalAddress{0x7000});
}

TEST_CASE("MOV CR3 drops translations, but not those of global pages", "[mmu][tlb]") {
    PagedMachine m;
    CHECK(m.at(0x5000) == PhysicalAddress{0x3000});
    CHECK(m.at(0x6000) == PhysicalAddress{0x4000});
    m.page(5, 0x7007);
    m.page(6, 0x8007 | entry::global);
    m.mmu.load_directory({0x1000});
    CHECK(m.at(0x5000) == PhysicalAddress{0x7000});
    CHECK(m.at(0x6000) == PhysicalAddress{0x4000});
    m.mmu.flush();
    CHECK(m.at(0x6000) == PhysicalAddress{0x8000});
}

TEST_CASE("code and data have caches of their own", "[mmu][tlb]") {
    PagedMachine m;
    CHECK(m.at(0x5000, Access::execute) == PhysicalAddress{0x3000});
    m.page(5, 0x7007);
    CHECK(m.at(0x5000, Access::read) == PhysicalAddress{0x7000});
    CHECK(m.at(0x5000, Access::execute) == PhysicalAddress{0x3000});
}

TEST_CASE("the first write walks again, to set the dirty bit", "[mmu][tlb]") {
    PagedMachine m;
    m.at(0x5000);
    CHECK((m.memory.read<std::uint32_t>({0x2014}) & entry::dirty) == 0);
    m.at(0x5000, Access::write);
    CHECK((m.memory.read<std::uint32_t>({0x2014}) & entry::dirty) != 0);
}

TEST_CASE("a fault is not cached: a repaired entry needs no flush", "[mmu][tlb]") {
    PagedMachine m;
    REQUIRE_FALSE(m.mmu.resolve({0x9000}, Access::read, Privilege::user));
    m.page(9, 0x5007);
    CHECK(m.at(0x9000) == PhysicalAddress{0x5000});
}

TEST_CASE("a page that holds code loses its fast path for writes", "[mmu][tlb]") {
    PagedMachine m;
    m.at(0x5000, Access::write);
    const TlbEntry& entry = m.mmu.tlb(Privilege::user).slot({0x5000});
    REQUIRE(entry.write_tag == 0x5000);
    m.mmu.watch_code({0x3000});
    CHECK(entry.write_tag == TlbEntry::no_page);
    CHECK(entry.read_tag == 0x5000);
}

TEST_CASE("dropping a code translation changes the generation", "[mmu][tlb]") {
    PagedMachine m;
    m.at(0x5000, Access::execute);
    const std::uint64_t before = m.mmu.code_generation();
    m.at(0x5004, Access::execute);
    CHECK(m.mmu.code_generation() == before);
    m.mmu.invalidate_page({0x5000});
    CHECK(m.mmu.code_generation() != before);
}

TEST_CASE("the entries in which walks set bits are counted", "[mmu][tlb]") {
    PagedMachine m;
    static_cast<void>(m.at(0x5000));
    CHECK(m.mmu.entries_marked() == 2);  // A in both
    static_cast<void>(m.at(0x5000, Access::write));
    CHECK(m.mmu.entries_marked() == 3);  // D in the table
    m.mmu.invalidate_page({0x5000});
    static_cast<void>(m.at(0x5000, Access::write));
    CHECK(m.mmu.entries_marked() == 3);
    static_cast<void>(m.mmu.translate({0x6000}, Access::read, Privilege::user));
    CHECK(m.mmu.entries_marked() == 3);
}

TEST_CASE("an observer hears of every translation that is dropped", "[mmu][tlb]") {
    struct Log : TranslationObserver {
        std::string text;
        void all_dropped() override { text += "all "; }
        void local_dropped() override { text += "local "; }
        void page_dropped(LinearAddress a) override { text += fmt::format("{:x} ", a.value); }
    } log;
    PagedMachine m;
    m.mmu.observe_translations(&log);
    m.mmu.load_directory({0x1000});
    m.mmu.invalidate_page({0x5004});
    m.mmu.flush();
    CHECK_FALSE(m.mmu.resolve({0x9000}, Access::read, Privilege::user));
    CHECK(log.text == "local 5004 all 9000 ");
}

TEST_CASE("a translation that is of one page to a reader and of another to a writer is refused",
          "[mmu][tlb]") {
    PagedMachine m;
    m.at(0x5000, Access::write);
    Archive saved;
    m.mmu.persist(saved);
    // The tags stand side by side; another page of the same place in the cache for the second.
    std::vector<std::byte> bytes = saved.written();
    const std::array<std::uint32_t, 2> tags{0x5000, 0x5000};
    const auto pattern = std::as_bytes(std::span(tags));
    const auto found = std::search(bytes.begin(), bytes.end(), pattern.begin(), pattern.end());
    REQUIRE(found != bytes.end());
    *(found + 6) = std::byte{0x40};
    Archive loaded(bytes);
    CHECK_THROWS_AS(m.mmu.persist(loaded), DamagedArchive);
}
