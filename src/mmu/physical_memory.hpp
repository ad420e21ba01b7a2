// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/address.hpp"
#include "base/bits.hpp"

namespace ringside::mmu {

/// Told of every write to a page that holds decoded code, before the bytes change.
class CodeWriteObserver {
  public:
    virtual ~CodeWriteObserver() = default;
    virtual void code_written(PhysicalAddress address, std::uint32_t length) = 0;
};

/// The RAM of the machine, from physical address 0. Host memory is reserved at once and taken by
/// the page as the guest touches it. Reads beyond the RAM give ones, writes there are lost, as on
/// a PC bus where nothing answers.
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

    /// Host address of a byte of RAM; null beyond it. For reading; writers use write().
    [[nodiscard]] std::byte* host(PhysicalAddress a) const {
        return contains(a) ? ram_ + a.value : nullptr;
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

    /// Marks the page of `a` as holding decoded code (or as free of it).
    void set_code_page(PhysicalAddress a, bool holds_code);
    [[nodiscard]] bool is_code_page(PhysicalAddress a) const {
        return contains(a) && code_pages_[a.value / page_size] != 0;
    }
    void observe_code(CodeWriteObserver* observer) { observer_ = observer; }

  private:
    std::byte* ram_ = nullptr;
    std::uint32_t size_ = 0;
    std::vector<std::uint8_t> code_pages_;
    CodeWriteObserver* observer_ = nullptr;
};

}  // namespace ringside::mmu
