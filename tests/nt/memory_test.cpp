// SPDX-License-Identifier: MIT
#include <array>

#include <catch2/catch.hpp>

#include "nt/test_kernel.hpp"

using namespace ringside;
using namespace ringside::nt;

namespace {

constexpr std::uint32_t process = 0xFFFFFFFF;

struct Memory : TestKernel {
    using TestKernel::TestKernel;

    NTSTATUS allocate(std::uint32_t& base, std::uint32_t& size, std::uint32_t type,
                      std::uint32_t protection = PAGE_READWRITE) {
        const std::uint32_t at = put_value(base);
        const std::uint32_t length = put_value(size);
        const NTSTATUS status =
            call("NtAllocateVirtualMemory", {process, at, 0, length, type, protection});
        base = get<std::uint32_t>(at);
        size = get<std::uint32_t>(length);
        return status;
    }
    NTSTATUS free(std::uint32_t base, std::uint32_t size, std::uint32_t type) {
        return call("NtFreeVirtualMemory", {process, put_value(base), put_value(size), type});
    }
    NTSTATUS protect(std::uint32_t base, std::uint32_t size, std::uint32_t protection,
                     std::uint32_t* old = nullptr) {
        const std::uint32_t out = put_value(std::uint32_t{0});
        const NTSTATUS status = call("NtProtectVirtualMemory",
                                     {process, put_value(base), put_value(size), protection, out});
        if (old != nullptr) {
            *old = get<std::uint32_t>(out);
        }
        return status;
    }
    MEMORY_BASIC_INFORMATION query(std::uint32_t address) {
        const std::uint32_t out = scratch(0x1C);
        REQUIRE(call("NtQueryVirtualMemory", {process, address, 0, out, 0x1C, 0}) ==
                STATUS_SUCCESS);
        return get<MEMORY_BASIC_INFORMATION>(out);
    }
    NTSTATUS touch(std::uint32_t address, mmu::Access access) {
        return kernel->memory.access_fault(LinearAddress{address}, access);
    }
    NTSTATUS poke(std::uint32_t address, std::uint8_t value) {
        const auto done =
            kernel->user_memory.write(LinearAddress{address}, std::as_bytes(std::span(&value, 1)),
                                      guest::ProcessorMode::user);
        return done ? STATUS_SUCCESS : NTSTATUS{done.error().status};
    }
};

}  // namespace

TEST_CASE("a look ahead tells what a page would hold and brings nothing in", "[nt][memory]") {
    Memory test;
    std::uint32_t base = 0;
    std::uint32_t size = 0x2000;
    REQUIRE(test.allocate(base, size, MEM_RESERVE | MEM_COMMIT) == STATUS_SUCCESS);
    const auto absent = [&test](std::uint32_t at) {
        return !test.kernel->mmu.translate(LinearAddress{at}, mmu::Access::read,
                                           mmu::Privilege::supervisor);
    };
    std::array<std::byte, page_size> page{std::byte{1}};
    CHECK(test.kernel->memory.preview(LinearAddress{base + 8}, page));
    CHECK(page == std::array<std::byte, page_size>{});
    CHECK(absent(base));

    constexpr std::uint32_t image = 0x00400000;
    REQUIRE(absent(image));
    CHECK(test.kernel->memory.preview(LinearAddress{image}, page));
    CHECK(page.front() == std::byte{0x4D});  // the first of the program's headers
    CHECK(absent(image));

    CHECK_FALSE(test.kernel->memory.preview(LinearAddress{base + size}, page));
    CHECK_FALSE(test.kernel->memory.preview(LinearAddress{0x80000000}, page));
}

TEST_CASE("NtAllocateVirtualMemory: reserves at 64 KiB and commits by the page", "[nt][memory]") {
    Memory test;
    std::uint32_t base = 0;
    std::uint32_t size = 0x12345;
    CHECK(test.allocate(base, size, MEM_RESERVE) == STATUS_SUCCESS);
    CHECK(base % 0x10000 == 0);
    CHECK(size == 0x13000);
    CHECK(test.touch(base, mmu::Access::read) == STATUS_ACCESS_VIOLATION);
    std::uint32_t part = base + 0x2345;
    std::uint32_t one = 1;
    CHECK(test.allocate(part, one, MEM_COMMIT) == STATUS_SUCCESS);
    CHECK(part == base + 0x2000);
    CHECK(one == 0x1000);
    CHECK(test.get<std::uint32_t>(part) == 0);
    CHECK(test.query(base).State == MEM_RESERVE);
    CHECK(test.query(base).RegionSize == 0x2000);
    CHECK(test.query(part).State == MEM_COMMIT);
    CHECK(test.query(part).AllocationBase == base);
    CHECK(test.query(part).Type == MEM_PRIVATE);
    CHECK(test.allocate(base, size, MEM_RESERVE) == STATUS_CONFLICTING_ADDRESSES);
}

