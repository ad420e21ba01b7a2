// SPDX-License-Identifier: MIT
#include "guest/user_memory.hpp"

#include <array>
#include <map>
#include <vector>

#include <catch2/catch.hpp>

using namespace ringside;
using namespace ringside::guest;

namespace {

constexpr std::uint32_t violation = 0xC0000005;
constexpr std::uint32_t table = 0x2000;

/// One page table for the first 4 MiB; page n maps to physical page 16 + n when it is made present.
class Paged final : public PageFaultResolver {
  public:
    Paged() {
        memory.write(PhysicalAddress{0x1000}, table | 7U);
        mmu.set_mode(
            {.enabled = true, .write_protect = true, .directory = PhysicalAddress{0x1000}});
    }
    void map(std::uint32_t page, std::uint32_t bits) {
        memory.write(PhysicalAddress{table + page * 4}, ((16 + page) << 12) | bits);
    }
    std::uint32_t resolve(LinearAddress address, mmu::Access, ProcessorMode) override {
        faults.push_back(address.value);
        const auto on_demand = answers.find(address.value / page_size);
        if (on_demand == answers.end()) {
            return violation;
        }
        if (on_demand->second == 0) {
            map(on_demand->first, 7);
        }
        return on_demand->second;
    }

    mmu::PhysicalMemory memory{1 << 20};
    mmu::Mmu mmu{memory};
    std::map<std::uint32_t, std::uint32_t> answers;
    std::vector<std::uint32_t> faults;
    UserMemory user{mmu, *this, LinearAddress{0x8000}, violation};
};

std::vector<std::byte> filled(std::size_t size) {
    return std::vector(size, std::byte{0x5A});
}

}  // namespace

TEST_CASE("user memory: a transfer crosses pages", "[guest][user_memory]") {
    Paged paged;
    paged.map(1, 7);
    paged.map(2, 7);
    const auto out = filled(0x1800);
    REQUIRE(paged.user.write(LinearAddress{0x1400}, out, ProcessorMode::user));
    std::vector<std::byte> in(out.size());
    REQUIRE(paged.user.read(LinearAddress{0x1400}, in, ProcessorMode::user));
    CHECK(in == out);
    CHECK(paged.memory.read<std::uint8_t>(PhysicalAddress{(16 + 2) * page_size + 0xBFF}) == 0x5A);
    CHECK(paged.memory.read<std::uint8_t>(PhysicalAddress{(16 + 2) * page_size + 0xC00}) == 0);
}

TEST_CASE("user memory: a missing page is asked for once", "[guest][user_memory]") {
    Paged paged;
    paged.answers = {{3, 0}};
    CHECK(paged.user.write(LinearAddress{0x3010}, filled(16), ProcessorMode::user));
    CHECK(paged.faults == std::vector<std::uint32_t>{0x3010});
    CHECK(paged.user.write(LinearAddress{0x3010}, filled(16), ProcessorMode::user));
    CHECK(paged.faults.size() == 1);
}

TEST_CASE("user memory: the resolver's status is the failure", "[guest][user_memory]") {
    Paged paged;
    paged.answers = {{3, 0x80000001}};
    const auto failed = paged.user.write(LinearAddress{0x3000}, filled(4), ProcessorMode::user);
    REQUIRE_FALSE(failed);
    CHECK(failed.error().status == 0x80000001);
    CHECK(failed.error().address == LinearAddress{0x3000});
    CHECK(failed.error().access == mmu::Access::write);
}

TEST_CASE("user memory: a resolver that repairs nothing is not asked again",
          "[guest][user_memory]") {
    Paged paged;
    paged.map(3, 5);
    paged.answers = {{4, 0}};
    std::array<std::byte, 1> byte{};
    paged.answers[3] = 1;
    CHECK_FALSE(paged.user.write(LinearAddress{0x3000}, byte, ProcessorMode::user));
    CHECK(paged.faults.size() == 1);
}

TEST_CASE("user memory: what stood before the fault stays written", "[guest][user_memory]") {
    Paged paged;
    paged.map(1, 7);
    const auto failed = paged.user.write(LinearAddress{0x1FF0}, filled(32), ProcessorMode::user);
    REQUIRE_FALSE(failed);
    CHECK(failed.error().address == LinearAddress{0x2000});
    CHECK(paged.memory.read<std::uint8_t>(PhysicalAddress{(16 + 1) * page_size + 0xFFF}) == 0x5A);
}

TEST_CASE("user memory: a user caller has neither kernel pages nor the limit",
          "[guest][user_memory]") {
    Paged paged;
    paged.map(1, 3);
    paged.map(8, 7);
    std::array<std::byte, 4> bytes{};
    CHECK_FALSE(paged.user.read(LinearAddress{0x1000}, bytes, ProcessorMode::user));
    CHECK(paged.user.read(LinearAddress{0x1000}, bytes, ProcessorMode::kernel));
    CHECK_FALSE(paged.user.read(LinearAddress{0x8000}, bytes, ProcessorMode::user));
    CHECK_FALSE(paged.user.read(LinearAddress{0x7FFE}, bytes, ProcessorMode::user));
    CHECK(paged.user.read(LinearAddress{0x8000}, bytes, ProcessorMode::kernel));
}

TEST_CASE("user memory: a range that wraps past 4 GiB fails", "[guest][user_memory]") {
    Paged paged;
    paged.answers = {{0xFFFFF, 0}};
    paged.memory.write(PhysicalAddress{0x1000 + 0x3FF * 4}, table | 7U);
    paged.memory.write(PhysicalAddress{table + 0x3FF * 4}, (16U << 12) | 7U);
    std::array<std::byte, 8> bytes{};
    CHECK_FALSE(paged.user.read(LinearAddress{0xFFFFFFFC}, bytes, ProcessorMode::kernel));
    CHECK(paged.user.read(LinearAddress{0xFFFFFFF8}, bytes, ProcessorMode::kernel));
}

TEST_CASE("user memory: probing makes pages present and changes nothing", "[guest][user_memory]") {
    Paged paged;
    paged.answers = {{1, 0}, {2, 0}};
    CHECK(paged.user.probe(LinearAddress{0x1800}, 0x1000, mmu::Access::write, ProcessorMode::user));
    CHECK(paged.faults == std::vector<std::uint32_t>{0x1800, 0x2000});
    CHECK_FALSE(
        paged.user.probe(LinearAddress{0x2800}, 0x1000, mmu::Access::write, ProcessorMode::user));
    CHECK(paged.user.probe(LinearAddress{0xF0000000}, 0, mmu::Access::read, ProcessorMode::user));
}

TEST_CASE("user memory: the watch hears of a write before it happens", "[guest][user_memory]") {
    struct Watch final : WriteWatch {
        void before_write(LinearAddress address, std::size_t length) override {
            seen.emplace_back(address.value, length);
        }
        std::vector<std::pair<std::uint32_t, std::size_t>> seen;
    } watch;
    Paged paged;
    paged.map(1, 7);
    paged.user.set_watch(&watch);
    CHECK(paged.user.write(LinearAddress{0x1004}, filled(4), ProcessorMode::kernel));
    REQUIRE(watch.seen.size() == 1);
    CHECK(watch.seen[0] == std::pair<std::uint32_t, std::size_t>{0x1004, 4});
}
