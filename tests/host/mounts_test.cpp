// SPDX-License-Identifier: MIT
#include "host/mounts.hpp"

#include <array>

#include <catch2/catch.hpp>

#include "support/temporary_folder.hpp"

using namespace ringside;
using namespace ringside::host;

namespace {

constexpr FileTime some_time{default_date.ticks + 42};

struct World {
    TemporaryFolder folder;
    Mounts mounts;

    explicit World(bool writable = false) {
        folder.write("Readme.txt", "hello");
        folder.write("sub/inner.txt", "deep");
        mounts.add_directory(u"C:\\app", folder.path().string(), writable);
    }
    Expected<OpenedFile, HostError> open(std::u16string_view path, OpenRequest request = {}) {
        const auto parsed = parse_path(path);
        if (!parsed) {
            return Unexpected{parsed.error()};
        }
        return mounts.open(*parsed, request);
    }
    std::string text(std::u16string_view path) {
        auto opened = open(path);
        REQUIRE(opened);
        std::array<std::byte, 64> buffer{};
        const auto got = opened->file->read_at(0, buffer);
        REQUIRE(got);
        std::string result;
        for (std::size_t i = 0; i < *got; ++i) {
            result.push_back(static_cast<char>(buffer[i]));
        }
        return result;
    }
    HostError error(std::u16string_view path, OpenRequest request = {}) {
        const auto opened = open(path, request);
        REQUIRE_FALSE(opened);
        return opened.error();
    }
};

std::vector<std::u16string> names(const File& directory) {
    std::vector<std::u16string> result;
    const auto entries = directory.entries();
    REQUIRE(entries);
    for (const auto& entry : *entries) {
        result.push_back(entry.name);
    }
    return result;
}

std::span<const std::byte> bytes(std::string_view text) {
    return std::as_bytes(std::span{text.data(), text.size()});
}

constexpr OpenRequest for_writing{.disposition = Disposition::open_or_create,
                                  .kind = Kind::file,
                                  .write = true,
                                  .now = some_time};

}  // namespace

TEST_CASE("mounts: names compare without case", "[host][mounts]") {
    World world;
    CHECK(world.text(u"C:\\app\\Readme.txt") == "hello");
    CHECK(world.text(u"c:\\APP\\README.TXT") == "hello");
    CHECK(world.text(u"C:\\App\\SUB\\Inner.TXT") == "deep");
}

TEST_CASE("mounts: the exact spelling wins over another case", "[host][mounts]") {
    World world;
    world.folder.write("readme.TXT", "other");
    CHECK(world.text(u"C:\\app\\readme.TXT") == "other");
    CHECK(world.text(u"C:\\app\\Readme.txt") == "hello");
    CHECK(world.text(u"C:\\app\\README.txt") == "hello");
}

TEST_CASE("mounts: a missing file and a missing directory differ", "[host][mounts]") {
    World world;
    CHECK(world.error(u"C:\\app\\none.txt") == HostError::not_found);
    CHECK(world.error(u"C:\\app\\none\\x.txt") == HostError::path_not_found);
    CHECK(world.error(u"C:\\app\\Readme.txt\\x") == HostError::path_not_found);
    CHECK(world.error(u"C:\\none") == HostError::not_found);
    CHECK(world.error(u"C:\\none\\x") == HostError::path_not_found);
    CHECK(world.error(u"D:\\x") == HostError::path_not_found);
}

TEST_CASE("mounts: the kind asked for is held against the file", "[host][mounts]") {
    World world;
    CHECK(world.error(u"C:\\app\\sub", {.kind = Kind::file}) == HostError::is_a_directory);
    CHECK(world.error(u"C:\\app\\Readme.txt", {.kind = Kind::directory}) ==
          HostError::not_a_directory);
    CHECK(world.error(u"C:\\app\\Readme.txt\\") == HostError::invalid_name);
    CHECK(world.error(u"C:\\app", {.kind = Kind::file}) == HostError::is_a_directory);
}

