// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "nt/services/name_expression.hpp"
#include "nt/test_kernel.hpp"

using namespace ringside;
using namespace ringside::nt;

namespace {

constexpr std::uint32_t read_access = 0x80100080;   // GENERIC_READ | SYNCHRONIZE | ATTRIBUTES
constexpr std::uint32_t write_access = 0x40100080;  // GENERIC_WRITE | ...
constexpr std::uint32_t FILE_CREATE = 2;
constexpr std::uint32_t FILE_OPEN_IF = 3;
constexpr std::uint32_t FILE_OVERWRITE_IF = 5;
constexpr const char16_t* data_txt = u"\\??\\C:\\app\\data.txt";

struct Files : TestKernel {
    using TestKernel::TestKernel;

    NTSTATUS read(std::uint32_t handle, std::uint32_t buffer, std::uint32_t length,
                  std::uint32_t offset = 0) {
        io = scratch(8);
        return call("NtReadFile", {handle, 0, 0, 0, io, buffer, length, offset, 0});
    }
    NTSTATUS write(std::uint32_t handle, std::string_view text, std::uint32_t offset = 0) {
        io = scratch(8);
        const std::uint32_t buffer = put(std::as_bytes(std::span(text)));
        return call("NtWriteFile", {handle, 0, 0, 0, io, buffer,
                                    static_cast<std::uint32_t>(text.size()), offset, 0});
    }
    std::uint32_t information() { return get<IO_STATUS_BLOCK>(io).Information; }
    std::uint32_t io = 0;
};

}  // namespace

TEST_CASE("NtReadFile: follows the position of a synchronous file", "[nt][file]") {
    Files test;
    std::uint32_t file = 0;
    REQUIRE(test.open(data_txt, read_access, file) == STATUS_SUCCESS);
    const std::uint32_t buffer = test.scratch(64);
    CHECK(test.read(file, buffer, 5) == STATUS_SUCCESS);
    CHECK(test.text_at(buffer, 5) == "hello");
    CHECK(test.read(file, buffer, 64) == STATUS_SUCCESS);
    CHECK(test.information() == 7);
    CHECK(test.text_at(buffer, 7) == ", world");
    CHECK(test.read(file, buffer, 64) == STATUS_END_OF_FILE);
    CHECK(test.get<IO_STATUS_BLOCK>(test.io).Status == STATUS_END_OF_FILE.value);
    CHECK(test.read(file, buffer, 3, test.put_value(LARGE_INTEGER{7})) == STATUS_SUCCESS);
    CHECK(test.text_at(buffer, 3) == "wor");
    CHECK(test.read(file, buffer, 3, test.put_value(LARGE_INTEGER{-5})) ==
          STATUS_INVALID_PARAMETER);
}

TEST_CASE("NtReadFile: what cannot be read or written is a status", "[nt][file]") {
    Files test;
    std::uint32_t file = 0;
    REQUIRE(test.open(data_txt, read_access, file) == STATUS_SUCCESS);
    CHECK(test.read(file, 0x10, 4) == STATUS_ACCESS_VIOLATION);
    CHECK(test.read(file, 0x7FFF0000, 4) == STATUS_ACCESS_VIOLATION);
    CHECK(test.read(file, 0x804D7000, 4) == STATUS_ACCESS_VIOLATION);
    CHECK(test.read(file, 0x00401000, 4) == STATUS_ACCESS_VIOLATION);
    CHECK(test.read(0x1234, test.scratch(4), 4) == STATUS_INVALID_HANDLE);
    CHECK(test.read(8, test.scratch(4), 4) == STATUS_ACCESS_DENIED);
    CHECK(test.write(file, "x") == STATUS_ACCESS_DENIED);
    CHECK(test.call("NtReadFile", {file, 0, 0, 0, 0, test.scratch(4), 4, 0, 0}) ==
          STATUS_ACCESS_VIOLATION);
    CHECK(test.call("NtReadFile", {file, 4, 0, 0, test.scratch(8), test.scratch(4), 4, 0, 0}) ==
          STATUS_OBJECT_TYPE_MISMATCH);
    // Nothing was consumed by the attempts.
    const std::uint32_t buffer = test.scratch(16);
    CHECK(test.read(file, buffer, 16) == STATUS_SUCCESS);
    CHECK(test.information() == 12);
}

