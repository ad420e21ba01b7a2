// SPDX-License-Identifier: MIT
#include "mmu/physical_memory.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "base/ensure.hpp"

namespace ringside::mmu {

PhysicalMemory::PhysicalMemory(std::uint64_t bytes) {
    constexpr std::uint64_t most = std::uint64_t{3} << 30;
    ensure(bytes > 0 && bytes <= most, "RAM size between one page and 3 GiB");
    size_ = static_cast<std::uint32_t>(align_up<std::uint64_t>(bytes, page_size));
    void* const memory = mmap(nullptr, size_, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        throw InputError(125, fmt::format("no {} MiB of address space for the guest's RAM; use a "
                                          "smaller --memory",
                                          size_ >> 20));
    }
    ram_ = static_cast<std::byte*>(memory);
    pages_.resize(size_ / page_size);
}

PhysicalMemory::~PhysicalMemory() {
    munmap(ram_, size_);
}

std::byte* PhysicalMemory::rom_beyond_ram(PhysicalAddress a) const {
    const auto found = roms_.find(page_of(a).value);
    return found != roms_.end() ? found->second->data() + page_offset(a) : nullptr;
}

std::byte* PhysicalMemory::rom_page(PhysicalAddress page) {
    if (contains(page)) {
        std::byte* const host = ram_ + page.value;
        if (!is_rom_page(page)) {
            pages_[page.value / page_size] |= page_rom;
            std::fill_n(host, page_size, std::byte{0xFF});
        }
        return host;
    }
    auto& bytes = roms_[page.value];
    if (!bytes) {
        bytes = std::make_unique<std::array<std::byte, page_size>>();
        bytes->fill(std::byte{0xFF});
    }
    return bytes->data();
}

void PhysicalMemory::place_rom(PhysicalAddress at, std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const std::size_t step = std::min<std::size_t>(bytes.size(), page_size - page_offset(at));
        std::memcpy(rom_page(page_of(at)) + page_offset(at), bytes.data(), step);
        bytes = bytes.subspan(step);
        at += static_cast<std::uint32_t>(step);
    }
}

void PhysicalMemory::read_bytes(PhysicalAddress from, std::span<std::byte> to) const {
    std::size_t inside = 0;
    if (contains(from)) {
        inside = std::min<std::size_t>(to.size(), size_ - from.value);
        std::memcpy(to.data(), ram_ + from.value, inside);
    }
    for (std::size_t done = inside; done < to.size();) {
        const PhysicalAddress at = from + static_cast<std::uint32_t>(done);
        const std::size_t step =
            std::min<std::size_t>(to.size() - done, page_size - page_offset(at));
        if (const std::byte* const rom = rom_beyond_ram(at)) {
            std::memcpy(to.data() + done, rom, step);
        } else {
            std::memset(to.data() + done, 0xFF, step);
        }
        done += step;
    }
}

void PhysicalMemory::write_bytes(PhysicalAddress to, std::span<const std::byte> from) {
    if (!contains(to)) {
        return;
    }
    const std::size_t inside = std::min<std::size_t>(from.size(), size_ - to.value);
    for (std::size_t done = 0; done < inside;) {
        const PhysicalAddress at = to + static_cast<std::uint32_t>(done);
        const std::size_t step = std::min<std::size_t>(inside - done, page_size - page_offset(at));
        if (!is_rom_page(at)) {
            if (is_code_page(at) && observer_ != nullptr) {
                observer_->code_written(at, static_cast<std::uint32_t>(step));
            }
            std::memcpy(ram_ + at.value, from.data() + done, step);
        }
        done += step;
    }
}

std::vector<PhysicalAddress> PhysicalMemory::touched_pages() const {
    // proc(5), pagemap: a word for each page; bit 63 present, bit 62 swapped out.
    constexpr std::uint64_t has_memory = std::uint64_t{3} << 62;
    std::vector<std::uint64_t> entries(size_ / page_size, has_memory);
    const long host_page = sysconf(_SC_PAGESIZE);
    const int file = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    if (file >= 0 && host_page == static_cast<long>(page_size)) {
        const std::size_t bytes = entries.size() * sizeof entries.front();
        const auto from = reinterpret_cast<std::uintptr_t>(ram_) / page_size * sizeof entries[0];
        if (pread(file, entries.data(), bytes, static_cast<off_t>(from)) !=
            static_cast<ssize_t>(bytes)) {
            std::fill(entries.begin(), entries.end(), has_memory);
        }
    }
    if (file >= 0) {
        close(file);
    }
    std::vector<PhysicalAddress> pages;
    for (std::uint32_t page = 0; page < entries.size(); ++page) {
        if ((entries[page] & has_memory) != 0) {
            pages.push_back({page * page_size});
        }
    }
    return pages;
}

void PhysicalMemory::set_code_page(PhysicalAddress a, bool holds_code) {
    if (contains(a)) {
        auto& page = pages_[a.value / page_size];
        page = static_cast<std::uint8_t>(holds_code ? page | page_code : page & ~page_code);
    }
}

}  // namespace ringside::mmu
