// SPDX-License-Identifier: MIT
#include "base/archive.hpp"

#include <catch2/catch.hpp>

using namespace ringside;

namespace {

struct Point {
    int x = 0;
    std::optional<std::string> name;
};

void persist(Archive& archive, Point& point) {
    auto& [x, name] = point;
    persist_all(archive, x, name);
}

/// What is saved of one value, loaded into another.
template <typename T>
T through_archive(T value) {
    Archive out;
    persist_all(out, value);
    Archive in(out.written());
    T loaded{};
    persist_all(in, loaded);
    CHECK(in.at_end());
    return loaded;
}

}  // namespace

TEST_CASE("an archive gives back values of every shape", "[base][archive]") {
    CHECK(through_archive(std::uint64_t{0x123456789ABCDEF0}) == 0x123456789ABCDEF0);
    CHECK(through_archive(true));
    CHECK(through_archive(LinearAddress{0x80461000}) == LinearAddress{0x80461000});
    CHECK(through_archive(std::u16string(u"C:\\app")) == u"C:\\app");
    CHECK(through_archive(std::vector<std::string>{"a", "", "ccc"}) ==
          std::vector<std::string>{"a", "", "ccc"});
    CHECK(through_archive(std::vector<bool>{true, false, true}) ==
          std::vector<bool>{true, false, true});
    CHECK(through_archive(std::map<int, std::set<int>>{{1, {2, 3}}, {4, {}}}) ==
          std::map<int, std::set<int>>{{1, {2, 3}}, {4, {}}});
    const Point point = through_archive(Point{7, "here"});
    CHECK(point.x == 7);
    CHECK(point.name == "here");
    CHECK_FALSE(through_archive(Point{}).name.has_value());
}

TEST_CASE("an archive that is cut off says so", "[base][archive]") {
    Archive out;
    std::vector<std::string> value{"one", "two"};
    persist_all(out, value);
    for (std::size_t size = 0; size < out.written().size(); ++size) {
        Archive in(std::span(out.written()).first(size));
        std::vector<std::string> loaded;
        CHECK_THROWS_AS(persist_all(in, loaded), DamagedArchive);
    }
}

TEST_CASE("a length that cannot be takes no memory", "[base][archive]") {
    Archive out;
    std::uint64_t huge = std::uint64_t{1} << 60;
    out.number(huge);
    Archive in(out.written());
    std::vector<std::uint32_t> loaded;
    CHECK_THROWS_AS(persist_all(in, loaded), DamagedArchive);
}

TEST_CASE("a mark that is missing names the part", "[base][archive]") {
    Archive out;
    out.mark("CPU:");
    Archive in(out.written());
    CHECK_THROWS_WITH(in.mark("MMU:"), "the part 'MMU:' does not begin here");
}

TEST_CASE("an archive in memory carries what never changes by identity", "[base][archive]") {
    std::shared_ptr<const std::string> text = std::make_shared<const std::string>("shared");
    Archive out;
    out.set_in_memory(true);
    out.carry(text);
    Archive in(out.written(), out.carried());
    std::shared_ptr<const std::string> loaded;
    in.carry(loaded);
    CHECK(loaded == text);
    CHECK_THROWS_AS(in.carry(loaded), DamagedArchive);
}