TEST_CASE("NtReadFile: an output that ends in no man's land fails before reading", "[nt][file]") {
    Files test({.input = "typed"});
    const std::uint32_t buffer = test.scratch(16);
    CHECK(test.read(4, 0x7FFDFFFC, 64) == STATUS_ACCESS_VIOLATION);
    CHECK(test.read(4, buffer, 16) == STATUS_SUCCESS);
    CHECK(test.text_at(buffer, test.information()) == "typed");
    CHECK(test.read(4, buffer, 16) == STATUS_END_OF_FILE);
}

TEST_CASE("NtWriteFile: the console, a file, its end", "[nt][file]") {
    Files test;
    CHECK(test.write(8, "out") == STATUS_SUCCESS);
    CHECK(test.write(12, "err") == STATUS_SUCCESS);
    CHECK(test.console.output() == "out");
    CHECK(test.console.error_output() == "err");
    std::uint32_t file = 0;
    REQUIRE(test.open(data_txt, write_access, file) == STATUS_SUCCESS);
    CHECK(test.write(file, "HELLO") == STATUS_SUCCESS);
    CHECK(test.write(file, "!", test.put_value(LARGE_INTEGER{-1})) == STATUS_SUCCESS);
    CHECK(test.folder.read("data.txt") == "HELLO, world!");
    std::uint32_t append = 0;
    REQUIRE(test.open(data_txt, 0x00100004, append) == STATUS_SUCCESS);
    CHECK(test.write(append, "?") == STATUS_SUCCESS);
    CHECK(test.folder.read("data.txt") == "HELLO, world!?");
}

TEST_CASE("NtCreateFile: dispositions tell what they did", "[nt][file]") {
    Files test;
    const auto create = [&test](std::uint32_t disposition, std::u16string_view name) {
        const std::uint32_t io = test.scratch(8);
        const NTSTATUS status =
            test.call("NtCreateFile", {test.put_value(0U), write_access, test.put_name(name), io, 0,
                                       0x80, 7, disposition, 0x60, 0, 0});
        return nt_success(status) ? test.get<IO_STATUS_BLOCK>(io).Information : status.value;
    };
    CHECK(create(FILE_CREATE, data_txt) == STATUS_OBJECT_NAME_COLLISION.value);
    CHECK(create(FILE_OPEN_IF, data_txt) == 1);
    CHECK(create(FILE_OPEN_IF, u"\\??\\C:\\app\\new.txt") == 2);
    CHECK(create(FILE_OVERWRITE_IF, data_txt) == 3);
    CHECK(test.folder.read("data.txt").empty());
    CHECK(create(1, u"\\??\\C:\\app\\none.txt") == STATUS_OBJECT_NAME_NOT_FOUND.value);
    CHECK(create(1, u"\\??\\C:\\none\\none.txt") == STATUS_OBJECT_PATH_NOT_FOUND.value);
    CHECK(create(6, data_txt) == STATUS_INVALID_PARAMETER.value);
}

TEST_CASE("NtCreateFile: names that lead nowhere", "[nt][file]") {
    Files test;
    std::uint32_t file = 0;
    CHECK(test.open(u"C:\\app\\data.txt", read_access, file) == STATUS_OBJECT_PATH_SYNTAX_BAD);
    CHECK(test.open(u"\\??\\C:\\app\\..\\data.txt", read_access, file) ==
          STATUS_OBJECT_NAME_INVALID);
    CHECK(test.open(u"\\??\\C:\\app\\data.txt:s", read_access, file) == STATUS_OBJECT_NAME_INVALID);
    CHECK(test.open(u"\\??\\Z:\\x", read_access, file) == STATUS_OBJECT_PATH_NOT_FOUND);
    CHECK(test.open(u"\\Device\\Nonsense\\x", read_access, file) == STATUS_OBJECT_PATH_NOT_FOUND);
    CHECK(test.open(u"\\??\\C:\\app", read_access, file) == STATUS_FILE_IS_A_DIRECTORY);
    CHECK(test.open(u"\\Device\\HarddiskVolume1\\APP\\DATA.TXT", read_access, file) ==
          STATUS_SUCCESS);
    CHECK(test.open(u"\\??\\NUL", read_access, file) == STATUS_SUCCESS);
    CHECK(test.read(file, test.scratch(4), 4) == STATUS_END_OF_FILE);
    CHECK(test.open(u"\\??\\CONOUT$", write_access, file) == STATUS_SUCCESS);
    CHECK(test.write(file, "con") == STATUS_SUCCESS);
    CHECK(test.console.output() == "con");
}