TEST_CASE("mounts: read-only unless given as writable", "[host][mounts]") {
    World world;
    CHECK(world.error(u"C:\\app\\new.txt", for_writing) == HostError::read_only);
    CHECK(world.error(u"C:\\app\\Readme.txt", for_writing) == HostError::read_only);
    OpenRequest overwrite{.disposition = Disposition::overwrite};
    CHECK(world.error(u"C:\\app\\Readme.txt", overwrite) == HostError::read_only);
    const auto opened = world.open(u"C:\\app\\Readme.txt");
    CHECK(opened->file->write_at(0, bytes("x")).error() == HostError::read_only);
    CHECK(opened->file->set_size(0).error() == HostError::read_only);
    CHECK(opened->file->remove().error() == HostError::read_only);
    CHECK(world.folder.read("Readme.txt") == "hello");
}

TEST_CASE("mounts: a written file carries the guest's time", "[host][mounts]") {
    World world(true);
    auto opened = world.open(u"C:\\app\\new.txt", for_writing);
    REQUIRE(opened);
    CHECK(opened->action == Opened::created);
    CHECK(opened->file->facts()->written == some_time);
    CHECK(opened->file->write_at(2, bytes("xy")));
    CHECK(opened->file->set_written({some_time.ticks + 7}));
    CHECK(opened->file->facts()->written == FileTime{some_time.ticks + 7});
    CHECK(world.folder.read("new.txt") == std::string("\0\0xy", 4));
}

TEST_CASE("mounts: dispositions", "[host][mounts]") {
    World world(true);
    OpenRequest request = for_writing;
    CHECK(world.open(u"C:\\app\\Readme.txt", request)->action == Opened::opened);
    request.disposition = Disposition::create;
    CHECK(world.error(u"C:\\app\\Readme.txt", request) == HostError::exists);
    request.disposition = Disposition::overwrite;
    CHECK(world.error(u"C:\\app\\fresh.txt", request) == HostError::not_found);
    CHECK(world.open(u"C:\\app\\Readme.txt", request)->action == Opened::overwritten);
    CHECK(world.folder.read("Readme.txt").empty());
    request.disposition = Disposition::supersede;
    CHECK(world.open(u"C:\\app\\Readme.txt", request)->action == Opened::superseded);
    request.disposition = Disposition::overwrite_or_create;
    CHECK(world.open(u"C:\\app\\fresh.txt", request)->action == Opened::created);
}

TEST_CASE("mounts: directories are made, removed only when empty", "[host][mounts]") {
    World world(true);
    const OpenRequest make{
        .disposition = Disposition::create, .kind = Kind::directory, .now = some_time};
    REQUIRE(world.open(u"C:\\app\\made", make));
    CHECK(world.error(u"C:\\app\\made", make) == HostError::exists);
    CHECK(world.open(u"C:\\app\\sub")->file->remove().error() == HostError::not_empty);
    CHECK(world.open(u"C:\\app\\made")->file->remove());
    CHECK(world.error(u"C:\\app\\made") == HostError::not_found);
    CHECK(world.open(u"C:\\app")->file->remove().error() == HostError::read_only);
}

TEST_CASE("mounts: rename moves a name within the mount", "[host][mounts]") {
    World world(true);
    auto opened = world.open(u"C:\\app\\Readme.txt", for_writing);
    REQUIRE(opened);
    File& file = *opened->file;
    CHECK(world.mounts.rename(file, *parse_path(u"C:\\app\\sub\\inner.txt"), false).error() ==
          HostError::exists);
    CHECK(world.mounts.rename(file, *parse_path(u"C:\\app\\README.txt"), false));
    CHECK(world.folder.read("README.txt") == "hello");
    CHECK(world.mounts.rename(file, *parse_path(u"C:\\app\\sub\\inner.txt"), true));
    CHECK(world.folder.read("sub/inner.txt") == "hello");
    CHECK(world.mounts.rename(file, *parse_path(u"C:\\out.txt"), true).error() ==
          HostError::not_found);
    CHECK(file.remove());
}

