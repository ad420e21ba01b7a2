// SPDX-License-Identifier: MIT
// What a hostile guest tries against the border of its mounts.
#include <fcntl.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "host/mounts.hpp"
#include "support/temporary_folder.hpp"

using namespace ringside;
using namespace ringside::host;
namespace fs = std::filesystem;

namespace {

struct Border {
    TemporaryFolder folder;
    Mounts mounts;

    explicit Border(bool openat2) {
        folder.write("secret.txt", "outside");
        folder.write("inside/data.txt", "inside");
        fs::create_symlink("../secret.txt", folder.path() / "inside/link.txt");
        fs::create_symlink("..", folder.path() / "inside/up");
        fs::create_symlink("/", folder.path() / "inside/root");
        fs::create_symlink("data.txt", folder.path() / "inside/loop_home");
        fs::create_symlink("/proc/self/root", folder.path() / "inside/magic");
        REQUIRE(::mkfifo((folder.path() / "inside/fifo").c_str(), 0600) == 0);
        mounts.use_openat2(openat2);
        mounts.add_directory(u"C:\\app", (folder.path() / "inside").string(), true);
    }
    Expected<OpenedFile, HostError> open(std::u16string_view path,
                                         Disposition disposition = Disposition::open) {
        const auto parsed = parse_path(path);
        if (!parsed) {
            return Unexpected{parsed.error()};
        }
        return mounts.open(*parsed, {.disposition = disposition, .write = true});
    }
    HostError error(std::u16string_view path, Disposition disposition = Disposition::open) {
        const auto opened = open(path, disposition);
        REQUIRE_FALSE(opened);
        return opened.error();
    }
};

}  // namespace

TEST_CASE("no way out: by parent, absolute and foreign names", "[host][hostile]") {
    Border border(GENERATE(true, false));
    for (const auto* path :
         {u"C:\\app\\..\\secret.txt", u"C:\\app\\..\\..\\etc\\passwd", u"C:\\..\\etc\\passwd",
          u"C:\\app\\../secret.txt", u"C:/app/../secret.txt", u"/etc/passwd", u"\\etc\\passwd",
          u"C:\\app\\.\\data.txt", u"C:\\app\\\\data.txt", u"C:\\app\\data.txt:stream",
          u"C:\\app\\data.txt::$DATA", u"C:\\app\\*", u"C:\\app\\d?ta.txt", u"..\\secret.txt"}) {
        CHECK(border.error(path) == HostError::invalid_name);
        CHECK(border.error(path, Disposition::open_or_create) == HostError::invalid_name);
    }
    CHECK(border.error(u"C:\\etc\\passwd") == HostError::path_not_found);
}

TEST_CASE("no way out: links are never followed", "[host][hostile]") {
    Border border(GENERATE(true, false));
    CHECK(border.error(u"C:\\app\\link.txt") == HostError::access_denied);
    CHECK(border.error(u"C:\\app\\link.txt", Disposition::supersede) == HostError::access_denied);
    CHECK(border.error(u"C:\\app\\loop_home") == HostError::access_denied);
    CHECK(border.error(u"C:\\app\\up\\secret.txt") == HostError::access_denied);
    CHECK(border.error(u"C:\\app\\root\\etc\\passwd") == HostError::access_denied);
    CHECK(border.error(u"C:\\app\\magic\\etc\\passwd") == HostError::access_denied);
    CHECK(border.folder.read("secret.txt") == "outside");
}

TEST_CASE("no way out: links and pipes are not listed", "[host][hostile]") {
    Border border(true);
    const auto listed = border.open(u"C:\\app")->file->entries();
    REQUIRE(listed);
    REQUIRE(listed->size() == 1);
    CHECK(listed->front().name == u"data.txt");
}

TEST_CASE("no way out: a pipe neither opens nor blocks", "[host][hostile]") {
    Border border(GENERATE(true, false));
    CHECK(border.error(u"C:\\app\\fifo") == HostError::access_denied);
}

TEST_CASE("no way out: DOS device names and trailing dots are plain names", "[host][hostile]") {
    Border border(GENERATE(true, false));
    for (const auto* path : {u"C:\\app\\CON", u"C:\\app\\aux", u"C:\\app\\NUL", u"C:\\app\\COM1",
                             u"C:\\app\\data.txt.", u"C:\\app\\data.txt ", u"C:\\app\\... "}) {
        CHECK(border.error(path) == HostError::not_found);
    }
    REQUIRE(border.open(u"C:\\app\\NUL", Disposition::create));
    CHECK(fs::is_regular_file(border.folder.path() / "inside/NUL"));
}

TEST_CASE("no way out: long names fail as values", "[host][hostile]") {
    Border border(GENERATE(true, false));
    // 255 units of two UTF-8 bytes are more than a host name may have.
    const std::u16string wide(255, u'\u00e9');
    CHECK(border.error(u"C:\\app\\" + wide) == HostError::not_found);
    CHECK(border.error(u"C:\\app\\" + wide, Disposition::create) == HostError::invalid_name);
    CHECK(border.error(u"C:\\app\\" + std::u16string(256, u'x')) == HostError::invalid_name);
    CHECK(border.error(u"C:\\app\\" + std::u16string(40000, u'x')) == HostError::invalid_name);
    std::u16string deep = u"C:\\app";
    for (int i = 0; i < 10'000; ++i) {
        deep += u"\\d";
    }
    CHECK(border.error(deep) == HostError::path_not_found);
}

TEST_CASE("no way out: names with NUL or lone surrogates do not reach the host",
          "[host][hostile]") {
    Border border(GENERATE(true, false));
    CHECK(border.error(std::u16string(u"C:\\app\\data.txt\0x", 17)) == HostError::invalid_name);
    CHECK(border.error(std::u16string(u"C:\\app\\") + char16_t{0xD800}) == HostError::not_found);
    CHECK(border.error(std::u16string(u"C:\\app\\") + char16_t{0xD800}, Disposition::create) ==
          HostError::invalid_name);
}

TEST_CASE("no way out: one walk refuses names that are not one component", "[host][hostile]") {
    TemporaryFolder folder;
    folder.write("in/x", "");
    const auto root = open_root((folder.path() / "in").string());
    for (const char* name : {"", ".", "..", "a/b", "../x", "/"}) {
        CHECK(open_entry(*root, name, O_RDONLY).error() == HostError::invalid_name);
        CHECK(open_entry(*root, name, O_RDONLY, false).error() == HostError::invalid_name);
    }
}
