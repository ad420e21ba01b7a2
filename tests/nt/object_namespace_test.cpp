// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "nt/test_kernel.hpp"

using namespace ringside;
using namespace ringside::nt;

namespace {

constexpr std::uint32_t OBJ_PERMANENT = 0x10;
constexpr std::uint32_t OBJ_CASE_INSENSITIVE = 0x40;
constexpr std::uint32_t OBJ_OPENIF = 0x80;

struct Names : TestKernel {
    std::uint32_t attributes(std::u16string_view name, std::uint32_t flags = 0,
                             std::uint32_t root = 0) {
        return put_value(OBJECT_ATTRIBUTES{.Length = sizeof(OBJECT_ATTRIBUTES),
                                           .RootDirectory = root,
                                           .ObjectName = put_string(name),
                                           .Attributes = flags});
    }
    NTSTATUS create(std::u16string_view name, std::uint32_t flags = 0, std::uint32_t root = 0) {
        return call("NtCreateEvent", {out, 0x1F0003, attributes(name, flags, root), 0, 0});
    }
    NTSTATUS open(std::u16string_view name, std::uint32_t flags = 0, std::uint32_t root = 0) {
        return call("NtOpenEvent", {out, 0x1F0003, attributes(name, flags, root)});
    }
    std::uint32_t handle() { return get<std::uint32_t>(out); }
    const std::uint32_t out = put_value(0U);
};

}  // namespace

TEST_CASE("names: created once, opened by every later name", "[nt][names]") {
    Names test;
    CHECK(test.open(u"\\BaseNamedObjects\\ready") == STATUS_OBJECT_NAME_NOT_FOUND);
    CHECK(test.create(u"\\BaseNamedObjects\\ready") == STATUS_SUCCESS);
    const std::uint32_t first = test.handle();
    CHECK(test.create(u"\\BaseNamedObjects\\ready") == STATUS_OBJECT_NAME_COLLISION);
    CHECK(test.create(u"\\BaseNamedObjects\\ready", OBJ_OPENIF) == STATUS_OBJECT_NAME_EXISTS);
    CHECK(test.kernel->handles.find(test.handle())->object ==
          test.kernel->handles.find(first)->object);
    for (const auto* const name :
         {u"\\BaseNamedObjects\\ready", u"\\BaseNamedObjects\\Local\\ready",
          u"\\BaseNamedObjects\\Global\\ready"}) {
        CHECK(test.open(name) == STATUS_SUCCESS);
        CHECK(test.kernel->handles.find(test.handle())->object->describe() == "Event \"ready\"");
    }
}

TEST_CASE("names: case counts unless OBJ_CASE_INSENSITIVE", "[nt][names]") {
    Names test;
    CHECK(test.create(u"\\BaseNamedObjects\\Ready") == STATUS_SUCCESS);
    CHECK(test.open(u"\\BaseNamedObjects\\READY") == STATUS_OBJECT_NAME_NOT_FOUND);
    CHECK(test.open(u"\\basenamedobjects\\READY", OBJ_CASE_INSENSITIVE) == STATUS_SUCCESS);
}

TEST_CASE("names: go with the last handle", "[nt][names]") {
    Names test;
    CHECK(test.create(u"\\BaseNamedObjects\\ready") == STATUS_SUCCESS);
    CHECK(test.call("NtClose", {test.handle()}) == STATUS_SUCCESS);
    CHECK(test.open(u"\\BaseNamedObjects\\ready") == STATUS_OBJECT_NAME_NOT_FOUND);
    CHECK(test.create(u"\\BaseNamedObjects\\ready") == STATUS_SUCCESS);
}

TEST_CASE("names: a name belongs to one type", "[nt][names]") {
    Names test;
    CHECK(test.create(u"\\BaseNamedObjects\\x") == STATUS_SUCCESS);
    const std::uint32_t same = test.attributes(u"\\BaseNamedObjects\\x", OBJ_OPENIF);
    CHECK(test.call("NtCreateMutant", {test.out, 0x1F0001, same, 0}) ==
          STATUS_OBJECT_TYPE_MISMATCH);
    CHECK(test.call("NtCreateSemaphore", {test.out, 0x1F0003, same, 0, 1}) ==
          STATUS_OBJECT_TYPE_MISMATCH);
    for (const char* const service :
         {"NtOpenMutant", "NtOpenSemaphore", "NtOpenTimer", "NtOpenSection"}) {
        CAPTURE(service);
        CHECK(test.call(service, {test.out, 0x1F0003, same}) == STATUS_OBJECT_TYPE_MISMATCH);
    }
}