TEST_CASE("NtAllocateVirtualMemory: bad parameters have their own status", "[nt][memory]") {
    Memory test;
    std::uint32_t base = 0;
    std::uint32_t size = 0;
    CHECK(test.allocate(base, size, MEM_RESERVE) == STATUS_INVALID_PARAMETER_4);
    size = 0x1000;
    CHECK(test.allocate(base, size, 0) == STATUS_INVALID_PARAMETER_5);
    CHECK(test.allocate(base, size, 0x1001) == STATUS_INVALID_PARAMETER_5);
    CHECK(test.allocate(base, size, MEM_COMMIT, 0) == STATUS_INVALID_PAGE_PROTECTION);
    CHECK(test.allocate(base, size, MEM_COMMIT, PAGE_WRITECOPY) == STATUS_INVALID_PAGE_PROTECTION);
    CHECK(test.allocate(base, size, MEM_COMMIT, PAGE_GUARD) == STATUS_INVALID_PAGE_PROTECTION);
    base = 0x80000000;
    CHECK(test.allocate(base, size, MEM_RESERVE) == STATUS_INVALID_PARAMETER_2);
    base = 0x7FFE0000;
    size = 0x20000;
    CHECK(test.allocate(base, size, MEM_RESERVE) == STATUS_INVALID_PARAMETER_4);
    base = 0;
    size = 0x7FF00000;
    CHECK(test.allocate(base, size, MEM_RESERVE) == STATUS_NO_MEMORY);
    size = 0x40000000;
    CHECK(test.allocate(base, size, MEM_RESERVE | MEM_COMMIT) == STATUS_COMMITMENT_LIMIT);
    CHECK(test.call("NtAllocateVirtualMemory", {process, 0, 0, 0, MEM_COMMIT, 4}) ==
          STATUS_ACCESS_VIOLATION);
    CHECK(test.call("NtAllocateVirtualMemory", {4, test.put_value(0U), 0, test.put_value(16U),
                                                MEM_COMMIT, 4}) == STATUS_OBJECT_TYPE_MISMATCH);
}

TEST_CASE("NtFreeVirtualMemory: decommits parts and releases wholes", "[nt][memory]") {
    Memory test;
    std::uint32_t base = 0;
    std::uint32_t size = 0x4000;
    REQUIRE(test.allocate(base, size, MEM_RESERVE | MEM_COMMIT) == STATUS_SUCCESS);
    CHECK(test.poke(base + 0x1000, 7) == STATUS_SUCCESS);
    CHECK(test.free(base + 0x1000, 0x1000, MEM_DECOMMIT) == STATUS_SUCCESS);
    CHECK(test.poke(base + 0x1000, 7) == STATUS_ACCESS_VIOLATION);
    CHECK(test.free(base + 0x1000, 0, MEM_RELEASE) == STATUS_FREE_VM_NOT_AT_BASE);
    CHECK(test.free(base, 0x5000, MEM_DECOMMIT) == STATUS_UNABLE_TO_FREE_VM);
    CHECK(test.free(base, 0, MEM_RELEASE) == STATUS_SUCCESS);
    CHECK(test.free(base, 0, MEM_RELEASE) == STATUS_MEMORY_NOT_ALLOCATED);
    CHECK(test.free(base, 0, MEM_RELEASE | MEM_DECOMMIT) == STATUS_INVALID_PARAMETER_4);
    CHECK(test.query(base).State == MEM_FREE);
}

