// SPDX-License-Identifier: MIT
#include "guest/multiboot_info.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>

#include "base/bits.hpp"

namespace ringside::guest {
namespace {

// Offsets in the structure, and the flags that vouch for the fields there.
constexpr std::uint32_t info_size = 116;
constexpr std::uint32_t at_mem_lower = 4;
constexpr std::uint32_t at_mem_upper = 8;
constexpr std::uint32_t at_cmdline = 16;
constexpr std::uint32_t at_mods_count = 20;
constexpr std::uint32_t at_mods_addr = 24;
constexpr std::uint32_t at_mmap_length = 44;
constexpr std::uint32_t at_mmap_addr = 48;
constexpr std::uint32_t at_boot_loader_name = 64;
constexpr std::uint32_t flags_given = 1U << 0 | 1U << 2 | 1U << 3 | 1U << 6 | 1U << 9;

constexpr std::uint32_t available = 1;
constexpr std::uint32_t reserved = 2;
constexpr std::uint32_t lower_end = 0xA0000;  ///< video memory and ROMs of a PC begin here
constexpr std::uint32_t upper_begin = 0x100000;

class Block {
  public:
    explicit Block(PhysicalAddress at) : at_(at), bytes_(info_size) {}

    void set(std::uint32_t offset, std::uint32_t value) { store(bytes_.data() + offset, value); }
    /// Appends; the answer is the guest's address of it.
    std::uint32_t add(std::uint32_t value) {
        const auto address = here();
        std::array<std::byte, 4> dword{};
        store(dword.data(), value);
        bytes_.insert(bytes_.end(), dword.begin(), dword.end());
        return address;
    }
    std::uint32_t add(std::string_view text) {
        const auto address = here();
        const auto raw = std::as_bytes(std::span(text.data(), text.size()));
        bytes_.insert(bytes_.end(), raw.begin(), raw.end());
        bytes_.resize(align_up<std::size_t>(bytes_.size() + 1, 4));
        return address;
    }
    [[nodiscard]] std::uint32_t here() const {
        return at_.value + static_cast<std::uint32_t>(bytes_.size());
    }
    std::vector<std::byte> take() { return std::move(bytes_); }

  private:
    PhysicalAddress at_;
    std::vector<std::byte> bytes_;
};

// The size of an entry does not count the field that says it.
void add_range(Block& block, std::uint32_t begin, std::uint32_t end, std::uint32_t type) {
    block.add(20);
    block.add(begin);
    block.add(std::uint32_t{0});
    block.add(end - begin);
    block.add(std::uint32_t{0});
    block.add(type);
}

}  // namespace

std::vector<std::byte> multiboot_info(const BootFacts& facts, PhysicalAddress at) {
    Block block(at);
    block.set(0, flags_given);
    block.set(at_mem_lower, lower_end >> 10);
    block.set(at_mem_upper, (std::max(facts.memory_size, upper_begin) - upper_begin) >> 10);

    block.set(at_mmap_addr, block.here());
    const std::uint32_t map_begin = block.here();
    add_range(block, 0, lower_end, available);
    add_range(block, lower_end, upper_begin, reserved);
    if (facts.memory_size > upper_begin) {
        add_range(block, upper_begin, facts.memory_size, available);
    }
    block.set(at_mmap_length, block.here() - map_begin);

    block.set(at_cmdline, block.add(std::string_view(facts.command_line)));
    block.set(at_boot_loader_name, block.add(std::string_view("ringside")));

    std::vector<std::uint32_t> names;
    for (const LoadedModule& module : facts.modules) {
        names.push_back(block.add(std::string_view(module.command_line)));
    }
    block.set(at_mods_count, static_cast<std::uint32_t>(facts.modules.size()));
    block.set(at_mods_addr, block.here());
    for (std::size_t i = 0; i < facts.modules.size(); ++i) {
        const LoadedModule& module = facts.modules[i];
        block.add(module.begin.value);
        block.add(module.begin.value + module.size);
        block.add(names[i]);
        block.add(std::uint32_t{0});
    }
    return block.take();
}

}  // namespace ringside::guest
