// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "base/address.hpp"
#include "base/bits.hpp"

namespace ringside {
class Archive;
}

namespace ringside::mmu {

/// Told of every write to a page that holds decoded code, before the bytes change.
class CodeWriteObserver {
  public:
    virtual ~CodeWriteObserver() = default;
    virtual void code_written(PhysicalAddress address, std::uint32_t length) = 0;
};

/// The RAM of the machine, from physical address 0, and its ROMs. Host memory is reserved at once
/// and taken by the page as the guest touches it. Reads where neither answers give ones; writes
/// there, and to ROM, are lost, as on a PC bus.
class PhysicalMemory {
  public:
    /// `bytes` is rounded up to whole pages; at most 3 GiB. Throws InputError (125) when the host
    /// has no address space for it.
    explicit PhysicalMemory(std::uint64_t bytes);
    ~PhysicalMemory();
    PhysicalMemory(const PhysicalMemory&) = delete;
    PhysicalMemory& operator=(const PhysicalMemory&) = delete;

    [[nodiscard]] std::uint32_t size() const { return size_; }
    [[nodiscard]] bool contains(PhysicalAddress a) const { return a.value < size_; }

    /// Whole pages that hold `bytes` at `at` from now on and cannot be written; what the bytes do
    /// not fill of them reads as ones, or as the ROM that is there already. In the range of the RAM
    /// the ROM takes its place.
    void place_rom(PhysicalAddress at, std::span<const std::byte> bytes);

    /// Host address of a byte of RAM or ROM; null elsewhere. For reading; writers use write().
    [[nodiscard]] std::byte* host(PhysicalAddress a) const {
        return contains(a) ? ram_ + a.value : rom_beyond_ram(a);
    }

    template <typename T>
    [[nodiscard]] T read(PhysicalAddress a) const {
        if (std::uint64_t{a.value} + sizeof(T) <= size_) {
            return load<T>(ram_ + a.value);
        }
        T value{};
        read_bytes(a, std::as_writable_bytes(std::span(&value, 1)));
        return value;
    }

    template <typename T>
    void write(PhysicalAddress a, T value) {
        write_bytes(a, std::as_bytes(std::span(&value, 1)));
    }

    void read_bytes(PhysicalAddress from, std::span<std::byte> to) const;
    void write_bytes(PhysicalAddress to, std::span<const std::byte> from);

    /// Pages of the RAM that the host has given memory, ascending, by physical address: nothing
    /// ever wrote to the others, which are all zeros. All pages when the host does not tell.
    [[nodiscard]] std::vector<PhysicalAddress> touched_pages() const;

    /// Marks the page of `a` as holding decoded code (or as free of it).
    void set_code_page(PhysicalAddress a, bool holds_code);
    [[nodiscard]] bool is_code_page(PhysicalAddress a) const {
        return contains(a) && (pages_[a.value / page_size] & page_code) != 0;
    }
    /// RAM to which anybody may write without being noticed: no ROM, no decoded code.
    [[nodiscard]] bool is_plain_page(PhysicalAddress a) const {
        return contains(a) && pages_[a.value / page_size] == 0;
    }
    void observe_code(CodeWriteObserver* observer) { observer_ = observer; }

    /// Contents of the RAM and which pages hold code. In memory, archives share what is equal. Who
    /// keeps decoded code must forget it before a load.
    void persist(Archive& archive);

  private:
    static constexpr std::uint8_t page_code = 1;
    static constexpr std::uint8_t page_rom = 2;
    using Page = std::array<std::byte, page_size>;
    using PageNumber = std::uint32_t;

    [[nodiscard]] bool is_rom_page(PhysicalAddress a) const {
        return (pages_[a.value / page_size] & page_rom) != 0;
    }
    [[nodiscard]] std::byte* rom_beyond_ram(PhysicalAddress a) const;
    void persist_flags(Archive& archive);
    void save_pages(Archive& archive);
    void load_pages(Archive& archive);
    std::byte* rom_page(PhysicalAddress page);

    std::byte* ram_ = nullptr;
    std::uint32_t size_ = 0;
    std::vector<std::uint8_t> pages_;  ///< of the RAM: page_code, page_rom
    std::map<std::uint32_t, std::unique_ptr<std::array<std::byte, page_size>>> roms_;  // by page
    CodeWriteObserver* observer_ = nullptr;
    /// What an archive in memory saved or loaded last.
    std::map<PageNumber, std::shared_ptr<const Page>> archived_;
};

}  // namespace ringside::mmu