TEST_CASE("memory: freed pages come back as zeros", "[nt][memory]") {
    Memory test;
    std::uint32_t base = 0;
    std::uint32_t size = 0x1000;
    REQUIRE(test.allocate(base, size, MEM_RESERVE | MEM_COMMIT) == STATUS_SUCCESS);
    CHECK(test.poke(base, 0xAA) == STATUS_SUCCESS);
    CHECK(test.free(base, 0, MEM_RELEASE) == STATUS_SUCCESS);
    REQUIRE(test.allocate(base, size, MEM_RESERVE | MEM_COMMIT) == STATUS_SUCCESS);
    CHECK(test.get<std::uint8_t>(base) == 0);
}

TEST_CASE("NtProtectVirtualMemory: tells the old protection and enforces the new", "[nt][memory]") {
    Memory test;
    std::uint32_t base = 0;
    std::uint32_t size = 0x2000;
    REQUIRE(test.allocate(base, size, MEM_RESERVE | MEM_COMMIT) == STATUS_SUCCESS);
    CHECK(test.poke(base, 1) == STATUS_SUCCESS);
    std::uint32_t old = 0;
    CHECK(test.protect(base, 1, PAGE_READONLY, &old) == STATUS_SUCCESS);
    CHECK(old == PAGE_READWRITE);
    CHECK(test.poke(base, 2) == STATUS_ACCESS_VIOLATION);
    CHECK(test.get<std::uint8_t>(base) == 1);
    CHECK(test.poke(base + 0x1000, 2) == STATUS_SUCCESS);
    CHECK(test.protect(base, 1, PAGE_NOACCESS) == STATUS_SUCCESS);
    CHECK(test.touch(base, mmu::Access::read) == STATUS_ACCESS_VIOLATION);
    CHECK(test.protect(base, 0x3000, PAGE_READWRITE) == STATUS_CONFLICTING_ADDRESSES);
    CHECK(test.protect(base, 1, 0x300) == STATUS_INVALID_PAGE_PROTECTION);
    CHECK(test.protect(base, 1, PAGE_WRITECOPY) == STATUS_INVALID_PAGE_PROTECTION);
    CHECK(test.protect(base, 0, PAGE_READWRITE) == STATUS_INVALID_PARAMETER_3);
}

TEST_CASE("guard pages: the first touch raises, the second works", "[nt][memory]") {
    Memory test;
    std::uint32_t base = 0;
    std::uint32_t size = 0x1000;
    REQUIRE(test.allocate(base, size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE | PAGE_GUARD) ==
            STATUS_SUCCESS);
    CHECK(test.query(base).Protect == (PAGE_READWRITE | PAGE_GUARD));
    CHECK(test.poke(base, 1) == STATUS_GUARD_PAGE_VIOLATION);
    CHECK(test.query(base).Protect == PAGE_READWRITE);
    CHECK(test.poke(base, 1) == STATUS_SUCCESS);
}

TEST_CASE("the user stack: grows by its guard page down to the last", "[nt][memory]") {
    Memory test;
    const auto stack_limit = [&test] { return test.get<std::uint32_t>(0x7FFDE008); };
    CHECK(stack_limit() == 0x12F000);
    CHECK(test.query(0x12E000).Protect == (PAGE_READWRITE | PAGE_GUARD));
    CHECK(test.poke(0x12EFFC, 1) == STATUS_SUCCESS);
    CHECK(stack_limit() == 0x12E000);
    CHECK(test.query(0x12D000).Protect == (PAGE_READWRITE | PAGE_GUARD));
    // Far below the guard is no stack.
    CHECK(test.poke(0x100000, 1) == STATUS_ACCESS_VIOLATION);
    std::uint32_t page = 0x12D000;
    NTSTATUS status = STATUS_SUCCESS;
    while (page > 0x30000 && status == STATUS_SUCCESS) {
        status = test.poke(page, 1);
        page -= 0x1000;
    }
    CHECK(status == STATUS_STACK_OVERFLOW);
    CHECK(page == 0x31000);
    CHECK(stack_limit() == 0x31000);
    CHECK(test.poke(0x31000, 1) == STATUS_SUCCESS);
    CHECK(test.poke(0x30000, 1) == STATUS_ACCESS_VIOLATION);
}

