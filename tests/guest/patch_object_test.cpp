// SPDX-License-Identifier: MIT
#include "guest/patch_object.hpp"

#include <random>

#include <catch2/catch.hpp>

#include "base/bits.hpp"
#include "base/ensure.hpp"
#include "guest/patch.hpp"
#include "support/ring_machine.hpp"
#include "support/soak.hpp"

namespace ringside::guest {
namespace {

std::vector<std::byte> object() {
    std::ifstream file(std::string(RINGSIDE_TEST_GUESTS) + "/times_two.o", std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    REQUIRE_FALSE(text.empty());
    const auto bytes = std::as_bytes(std::span(text));
    return {bytes.begin(), bytes.end()};
}

}  // namespace

TEST_CASE("patch object: code is placed and refers to the guest's symbols", "[guest][patch]") {
    test::RingMachine ring;
    Patches patches;
    patches.add_object("times_two.o", object(), "0x50000");
    patches.add_file("a.patch", "service_table = 0x50000");
    patches.apply(PatchTime::late, ring.machine, ring.kernel);
    CHECK(ring.run().status == 169);  // 84 << 1 | 1
}

TEST_CASE("patch object: relocations are absolute or relative to their place", "[guest][patch]") {
    const PatchObject code("times_two.o", object());
    const auto lookup = [](std::string_view name) -> std::optional<LinearAddress> {
        return name == "service_add" ? LinearAddress{0x2000} : LinearAddress{0x3000};
    };
    const auto bytes = code.placed_at({0x1000}, lookup);
    CHECK(load<std::uint32_t>(bytes.data() + 9) == 0x2000 - 0x1000 - 13);  // call
    CHECK(load<std::uint32_t>(bytes.data() + 17) == 0x3000);               // mov ecx, offset
}

TEST_CASE("patch object: its global names count from its first byte", "[guest][patch]") {
    const PatchObject code("times_two.o", object());
    REQUIRE(code.symbols().size() == 1);
    CHECK(code.symbols().front().name == "times_two");
    CHECK(code.symbols().front().address == LinearAddress{0});
    CHECK(code.size() > 17);
}

TEST_CASE("patch object: a system without kernel modules says so", "[guest][patch]") {
    test::RingMachine ring;
    Patches patches;
    patches.add_object("times_two.o", object(), "");
    CHECK(patches.has(PatchTime::early));
    CHECK_FALSE(patches.has(PatchTime::late));
    CHECK_THROWS_WITH(patches.apply(PatchTime::early, ring.machine, ring.kernel),
                      Catch::Contains("times_two.o: this system has no place for kernel modules"));
}

TEST_CASE("patch object: a symbol that nothing has is named", "[guest][patch]") {
    const PatchObject code("times_two.o", object());
    CHECK_THROWS_WITH(
        code.placed_at({0x1000},
                       [](std::string_view) -> std::optional<LinearAddress> { return {}; }),
        Catch::Contains("times_two.o: symbol 'service_add'"));
}

TEST_CASE("patch object: files that are none are refused with field and reason", "[guest][patch]") {
    const auto refused = [](std::vector<std::byte> bytes) {
        try {
            PatchObject code("x.o", bytes);
        } catch (const InputError& error) {
            CHECK(error.exit_status() == 126);
            return std::string(error.what());
        }
        return std::string("accepted");
    };
    CHECK(refused({}) == "x.o: e_ident: not an ELF file");
    auto bytes = object();
    bytes[16] = std::byte{2};
    CHECK(refused(bytes).starts_with("x.o: e_type: not a relocatable file"));
    bytes = object();
    bytes[18] = std::byte{62};
    CHECK(refused(bytes) == "x.o: e_machine: not for the i386");
    bytes = object();
    bytes[4] = std::byte{2};
    CHECK(refused(bytes).starts_with("x.o: e_ident: not a 32-bit"));
    bytes = object();
    store<std::uint32_t>(bytes.data() + 32, 0xFFFFFFF0);
    CHECK(refused(bytes) == "x.o: e_shoff: lies outside the file");
}

TEST_CASE("patch object: no damaged file crashes the reader", "[guest][patch][hostile]") {
    const auto whole = object();
    std::mt19937 chance(1);
    for (int round = test::rounds(5000); round > 0; --round) {
        auto bytes = whole;
        for (unsigned changes = 1 + chance() % 4; changes > 0; --changes) {
            bytes[chance() % bytes.size()] = static_cast<std::byte>(chance());
        }
        if (chance() % 4 == 0) {
            bytes.resize(chance() % bytes.size());
        }
        try {
            const PatchObject code("x.o", bytes);
            static_cast<void>(code.placed_at(
                {0x1000}, [](std::string_view) { return std::optional(LinearAddress{}); }));
        } catch (const InputError&) {
            // A reason is all that a damaged file is owed.
        }
    }
}

}  // namespace ringside::guest
