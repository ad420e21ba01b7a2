// SPDX-License-Identifier: MIT
#include "guest/import_check.hpp"

#include <map>
#include <string>

#include <catch2/catch.hpp>

#include "guest/flat_image.hpp"
#include "guest/pe_builder.hpp"
#include "guest/pe_image.hpp"

using namespace ringside;
using guest::Image;
using guest::ImageError;
using guest::test::PeBuilder;

namespace {

/// A folder of DLLs.
class Folder {
  public:
    Folder& add(const std::string& name, const PeBuilder& file) {
        images_.emplace(name, guest::read_pe(name, file.bytes()).value());
        return *this;
    }

    [[nodiscard]] std::string check(const PeBuilder& program) const {
        const Image image = guest::read_pe("program.exe", program.bytes()).value();
        const auto result = guest::check_imports(
            image, [&](std::string_view name) -> Expected<const Image*, ImageError> {
                const auto found = images_.find(std::string(name));
                return found == images_.end() ? nullptr : &found->second;
            });
        return result ? "ok" : result.error().text();
    }

  private:
    std::map<std::string, Image> images_;
};

}  // namespace

TEST_CASE("an import that is there", "[guest][import]") {
    const Folder folder = Folder().add("other.dll", PeBuilder().export_one("Call"));
    CHECK(folder.check(PeBuilder()) == "ok");
    CHECK(folder.check(PeBuilder().import("OTHER.dll", "Call")) == "ok");
    CHECK(folder.check(PeBuilder().import("Other", "Call")) == "ok");
    CHECK(folder.check(PeBuilder().import("other.dll", "", 5)) == "ok");
}

TEST_CASE("a missing DLL or function is named", "[guest][import]") {
    const Folder folder = Folder().add("other.dll", PeBuilder().export_one("Call"));
    CHECK(folder.check(PeBuilder().import("absent.dll", "Call")) ==
          "program.exe: import absent.dll: no DLL of that name in the program's folder or in "
          "system32");
    CHECK(folder.check(PeBuilder().import("other.dll", "Cull")) ==
          "program.exe: import other.dll!Cull: other.dll does not export Cull");
    CHECK(folder.check(PeBuilder().import("other.dll", "", 9)) ==
          "program.exe: import other.dll!#9: other.dll does not export #9");
}

TEST_CASE("what a DLL needs is checked too", "[guest][import]") {
    const Folder folder =
        Folder().add("other.dll", PeBuilder().export_one("Call").import("deep.dll", "Far"));
    CHECK(folder.check(PeBuilder().import("other.dll", "Call")) ==
          "other.dll: import deep.dll: no DLL of that name in the program's folder or in "
          "system32");
}

TEST_CASE("forwarders are followed, loops are refused", "[guest][import]") {
    Folder folder;
    folder.add("a.dll", PeBuilder().export_one("Call", "B.#5"));
    folder.add("b.dll", PeBuilder().export_one("Real"));
    CHECK(folder.check(PeBuilder().import("a.dll", "Call")) == "ok");

    Folder circle;
    circle.add("a.dll", PeBuilder().export_one("Call", "B.Call"));
    circle.add("b.dll", PeBuilder().export_one("Call", "A.Call"));
    CHECK(circle.check(PeBuilder().import("a.dll", "Call")) ==
          "program.exe: import a.dll!Call: the forwarders of A!Call form a loop");

    Folder broken;
    broken.add("a.dll", PeBuilder().export_one("Call", "nowhere"));
    CHECK(broken.check(PeBuilder().import("a.dll", "Call")) ==
          "a.dll: export Call: the forwarder nowhere is not DLL.NAME");
}

TEST_CASE("modules that import each other are no loop", "[guest][import]") {
    Folder folder;
    folder.add("a.dll", PeBuilder().export_one("Call").import("b.dll", "Call"));
    folder.add("b.dll", PeBuilder().export_one("Call").import("a.dll", "Call"));
    CHECK(folder.check(PeBuilder().import("a.dll", "Call")) == "ok");
}

TEST_CASE("a flat image is its bytes at one place", "[guest][flat]") {
    const std::vector<std::byte> bytes(5000, std::byte{0x90});
    const auto image = guest::read_flat("x.flat", bytes, {0x400000}, {0x7FFF0000});
    REQUIRE(image);
    CHECK(image->preferred_base == 0x400000);
    CHECK(image->size == 0x2000);
    CHECK(image->entry == 0);
    CHECK(image->sections.at(0).bytes.size() == 5000);
    CHECK(guest::read_flat("x.flat", {}, {0x400000}, {0x7FFF0000}).error().text() ==
          "x.flat: size: the file is empty");
    CHECK(guest::read_flat("x.flat", bytes, {0x7FFEF000}, {0x7FFF0000}).error().text() ==
          "x.flat: size: 0x1388 bytes at L:7FFEF000 reach beyond L:7FFF0000");
}