TEST_CASE("names: every type has them", "[nt][names]") {
    Names test;
    const auto attributes = [&](const char16_t* name) {
        return test.attributes(u"\\BaseNamedObjects\\" + std::u16string(name));
    };
    CHECK(test.call("NtCreateMutant", {test.out, 0x1F0001, attributes(u"m"), 1}) == STATUS_SUCCESS);
    CHECK(test.call("NtOpenMutant", {test.out, 0x1F0001, attributes(u"m")}) == STATUS_SUCCESS);
    CHECK(test.call("NtCreateSemaphore", {test.out, 0x1F0003, attributes(u"s"), 1, 2}) ==
          STATUS_SUCCESS);
    CHECK(test.call("NtOpenSemaphore", {test.out, 0x1F0003, attributes(u"s")}) == STATUS_SUCCESS);
    CHECK(test.call("NtCreateTimer", {test.out, 0x1F0003, attributes(u"t"), 0}) == STATUS_SUCCESS);
    CHECK(test.call("NtOpenTimer", {test.out, 0x1F0003, attributes(u"t")}) == STATUS_SUCCESS);
    const std::uint32_t size = test.put_value(LARGE_INTEGER{0x1000});
    CHECK(test.call("NtCreateSection", {test.out, 0xF001F, attributes(u"memory"), size, 4,
                                        0x08000000, 0}) == STATUS_SUCCESS);
    CHECK(test.call("NtOpenSection", {test.out, 0xF001F, attributes(u"memory")}) == STATUS_SUCCESS);
    CHECK(test.call("NtWaitForSingleObject", {test.handle(), 0, 0}) == STATUS_ACCESS_DENIED);
}

TEST_CASE("NtOpenDirectoryObject: a root for relative names", "[nt][names]") {
    Names test;
    const std::uint32_t base = test.attributes(u"\\BaseNamedObjects");
    CHECK(test.call("NtOpenDirectoryObject", {test.out, 0x3, base}) == STATUS_SUCCESS);
    const std::uint32_t root = test.handle();
    CHECK(test.create(u"ready", 0, root) == STATUS_SUCCESS);
    CHECK(test.open(u"\\BaseNamedObjects\\ready") == STATUS_SUCCESS);
    const std::uint32_t event = test.handle();
    CHECK(test.open(u"Local\\ready", 0, root) == STATUS_SUCCESS);
    CHECK(test.open(u"", 0, root) == STATUS_OBJECT_TYPE_MISMATCH);
    CHECK(test.open(u"\\ready", 0, root) == STATUS_OBJECT_PATH_SYNTAX_BAD);
    CHECK(test.open(u"ready", 0, event) == STATUS_OBJECT_TYPE_MISMATCH);
    CHECK(test.open(u"ready", 0, 0x999) == STATUS_INVALID_HANDLE);
    CHECK(test.call("NtCreateDirectoryObject",
                    {test.out, 0xF000F, test.attributes(u"mine", 0, root)}) == STATUS_SUCCESS);
    CHECK(test.create(u"\\BaseNamedObjects\\mine\\x") == STATUS_SUCCESS);
    CHECK(test.call("NtOpenDirectoryObject", {test.out, 3, test.attributes(u"\\")}) ==
          STATUS_SUCCESS);
}

TEST_CASE("names: what cannot be followed", "[nt][names]") {
    Names test;
    CHECK(test.create(u"ready") == STATUS_OBJECT_PATH_SYNTAX_BAD);
    CHECK(test.create(u"\\Nowhere\\ready") == STATUS_OBJECT_PATH_NOT_FOUND);
    CHECK(test.create(u"\\BaseNamedObjects\\\\ready") == STATUS_OBJECT_NAME_INVALID);
    CHECK(test.create(u"\\BaseNamedObjects\\") == STATUS_OBJECT_NAME_INVALID);
    CHECK(test.create(u"\\BaseNamedObjects\\x") == STATUS_SUCCESS);
    CHECK(test.open(u"\\BaseNamedObjects\\x\\y") == STATUS_OBJECT_TYPE_MISMATCH);
    CHECK(test.open(u"\\BaseNamedObjects") == STATUS_OBJECT_TYPE_MISMATCH);
    CHECK(test.open(u"") == STATUS_OBJECT_PATH_SYNTAX_BAD);
    CHECK(test.create(u"\\BaseNamedObjects\\p", OBJ_PERMANENT) == STATUS_PRIVILEGE_NOT_HELD);
    CHECK(test.create(u"\\BaseNamedObjects\\p", 0x800) == STATUS_INVALID_PARAMETER);
    CHECK(test.call("NtOpenEvent", {test.out, 0x1F0003, 0}) == STATUS_INVALID_PARAMETER);
    CHECK(test.call("NtOpenEvent", {0x10, 0x1F0003, test.attributes(u"\\x")}) ==
          STATUS_ACCESS_VIOLATION);
    CHECK(test.call("NtOpenEvent", {test.out, 0x1F0003, test.put_value(OBJECT_ATTRIBUTES{})}) ==
          STATUS_INVALID_PARAMETER);
}
