// SPDX-License-Identifier: MIT
#include "host/journal.hpp"

#include <catch2/catch.hpp>

#include "base/ensure.hpp"
#include "host/mounts.hpp"
#include "support/temporary_folder.hpp"

using namespace ringside;
using namespace ringside::host;

namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text));
}

std::string read(Console& console) {
    std::array<std::byte, 16> bytes{};
    const auto got = console.read(bytes);
    return got ? std::string(reinterpret_cast<const char*>(bytes.data()), *got) : "error";
}

/// Takes the journal back to where it was.
struct Place {
    Archive archive;

    Place(Journal& journal, FileSystem& files) {
        archive.set_in_memory(true);
        journal.persist(archive, files);
    }
    void go_to(Journal& journal, FileSystem& files) {
        Archive in(archive.written());
        in.set_in_memory(true);
        journal.persist(in, files);
    }
};

}  // namespace

TEST_CASE("behind a step back, output is dropped and input comes again", "[host][journal]") {
    CapturedConsole real("one two");
    Mounts mounts;
    Journal journal(Journal::Keeps::answers);
    JournaledConsole console(journal, real);
    Place start(journal, mounts);
    CHECK(console.write(Stream::output, bytes_of("A")));
    const std::string input = read(console);
    CHECK(input == "one two");
    CHECK(console.write(Stream::output, bytes_of("B")));
    start.go_to(journal, mounts);
    CHECK(journal.replaying());
    CHECK(console.write(Stream::output, bytes_of("A")));
    CHECK(read(console) == input);
    CHECK(journal.replaying());
    CHECK(console.write(Stream::output, bytes_of("B")));
    CHECK_FALSE(journal.replaying());
    CHECK(real.output() == "AB");
    CHECK(console.write(Stream::output, bytes_of("C")));
    CHECK(real.output() == "ABC");
    CHECK(journal.input_taken() == 7);
}

TEST_CASE("a future that is forgotten is made anew, and what came before is kept",
          "[host][journal]") {
    CapturedConsole real("one");
    Mounts mounts;
    Journal journal(Journal::Keeps::answers);
    JournaledConsole console(journal, real);
    Place start(journal, mounts);
    CHECK(console.write(Stream::output, bytes_of("A")));
    Place behind_a(journal, mounts);
    CHECK(console.write(Stream::output, bytes_of("B")));
    behind_a.go_to(journal, mounts);
    journal.forget_future();
    CHECK_FALSE(journal.replaying());
    CHECK(read(console) == "one");  // something else than the first time
    start.go_to(journal, mounts);
    CHECK(console.write(Stream::output, bytes_of("A")));
    CHECK(read(console) == "one");
    CHECK(real.output() == "AB");
}

TEST_CASE("a run that does not repeat itself is found out", "[host][journal]") {
    CapturedConsole real("x");
    Mounts mounts;
    Journal journal(Journal::Keeps::answers);
    JournaledConsole console(journal, real);
    Place start(journal, mounts);
    CHECK(console.write(Stream::output, bytes_of("A")));
    start.go_to(journal, mounts);
    CHECK_THROWS_AS(read(console), BrokenInvariant);
}

TEST_CASE("a file that is written and deleted stays as it is when the run comes by again",
          "[host][journal]") {
    const TemporaryFolder folder;
    Mounts mounts;
    mounts.add_directory(u"C:\\work", folder.path().string(), true);
    Journal journal(Journal::Keeps::answers);
    JournaledFiles files(journal, mounts);
    Place start(journal, mounts);
    const auto once = [&] {
        OpenRequest request;
        request.disposition = Disposition::create;
        request.write = true;
        auto opened = files.open(*parse_path(u"C:\\work\\new.txt"), request);
        REQUIRE(opened);
        CHECK(opened->action == Opened::created);
        CHECK(opened->file->write_at(0, bytes_of("text")));
        CHECK(opened->file->facts()->size == 4);
        CHECK(files.rename(*opened->file, *parse_path(u"C:\\work\\other.txt"), false));
    };
    once();
    CHECK(std::filesystem::exists(folder.path() / "other.txt"));
    std::filesystem::remove(folder.path() / "other.txt");
    start.go_to(journal, mounts);
    once();
    CHECK_FALSE(journal.replaying());
    CHECK_FALSE(std::filesystem::exists(folder.path() / "other.txt"));
    CHECK_FALSE(std::filesystem::exists(folder.path() / "new.txt"));
}

TEST_CASE("open files are found again by name, size and sum", "[host][journal]") {
    const TemporaryFolder folder;
    folder.write("data.txt", "as it was");
    Mounts mounts;
    mounts.add_directory(u"C:\\work", folder.path().string(), true);
    Journal journal(Journal::Keeps::nothing);
    JournaledFiles files(journal, mounts);
    auto opened = files.open(*parse_path(u"C:\\work\\data.txt"), {});
    REQUIRE(opened);
    Archive saved;
    journal.persist(saved, mounts);

    Journal later(Journal::Keeps::nothing);
    Archive in(saved.written());
    later.persist(in, mounts);
    const auto number = dynamic_cast<JournaledFile&>(*opened->file).number();
    REQUIRE(later.file(number) != nullptr);
    CHECK(later.file(number)->facts()->size == 9);

    folder.write("data.txt", "as it is!");
    Archive again(saved.written());
    CHECK_THROWS_WITH(later.persist(again, mounts), Catch::Contains("C:\\work\\data.txt"));
    std::filesystem::remove(folder.path() / "data.txt");
    Archive third(saved.written());
    CHECK_THROWS_WITH(later.persist(third, mounts), Catch::Contains("C:\\work\\data.txt"));
    Archive fourth;
    CHECK_THROWS_WITH(journal.persist(fourth, mounts), Catch::Contains("was deleted"));
}

TEST_CASE("numbers of files outlive the process, by their paths", "[host][mounts]") {
    const TemporaryFolder folder;
    folder.write("a", "1");
    folder.write("b", "2");
    const auto identity = [](Mounts& mounts, std::u16string_view path) {
        return mounts.open(*parse_path(path), {})->file->facts()->identity;
    };
    Mounts mounts;
    mounts.add_directory(u"C:\\work", folder.path().string(), false);
    const auto b = identity(mounts, u"C:\\work\\b");
    Archive saved;
    mounts.persist_identities(saved);
    Mounts later;
    later.add_directory(u"C:\\work", folder.path().string(), false);
    Archive in(saved.written());
    later.persist_identities(in);
    CHECK(identity(later, u"C:\\work\\a") == identity(mounts, u"C:\\work\\a"));
    CHECK(identity(later, u"C:\\work\\b") == b);
}