TEST_CASE("image views: writable pages are copied when they are written", "[nt][memory]") {
    Memory test;
    CHECK(test.get<std::uint8_t>(0x00402000) == 0x11);
    CHECK(test.query(0x00402000).Protect == PAGE_WRITECOPY);
    CHECK(test.query(0x00402000).Type == MEM_IMAGE);
    CHECK(test.query(0x00401000).Protect == PAGE_EXECUTE_READ);
    CHECK(test.poke(0x00401000, 1) == STATUS_ACCESS_VIOLATION);
    CHECK(test.poke(0x00402001, 0x22) == STATUS_SUCCESS);
    CHECK(test.get<std::uint16_t>(0x00402000) == 0x2211);
    CHECK(test.query(0x00402000).Protect == PAGE_READWRITE);
    std::uint32_t old = 0;
    CHECK(test.protect(0x00401000, 16, PAGE_EXECUTE_READWRITE, &old) == STATUS_SUCCESS);
    CHECK(old == PAGE_EXECUTE_READ);
    CHECK(test.query(0x00401000).Protect == PAGE_EXECUTE_WRITECOPY);
    CHECK(test.poke(0x00401000, 0x90) == STATUS_SUCCESS);
    CHECK(test.get<std::uint16_t>(0x00401000) == 0xC390);
    CHECK(test.free(0x00400000, 0, MEM_RELEASE) == STATUS_UNABLE_TO_FREE_VM);
}

TEST_CASE("NtQueryVirtualMemory: free space, the shared page and the end", "[nt][memory]") {
    Memory test;
    CHECK(test.query(0).State == MEM_FREE);
    CHECK(test.query(0).RegionSize == 0x10000);
    CHECK(test.query(0x7FFE0000).Protect == PAGE_READONLY);
    const std::uint32_t out = test.scratch(0x1C);
    CHECK(test.call("NtQueryVirtualMemory", {process, 0x7FFF0000, 0, out, 0x1C, 0}) ==
          STATUS_INVALID_PARAMETER);
    CHECK(test.call("NtQueryVirtualMemory", {process, 0, 1, out, 0x1C, 0}) ==
          STATUS_INVALID_INFO_CLASS);
    CHECK(test.call("NtQueryVirtualMemory", {process, 0, 0, out, 8, 0}) ==
          STATUS_INFO_LENGTH_MISMATCH);
}

TEST_CASE("sections: a file mapped shared is written back", "[nt][section]") {
    Memory test;
    std::uint32_t file = 0;
    REQUIRE(test.open(u"\\??\\C:\\app\\data.txt", 0xC0100080, file) == STATUS_SUCCESS);
    const std::uint32_t handle = test.put_value(0U);
    REQUIRE(test.call("NtCreateSection", {handle, 0xF, 0, 0, PAGE_READWRITE, SEC_COMMIT, file}) ==
            STATUS_SUCCESS);
    const auto section = test.get<std::uint32_t>(handle);
    const std::uint32_t base = test.put_value(0U);
    const std::uint32_t size = test.put_value(0U);
    REQUIRE(test.call("NtMapViewOfSection", {section, process, base, 0, 0, 0, size, 1, 0,
                                             PAGE_READWRITE}) == STATUS_SUCCESS);
    const auto view = test.get<std::uint32_t>(base);
    CHECK(test.get<std::uint32_t>(size) == 0x1000);
    CHECK(test.text_at(view, 5) == "hello");
    CHECK(test.poke(view, 'J') == STATUS_SUCCESS);
    CHECK(test.call("NtUnmapViewOfSection", {process, view}) == STATUS_SUCCESS);
    CHECK(test.folder.read("data.txt") == "Jello, world");
    CHECK(test.call("NtUnmapViewOfSection", {process, view}) == STATUS_NOT_MAPPED_VIEW);
}