TEST_CASE("NtCreateFile: sharing is held to", "[nt][file]") {
    Files test;
    std::uint32_t first = 0;
    std::uint32_t second = 0;
    REQUIRE(test.open(data_txt, read_access, first, 1, 0x60, 1) == STATUS_SUCCESS);
    CHECK(test.open(data_txt, read_access, second, 1, 0x60, 1) == STATUS_SUCCESS);
    CHECK(test.open(data_txt, write_access, second, 1, 0x60, 7) == STATUS_SHARING_VIOLATION);
    CHECK(test.open(data_txt, write_access, second, FILE_OVERWRITE_IF) == STATUS_SHARING_VIOLATION);
    CHECK(test.folder.read("data.txt") == "hello, world");
}

TEST_CASE("NtCreateFile: a read-only mount says so", "[nt][file]") {
    Files test({.writable = false});
    std::uint32_t file = 0;
    CHECK(test.open(data_txt, write_access, file) == STATUS_MEDIA_WRITE_PROTECTED);
    CHECK(test.open(u"\\??\\C:\\app\\new", write_access, file, FILE_CREATE) ==
          STATUS_MEDIA_WRITE_PROTECTED);
    CHECK(test.open(data_txt, 0x02100000, file) == STATUS_SUCCESS);
}

TEST_CASE("NtQueryInformationFile: position, size, name", "[nt][file]") {
    Files test;
    std::uint32_t file = 0;
    REQUIRE(test.open(data_txt, 0xC0110080, file) == STATUS_SUCCESS);
    const std::uint32_t io = test.scratch(8);
    const std::uint32_t buffer = test.scratch(256);
    const auto query = [&](std::uint32_t length, std::uint32_t information_class) {
        return test.call("NtQueryInformationFile", {file, io, buffer, length, information_class});
    };
    CHECK(query(0x18, 5) == STATUS_SUCCESS);
    CHECK(test.get<FILE_STANDARD_INFORMATION>(buffer).EndOfFile == 12);
    CHECK(query(0x28, 4) == STATUS_SUCCESS);
    CHECK(test.get<FILE_BASIC_INFORMATION>(buffer).FileAttributes == 0x20);
    CHECK(query(256, 9) == STATUS_SUCCESS);
    CHECK(test.get<std::uint32_t>(buffer) == 26);
    CHECK(query(8, 9) == STATUS_BUFFER_OVERFLOW);
    CHECK(query(4, 5) == STATUS_INFO_LENGTH_MISMATCH);
    CHECK(query(256, 99) == STATUS_INVALID_INFO_CLASS);
    const auto set = [&](std::uint32_t in, std::uint32_t length, std::uint32_t information_class) {
        return test.call("NtSetInformationFile", {file, io, in, length, information_class});
    };
    CHECK(set(test.put_value(LARGE_INTEGER{5}), 8, 14) == STATUS_SUCCESS);
    CHECK(query(8, 14) == STATUS_SUCCESS);
    CHECK(test.get<LARGE_INTEGER>(buffer).QuadPart == 5);
    CHECK(set(test.put_value(LARGE_INTEGER{4}), 8, 20) == STATUS_SUCCESS);
    CHECK(test.folder.read("data.txt") == "hell");
    CHECK(set(test.put_value(LARGE_INTEGER{-4}), 8, 20) == STATUS_INVALID_PARAMETER);
    CHECK(set(test.put_value(std::uint8_t{1}), 1, 13) == STATUS_SUCCESS);
    CHECK(test.call("NtClose", {file}) == STATUS_SUCCESS);
    CHECK(test.open(data_txt, read_access, file) == STATUS_OBJECT_NAME_NOT_FOUND);
}

