// SPDX-License-Identifier: MIT
#include <algorithm>
#include <random>
#include <vector>

#include <catch2/catch.hpp>
#include <embedded/guest.hpp>

#include "guest/import_check.hpp"
#include "guest/pe_image.hpp"
#include "support/soak.hpp"

using namespace ringside;

namespace {

using Bytes = std::vector<std::byte>;

class Mutator {
  public:
    explicit Mutator(std::uint32_t seed) : random_(seed) {}

    Bytes mutate(const Bytes& original) {
        Bytes bytes = original;
        for (std::size_t change = below(4) + 1; change > 0 && !bytes.empty(); --change) {
            switch (below(6)) {
                case 0: at(bytes) = static_cast<std::byte>(below(256)); break;
                case 1: in_headers(bytes) = static_cast<std::byte>(below(256)); break;
                case 2: put_dword(bytes, below(std::min<std::size_t>(bytes.size(), 0x400))); break;
                case 3: put_dword(bytes, below(bytes.size())); break;
                case 4: bytes.resize(below(bytes.size()) + 1); break;
                default: copy_within(bytes); break;
            }
        }
        return bytes;
    }

  private:
    std::size_t below(std::size_t limit) { return random_() % limit; }
    std::byte& at(Bytes& bytes) { return bytes[below(bytes.size())]; }
    std::byte& in_headers(Bytes& bytes) {
        return bytes[below(std::min<std::size_t>(bytes.size(), 0x400))];
    }

    void put_dword(Bytes& bytes, std::size_t where) {
        static constexpr std::uint32_t edges[] = {0,          1,          0x7FFFFFFF, 0x80000000,
                                                  0xFFFFFFFF, 0xFFFFFFF0, 0x1000,     0x00010000};
        std::uint32_t value =
            below(2) == 0 ? edges[below(std::size(edges))] : static_cast<std::uint32_t>(random_());
        for (std::size_t i = where; i < std::min(where + 4, bytes.size()); ++i) {
            bytes[i] = static_cast<std::byte>(value & 0xFF);
            value >>= 8U;
        }
    }

    void copy_within(Bytes& bytes) {
        const std::size_t length = below(std::min<std::size_t>(bytes.size(), 256)) + 1;
        const std::size_t from = below(bytes.size() - length + 1);
        const std::size_t to = below(bytes.size() - length + 1);
        const Bytes piece(bytes.begin() + static_cast<std::ptrdiff_t>(from),
                          bytes.begin() + static_cast<std::ptrdiff_t>(from + length));
        std::copy(piece.begin(), piece.end(), bytes.begin() + static_cast<std::ptrdiff_t>(to));
    }

    std::mt19937 random_;
};

}  // namespace

TEST_CASE("10,000 mutated PE files crash nothing", "[guest][pe][hostile]") {
    const auto upper = embedded::kernel32_dll();
    const Bytes original(upper.begin(), upper.end());
    const guest::Image lower = guest::read_pe("ntdll.dll", embedded::ntdll_xp_dll()).value();
    Mutator mutator(1);
    int accepted = 0;
    int refused = 0;
    for (int i = test::rounds(10000); i > 0; --i) {
        const Bytes bytes = mutator.mutate(original);
        const auto image = guest::read_pe("mutant.dll", bytes);
        if (!image) {
            ++refused;
            const std::string line = image.error().text();
            REQUIRE(line.starts_with("mutant.dll: "));
            REQUIRE(line.find('\n') == std::string::npos);
            continue;
        }
        ++accepted;
        for (std::uint32_t rva = 0; rva < image->size && rva < 0x10000; rva += 0x333) {
            static_cast<void>(image->symbol_at(rva));
            static_cast<void>(image->section_at(rva));
        }
        const auto find =
            [&](std::string_view name) -> Expected<const guest::Image*, guest::ImageError> {
            return name == "ntdll.dll" ? &lower : name == "kernel32.dll" ? &image.value() : nullptr;
        };
        static_cast<void>(guest::check_imports(image.value(), find));
    }
    // Both outcomes occur, or the test tests nothing.
    CHECK(accepted > 1000);
    CHECK(refused > 1000);
}
