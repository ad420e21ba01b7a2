// SPDX-License-Identifier: MIT
#include "cpu/memory_model/model_tlb.hpp"

#include <catch2/catch.hpp>

using namespace ringside;
using namespace ringside::cpu::memory_model;

namespace {

constexpr Geometry small{32, 4, Replacement::round_robin};
constexpr Geometry large{8, 4, Replacement::pseudo_lru};
constexpr LinearAddress page{0x00401000};

}  // namespace

TEST_CASE("a page is known from its walk on", "[memory_model]") {
    ModelTlb tlb(small, {});
    CHECK_FALSE(tlb.use(page));
    tlb.insert(page, {});
    CHECK(tlb.use(page));
    CHECK(tlb.use(page + 0xFFF));
    CHECK_FALSE(tlb.use(page + 0x1000));
}

TEST_CASE("a large page is known as a whole", "[memory_model]") {
    ModelTlb tlb(small, large);
    tlb.insert(page, {true, false});
    CHECK(tlb.use(page + 0x3F0000));
    CHECK_FALSE(tlb.use(page + 0x400000));
}

TEST_CASE("without a place for large pages their parts are known", "[memory_model]") {
    ModelTlb tlb(small, {});
    tlb.insert(page, {true, false});
    CHECK(tlb.use(page));
    CHECK_FALSE(tlb.use(page + 0x1000));
}

TEST_CASE("a load of CR3 leaves the global pages", "[memory_model]") {
    ModelTlb tlb(small, large);
    tlb.insert(page, {false, true});
    tlb.insert(page + 0x1000, {});
    tlb.insert(page + 0x800000, {true, true});
    tlb.flush_local();
    CHECK(tlb.use(page));
    CHECK_FALSE(tlb.use(page + 0x1000));
    CHECK(tlb.use(page + 0x800000));
    tlb.flush();
    CHECK_FALSE(tlb.use(page));
}

TEST_CASE("INVLPG drops one page", "[memory_model]") {
    ModelTlb tlb(small, large);
    tlb.insert(page, {});
    tlb.insert(page + 0x1000, {});
    tlb.insert(page + 0x800000, {true, false});
    tlb.flush_page(page + 4);
    tlb.flush_page(page + 0x900000);
    CHECK_FALSE(tlb.use(page));
    CHECK(tlb.use(page + 0x1000));
    CHECK_FALSE(tlb.use(page + 0x800000));
}

TEST_CASE("a fifth page of a set of four replaces one", "[memory_model]") {
    ModelTlb tlb(small, {});  // eight sets
    for (std::uint32_t n = 0; n < 5; ++n) {
        tlb.insert(page + n * 8 * 0x1000, {});
    }
    CHECK_FALSE(tlb.use(page));
    CHECK(tlb.use(page + 4 * 8 * 0x1000));
}
