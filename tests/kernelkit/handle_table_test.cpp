// SPDX-License-Identifier: MIT
#include "kernelkit/handle_table.hpp"

#include <catch2/catch.hpp>

using ringside::kernelkit::HandleTable;

TEST_CASE("handles: are counted in steps and reused last closed first", "[kernelkit]") {
    HandleTable<int, int> table;
    const auto object = std::make_shared<int>(7);
    CHECK(table.insert(object, 1) == 4U);
    CHECK(table.insert(object, 2) == 8U);
    CHECK(table.insert(object, 3) == 12U);
    CHECK(table.remove(4));
    CHECK(table.remove(8));
    CHECK(table.insert(object, 4) == 8U);
    CHECK(table.insert(object, 5) == 4U);
    CHECK(table.insert(object, 6) == 16U);
    CHECK(table.count() == 4);
}

TEST_CASE("handles: the low bits of a handle do not matter", "[kernelkit]") {
    HandleTable<int, int> table;
    CHECK(table.insert(std::make_shared<int>(1), 9) == 4U);
    REQUIRE(table.find(7) != nullptr);
    CHECK(table.find(7)->rights == 9);
}

TEST_CASE("handles: what is not open is not found", "[kernelkit]") {
    HandleTable<int, int> table;
    CHECK(table.insert(std::make_shared<int>(1), 0) == 4U);
    for (const std::uint32_t handle : {0U, 3U, 8U, 0x80000000U, 0xFFFFFFFFU}) {
        CHECK(table.find(handle) == nullptr);
        CHECK_FALSE(table.remove(handle));
    }
    CHECK(table.remove(4));
    CHECK_FALSE(table.remove(4));
}

TEST_CASE("handles: closing the last handle frees the object", "[kernelkit]") {
    HandleTable<int, int> table;
    std::weak_ptr<int> watched;
    {
        const auto object = std::make_shared<int>(1);
        watched = object;
        CHECK(table.insert(object, 0));
        CHECK(table.insert(object, 0));
    }
    table.remove(4);
    CHECK_FALSE(watched.expired());
    table.remove(8);
    CHECK(watched.expired());
}

TEST_CASE("handles: the table has a limit", "[kernelkit]") {
    HandleTable<int, int> table(4, 2);
    const auto object = std::make_shared<int>(1);
    CHECK(table.insert(object, 0));
    CHECK(table.insert(object, 0));
    CHECK_FALSE(table.insert(object, 0));
    table.remove(4);
    CHECK(table.insert(object, 0) == 4U);
}
