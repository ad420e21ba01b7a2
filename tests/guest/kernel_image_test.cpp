// SPDX-License-Identifier: MIT
#include "guest/kernel_image.hpp"

#include <random>

#include <catch2/catch.hpp>

#include "base/bits.hpp"
#include "base/ensure.hpp"
#include "guest/bare.hpp"
#include "guest/multiboot_info.hpp"
#include "support/soak.hpp"

namespace ringside::guest {
namespace {

constexpr std::uint32_t magic = 0x1BADB002;

void put(std::vector<std::byte>& bytes, std::size_t at, std::initializer_list<std::uint32_t> all) {
    bytes.resize(std::max(bytes.size(), at + all.size() * 4));
    for (const std::uint32_t value : all) {
        store(bytes.data() + at, value);
        at += 4;
    }
}

std::vector<std::byte> multiboot(std::uint32_t flags, std::initializer_list<std::uint32_t> fields) {
    std::vector<std::byte> bytes(64);
    put(bytes, 16, {magic, flags, 0U - magic - flags});
    put(bytes, 28, fields);
    bytes.resize(128);
    return bytes;
}

/// One segment of 64 bytes from file offset 96, at C0100000 for the code and 00100000 in memory.
std::vector<std::byte> elf() {
    std::vector<std::byte> bytes(160);
    put(bytes, 0,
        {0x464C457F, 0x00010101, 0, 0, 2 | 3 << 16, 1, 0xC0100010, 52, 0, 0, 52 | 32 << 16, 1, 0});
    put(bytes, 52, {1, 96, 0xC0100000, 0x00100000, 64, 256, 7, 4096});
    return bytes;
}

std::string refused(std::vector<std::byte> bytes) {
    try {
        static_cast<void>(read_kernel("x", "x", bytes));
    } catch (const InputError& error) {
        CHECK(error.exit_status() == 126);
        return error.what();
    }
    return "accepted";
}

}  // namespace

TEST_CASE("kernel: an ELF is loaded at its physical addresses and entered there", "[guest][bare]") {
    const KernelImage kernel = read_kernel("k.elf", "k", elf());
    REQUIRE(kernel.parts.size() == 1);
    CHECK(kernel.parts[0].at == PhysicalAddress{0x100000});
    CHECK(kernel.parts[0].bytes.size() == 64);
    CHECK(kernel.parts[0].size == 256);
    CHECK(kernel.entry == 0x100010);
    CHECK_FALSE(kernel.multiboot);
    REQUIRE(kernel.modules.size() == 1);
    CHECK(kernel.modules[0].base == LinearAddress{0xC0100000});
}

TEST_CASE("kernel: a Multiboot image by its own addresses", "[guest][bare]") {
    const KernelImage kernel = read_kernel(
        "k", "k", multiboot(1U << 16, {0x100010, 0x100000, 0x100040, 0x100400, 0x100020}));
    CHECK(kernel.multiboot);
    REQUIRE(kernel.parts.size() == 1);
    CHECK(kernel.parts[0].at == PhysicalAddress{0x100000});
    CHECK(kernel.parts[0].bytes.size() == 0x40);
    CHECK(kernel.parts[0].size == 0x400);
    CHECK(kernel.entry == 0x100020);
    // Without its ends: the whole file from load_addr on, no bss.
    const KernelImage whole =
        read_kernel("k", "k", multiboot(1U << 16, {0x100010, 0x100008, 0, 0, 0x100020}));
    CHECK(whole.parts[0].bytes.size() == 120);
    CHECK(whole.parts[0].size == 120);
}

TEST_CASE("kernel: what is wrong is named with file and field", "[guest][bare]") {
    CHECK(refused({}).starts_with("x: neither an ELF file nor"));
    auto bytes = elf();
    bytes.resize(40);
    CHECK(refused(bytes) == "x: e_ident: the file ends inside its header");
    bytes = elf();
    store<std::uint16_t>(bytes.data() + 18, 62);
    CHECK(refused(bytes) == "x: e_machine: not for the i386");
    bytes = elf();
    store<std::uint16_t>(bytes.data() + 16, 3);
    CHECK(refused(bytes).starts_with("x: e_type: not an executable"));
    bytes = elf();
    store<std::uint32_t>(bytes.data() + 28, 0xFFFFFFF0);
    CHECK(refused(bytes) == "x: e_phoff: lies outside the file");
    bytes = elf();
    store<std::uint32_t>(bytes.data() + 52 + 4, 128);
    CHECK(refused(bytes) == "x: p_offset: lies outside the file");
    bytes = elf();
    store<std::uint32_t>(bytes.data() + 52 + 20, 63);
    CHECK(refused(bytes) == "x: p_memsz: smaller than p_filesz");
    bytes = elf();
    store<std::uint32_t>(bytes.data() + 52, 4);
    CHECK(refused(bytes) == "x: e_phnum: no segment to load");

    CHECK(refused(multiboot(4, {})) ==
          "x: Multiboot header at 0x10: flags 00000004 ask for what is "
          "not there, such as a video mode");
    CHECK(refused(multiboot(0, {})).starts_with("x: neither an ELF file nor"));
    bytes = multiboot(0, {});
    store<std::uint32_t>(bytes.data() + 24, 0);
    CHECK(refused(bytes) ==
          "x: Multiboot header at 0x10: magic, flags and checksum do not add up to 0");
    const std::uint32_t own = 1U << 16;
    CHECK(refused(multiboot(own, {0x100010, 0x100020, 0, 0, 0})).find("load_addr") !=
          std::string::npos);
    CHECK(refused(multiboot(own, {0x100020, 0x100000, 0, 0, 0})).find("load_addr") !=
          std::string::npos);
    CHECK(refused(multiboot(own, {0x100010, 0x100000, 0x100081, 0, 0})).find("load_end_addr") !=
          std::string::npos);
    CHECK(refused(multiboot(own, {0x100010, 0x100000, 0x100040, 0x10003F, 0})).find("bss_end") !=
          std::string::npos);
    bytes = multiboot(own, {});
    bytes.resize(40);
    CHECK(refused(bytes).ends_with("the file ends inside its address fields"));
}

TEST_CASE("kernel: a header behind the first 8192 bytes is none", "[guest][bare]") {
    auto bytes = std::vector<std::byte>(8192 - 12);
    put(bytes, bytes.size(), {magic, 0, 0U - magic});
    CHECK(looks_like_kernel(bytes));
    bytes.insert(bytes.begin(), 4, std::byte{0});
    CHECK_FALSE(looks_like_kernel(bytes));
}

TEST_CASE("multiboot information: sizes, map, modules and strings", "[guest][bare]") {
    const std::uint32_t base = 0x1000;
    const auto block =
        multiboot_info({64U << 20, "kernel quiet", {{{0x200000}, 0x1234, "disk.img rw"}}}, {base});
    const auto dword = [&](std::uint32_t at) { return load<std::uint32_t>(block.data() + at); };
    const auto text = [&](std::uint32_t address) {
        return std::string(reinterpret_cast<const char*>(block.data()) + (address - base));
    };
    CHECK(dword(0) == 0x24D);
    CHECK(dword(4) == 640);
    CHECK(dword(8) == 63 * 1024);
    CHECK(text(dword(16)) == "kernel quiet");
    CHECK(dword(20) == 1);
    const std::uint32_t module = dword(24) - base;
    CHECK(dword(module) == 0x200000);
    CHECK(dword(module + 4) == 0x201234);
    CHECK(text(dword(module + 8)) == "disk.img rw");
    CHECK(dword(44) == 3 * 24);
    const std::uint32_t map = dword(48) - base;
    CHECK(dword(map) == 20);
    CHECK(dword(map + 24 + 4) == 0xA0000);
    CHECK(dword(map + 24 + 20) == 2);
    CHECK(dword(map + 48 + 4) == 0x100000);
    CHECK(dword(map + 48 + 12) == 63U << 20);
    CHECK(text(dword(64)) == "ringside");
}

TEST_CASE("kernel: no damaged file crashes the loader or the machine", "[guest][bare][hostile]") {
    std::vector<std::vector<std::byte>> seeds{
        elf(), multiboot(3, {}),
        multiboot(1U << 16, {0x100010, 0x100000, 0x100040, 0x100400, 0x100020})};
    auto both = elf();
    put(both, 112, {magic, 3, 0U - magic - 3});
    seeds.push_back(both);
    std::mt19937 chance(1);
    for (int round = test::rounds(1500); round > 0; --round) {
        auto bytes = seeds[chance() % seeds.size()];
        for (auto change = 1 + chance() % 6; change > 0; --change) {
            const std::size_t at = chance() % bytes.size();
            bytes[at] =
                static_cast<std::byte>(chance() % 2 != 0 ? chance() : 0xFFUL << chance() % 8);
        }
        if (chance() % 4 == 0) {
            bytes.resize(chance() % bytes.size());
        }
        try {
            BareConfig config;
            config.kernel = read_kernel("x", "x", bytes);
            Machine machine({cpu::Model::p6, 4U << 20, std::nullopt, 64});
            Bare bare(std::move(config));
            bare.boot(machine);
            static_cast<void>(machine.run(bare, {2'000, std::nullopt}));
        } catch (const InputError& error) {
            CHECK(std::string(error.what()).find('\n') == std::string::npos);
        }
    }
}

}  // namespace ringside::guest