TEST_CASE("sections: two views of one file, and a write behind their back", "[nt][section]") {
    Memory test;
    std::uint32_t file = 0;
    REQUIRE(test.open(u"\\??\\C:\\app\\data.txt", 0xC0100080, file) == STATUS_SUCCESS);
    const std::uint32_t handle = test.put_value(0U);
    REQUIRE(test.call("NtCreateSection", {handle, 0xF, 0, 0, PAGE_READWRITE, SEC_COMMIT, file}) ==
            STATUS_SUCCESS);
    const auto section = test.get<std::uint32_t>(handle);
    const auto map = [&] {
        const std::uint32_t base = test.put_value(0U);
        REQUIRE(test.call("NtMapViewOfSection", {section, process, base, 0, 0, 0,
                                                 test.put_value(0U), 1, 0, PAGE_READWRITE}) ==
                STATUS_SUCCESS);
        return test.get<std::uint32_t>(base);
    };
    const std::uint32_t first = map();
    const std::uint32_t second = map();
    CHECK(test.poke(first, 'A') == STATUS_SUCCESS);
    CHECK(test.text_at(second, 1) == "A");
    CHECK(test.poke(second, 'B') == STATUS_SUCCESS);
    CHECK(test.call("NtUnmapViewOfSection", {process, first}) == STATUS_SUCCESS);
    CHECK(test.folder.read("data.txt") == "Bello, world");
    // The view that stayed is noticed when it writes again,
    CHECK(test.poke(second, 'C') == STATUS_SUCCESS);
    CHECK(test.call("NtUnmapViewOfSection", {process, second}) == STATUS_SUCCESS);
    CHECK(test.folder.read("data.txt") == "Cello, world");
    // and what nobody changed any more is not written over newer data.
    test.folder.write("data.txt", "newer");
    CHECK(test.call("NtClose", {section}) == STATUS_SUCCESS);
    CHECK(test.folder.read("data.txt") == "newer");
}

TEST_CASE("sections: copy-on-write views leave the file alone", "[nt][section]") {
    Memory test;
    std::uint32_t file = 0;
    REQUIRE(test.open(u"\\??\\C:\\app\\data.txt", 0x80100080, file) == STATUS_SUCCESS);
    const std::uint32_t handle = test.put_value(0U);
    REQUIRE(test.call("NtCreateSection", {handle, 0xF, 0, 0, PAGE_READONLY, SEC_COMMIT, file}) ==
            STATUS_SUCCESS);
    const auto section = test.get<std::uint32_t>(handle);
    const auto map = [&](std::uint32_t protection, std::uint32_t& view) {
        const std::uint32_t base = test.put_value(0U);
        const NTSTATUS status =
            test.call("NtMapViewOfSection",
                      {section, process, base, 0, 0, 0, test.put_value(0U), 1, 0, protection});
        view = test.get<std::uint32_t>(base);
        return status;
    };
    std::uint32_t view = 0;
    CHECK(map(PAGE_READWRITE, view) == STATUS_SECTION_PROTECTION);
    CHECK(map(PAGE_WRITECOPY, view) == STATUS_SUCCESS);
    CHECK(test.poke(view, 'J') == STATUS_SUCCESS);
    CHECK(test.call("NtUnmapViewOfSection", {process, view}) == STATUS_SUCCESS);
    CHECK(test.folder.read("data.txt") == "hello, world");
}

TEST_CASE("sections: what is no image is refused by kind", "[nt][section]") {
    Memory test;
    const std::uint32_t handle = test.put_value(0U);
    const auto create_image = [&](std::u16string_view name) {
        std::uint32_t file = 0;
        REQUIRE(test.open(name, 0x00100021, file) == STATUS_SUCCESS);
        return test.call("NtCreateSection", {handle, 0xF, 0, 0, PAGE_EXECUTE, SEC_IMAGE, file});
    };
    test.folder.write("bad.dll", "MZ but nothing else");
    CHECK(create_image(u"\\??\\C:\\app\\data.txt") == STATUS_INVALID_IMAGE_NOT_MZ);
    CHECK(create_image(u"\\??\\C:\\app\\bad.dll") == STATUS_INVALID_IMAGE_FORMAT);
    CHECK(test.call("NtCreateSection", {handle, 0xF, 0, 0, PAGE_EXECUTE, SEC_IMAGE, 0}) ==
          STATUS_INVALID_FILE_FOR_SECTION);
    CHECK(test.call("NtCreateSection", {handle, 0xF, 0, 0, PAGE_READWRITE, SEC_COMMIT, 0}) ==
          STATUS_INVALID_PARAMETER_4);
    CHECK(test.call("NtCreateSection", {handle, 0xF, 0, 0, PAGE_READWRITE, 0, 0}) ==
          STATUS_INVALID_PARAMETER_6);
    CHECK(test.call("NtOpenSection", {handle, 0xF, test.put_name(u"\\KnownDlls\\kernel32.dll")}) ==
          STATUS_OBJECT_NAME_NOT_FOUND);
}