TEST_CASE("mounts: entries stand in upcased order and the tree hides the host", "[host][mounts]") {
    World world;
    world.folder.write("b.txt", "");
    world.folder.write("A.txt", "");
    world.folder.write("_x", "");
    world.mounts.add_file(u"C:\\app\\B.TXT", bytes("virtual"), some_time);
    CHECK(names(*world.open(u"C:\\app")->file) ==
          std::vector<std::u16string>{u"A.txt", u"B.TXT", u"Readme.txt", u"sub", u"_x"});
    CHECK(world.text(u"C:\\app\\b.txt") == "virtual");
    CHECK(names(*world.open(u"C:\\")->file) == std::vector<std::u16string>{u"app"});
}

TEST_CASE("mounts: files from memory may be handed over", "[host][mounts]") {
    World world;
    for (const char* name : {"a", "b", "c"}) {
        const auto text = bytes(name);
        std::vector<std::byte> file(text.begin(), text.end());
        const std::string path = std::string("C:\\made\\") + name;
        world.mounts.add_file(std::u16string(path.begin(), path.end()), std::move(file), some_time);
    }
    CHECK(world.text(u"C:\\made\\a") == "a");
    CHECK(world.text(u"C:\\made\\c") == "c");
}

TEST_CASE("mounts: files from memory are read-only and have their bytes", "[host][mounts]") {
    World world;
    world.mounts.add_file(u"C:\\windows\\system32\\ntdll.dll", bytes("MZ..."), some_time);
    CHECK(world.text(u"C:\\WINDOWS\\System32\\NTDLL.DLL") == "MZ...");
    auto opened = world.open(u"C:\\windows\\system32\\ntdll.dll");
    CHECK(opened->file->facts()->size == 5);
    CHECK(opened->file->facts()->written == some_time);
    std::array<std::byte, 4> buffer{};
    CHECK(*opened->file->read_at(5, buffer) == 0);
    CHECK(*opened->file->read_at(~std::uint64_t{0}, buffer) == 0);
    CHECK(world.error(u"C:\\windows\\system32\\ntdll.dll", for_writing) == HostError::read_only);
    CHECK(world.error(u"C:\\windows\\system32\\ntdll.dll\\x") == HostError::path_not_found);
}

TEST_CASE("mounts: file identities are counted, not the host's", "[host][mounts]") {
    World world;
    const auto first = world.open(u"C:\\app\\Readme.txt")->file->facts()->identity;
    const auto second = world.open(u"C:\\app\\sub\\inner.txt")->file->facts()->identity;
    CHECK(second == first + 1);
    CHECK(world.open(u"C:\\app\\README.TXT")->file->facts()->identity == first);
}

TEST_CASE("mounts: bad input of the user is said plainly", "[host][mounts]") {
    Mounts mounts;
    CHECK_THROWS_WITH(mounts.add_directory(u"C:\\x", "/no/such/folder", false),
                      Catch::Contains("/no/such/folder") && Catch::Contains("not found"));
    CHECK_THROWS_WITH(mounts.add_directory(u"nonsense", "/", false),
                      Catch::Contains("nonsense: not a guest path"));
}

TEST_CASE("mounts: offsets past what the host can hold fail as values", "[host][mounts]") {
    World world(true);
    auto opened = world.open(u"C:\\app\\new.txt", for_writing);
    CHECK(opened->file->write_at(~std::uint64_t{0}, bytes("x")).error() == HostError::disk_full);
    CHECK(opened->file->set_size(~std::uint64_t{0}).error() == HostError::disk_full);
    std::array<std::byte, 4> buffer{};
    CHECK(*opened->file->read_at(~std::uint64_t{0} - 1, buffer) == 0);
}