TEST_CASE("NtWriteFile: files that the guest writes carry the guest's time", "[nt][file]") {
    Files test;
    std::uint32_t file = 0;
    REQUIRE(test.open(data_txt, write_access, file) == STATUS_SUCCESS);
    CHECK(test.write(file, "x") == STATUS_SUCCESS);
    const std::uint32_t out = test.scratch(0x28);
    CHECK(test.call("NtQueryAttributesFile", {test.put_name(data_txt), out}) == STATUS_SUCCESS);
    CHECK(test.get<FILE_BASIC_INFORMATION>(out).LastWriteTime == host::default_date.ticks);
}

TEST_CASE("NtQueryDirectoryFile: lists by pattern in upcased order", "[nt][file]") {
    Files test;
    test.folder.write("b.TXT", "");
    test.folder.write("c.dll", "");
    std::uint32_t directory = 0;
    REQUIRE(test.open(u"\\??\\C:\\app", 0x00100001, directory, 1, 0x21) == STATUS_SUCCESS);
    const std::uint32_t io = test.scratch(8);
    const std::uint32_t buffer = test.scratch(1024);
    const auto next = [&](std::uint32_t name, std::uint32_t restart = 0) {
        return test.call("NtQueryDirectoryFile",
                         {directory, 0, 0, 0, io, buffer, 1024, 3, 1, name, restart});
    };
    const std::uint32_t pattern = test.put_string(u"*.txt");
    CHECK(next(pattern) == STATUS_SUCCESS);
    CHECK(test.get<char16_t>(buffer + 0x5E) == u'b');
    CHECK(next(pattern) == STATUS_SUCCESS);
    CHECK(test.get<char16_t>(buffer + 0x5E) == u'd');
    CHECK(test.get<FILE_DIRECTORY_INFORMATION>(buffer).EndOfFile == 12);
    CHECK(next(pattern) == STATUS_NO_MORE_FILES);
    CHECK(next(pattern, 1) == STATUS_SUCCESS);
    std::uint32_t other = 0;
    REQUIRE(test.open(u"\\??\\C:\\app", 0x00100001, other, 1, 0x21) == STATUS_SUCCESS);
    directory = other;
    CHECK(next(test.put_string(u"*.none")) == STATUS_NO_SUCH_FILE);
}

TEST_CASE("name expressions: stars, marks and the DOS forms", "[nt][file]") {
    CHECK(matches_expression(u"*", u"ANYTHING.TXT"));
    CHECK(matches_expression(u"*.TXT", u"A.B.TXT"));
    CHECK_FALSE(matches_expression(u"*.TXT", u"A.TXTX"));
    CHECK(matches_expression(u"A?C", u"ABC"));
    CHECK_FALSE(matches_expression(u"A?C", u"AC"));
    CHECK(matches_expression(u"<.TXT", u"A.B.TXT"));
    CHECK(matches_expression(u"A>>>.B", u"AX.B"));
    CHECK(matches_expression(u"FILE\"", u"FILE"));
    CHECK(matches_expression(u"", u""));
    CHECK_FALSE(matches_expression(std::u16string(5000, u'*') + u"X", std::u16string(255, u'A')));
}

TEST_CASE("NtClose and NtDuplicateObject: handles come, copy and go", "[nt][object]") {
    Files test;
    CHECK(test.call("NtClose", {0x5000}) == STATUS_INVALID_HANDLE);
    CHECK(test.call("NtClose", {0xFFFFFFFF}) == STATUS_INVALID_HANDLE);
    const std::uint32_t out = test.put_value(0U);
    CHECK(test.call("NtDuplicateObject", {~0U, 8, ~0U, out, 0, 0, 2}) == STATUS_SUCCESS);
    const auto copy = test.get<std::uint32_t>(out);
    CHECK(copy == 16);
    CHECK(test.call("NtClose", {8}) == STATUS_SUCCESS);
    CHECK(test.write(copy, "still") == STATUS_SUCCESS);
    CHECK(test.write(8, "closed") == STATUS_INVALID_HANDLE);
    CHECK(test.call("NtDuplicateObject", {~0U, 0x9999, ~0U, out, 0, 0, 2}) ==
          STATUS_INVALID_HANDLE);
    CHECK(test.call("NtDuplicateObject", {~0U, copy, ~0U, out, 0x1, 0, 0}) == STATUS_ACCESS_DENIED);
}
