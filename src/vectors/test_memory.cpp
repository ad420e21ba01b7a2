// SPDX-License-Identifier: MIT
#include "vectors/test_memory.hpp"

#include <algorithm>
#include <cstring>
#include <span>

#include <fmt/format.h>

#include "base/ensure.hpp"

namespace ringside::vectors {
namespace {

/// A vector that leaves all of the memory wrong need not be told byte by byte.
constexpr std::size_t most_differences = 64;

std::uint8_t undefined_bits(const TestVector& test, std::uint32_t address) {
    std::uint8_t bits = 0;
    for (const MemoryByte& byte : test.memory_undefined) {
        bits = static_cast<std::uint8_t>(bits | (byte.address == address ? byte.value : 0));
    }
    return bits;
}

void compare_page(const TestVector& test, std::uint32_t page, const std::byte* want,
                  const std::byte* have, std::vector<MemoryDifference>& differences) {
    for (std::uint32_t i = 0; i < page_size && differences.size() < most_differences; ++i) {
        const auto expected = std::to_integer<std::uint8_t>(want[i]);
        const auto got = std::to_integer<std::uint8_t>(have[i]);
        const unsigned bits = unsigned{expected} ^ unsigned { got };
        if (bits != 0 && (bits & ~unsigned{undefined_bits(test, page + i)}) != 0) {
            differences.push_back({page + i, expected, got});
        }
    }
}

}  // namespace

TestMemory::TestMemory(std::string_view file, mmu::PhysicalMemory& memory,
                       std::vector<Range> ranges, const std::vector<MemoryRun>& base)
    : file_(file), memory_(memory) {
    std::sort(ranges.begin(), ranges.end(),
              [](const Range& a, const Range& b) { return a.from < b.from; });
    std::uint32_t end = 0;
    for (const Range& range : ranges) {
        if (range.from < end) {
            fail("page ranges overlap", range.from);
        }
        end = range.to;
        const std::uint32_t size = range.to - range.from;
        stretches_.push_back(
            {range, std::vector<std::byte>(size), {}, std::vector<bool>(size / page_size, true)});
    }
    for (const MemoryRun& run : base) {
        Stretch* const stretch = stretch_of(run.address);
        if (stretch == nullptr || stretch->range.to - run.address < run.bytes.size()) {
            fail("BASE outside the mapped pages", run.address);
        }
        std::copy(run.bytes.begin(), run.bytes.end(),
                  stretch->base.begin() + (run.address - stretch->range.from));
    }
    for (Stretch& stretch : stretches_) {
        stretch.expected = stretch.base;
    }
    restore();
}

void TestMemory::place(const TestVector& test) {
    for (const MemoryByte& byte : test.memory_before) {
        if (stretch_of(byte.address) == nullptr) {
            fail(fmt::format("test {} sets memory that is not there", test.index), byte.address);
        }
        memory_.write(PhysicalAddress{byte.address}, byte.value);
    }
}

void TestMemory::compare(const TestVector& test, std::vector<MemoryDifference>& differences) {
    const auto each_named = [this, &test](const auto& action) {
        for (const auto* list : {&test.memory_before, &test.memory_after}) {
            for (const MemoryByte& byte : *list) {
                Stretch* const stretch = stretch_of(byte.address);
                if (stretch == nullptr) {
                    fail(fmt::format("test {} changes memory that is not there", test.index),
                         byte.address);
                }
                action(*stretch, byte.address - stretch->range.from, byte.value);
            }
        }
    };
    each_named([](Stretch& stretch, std::uint32_t offset, std::uint8_t value) {
        stretch.expected[offset] = std::byte{value};
        stretch.touched[offset / page_size] = true;
    });
    for (Stretch& stretch : stretches_) {
        for (std::uint32_t at = 0; at < stretch.expected.size(); at += page_size) {
            const std::byte* const want = stretch.expected.data() + at;
            const std::byte* const have = memory_.host({stretch.range.from + at});
            if (std::memcmp(want, have, page_size) != 0) {
                stretch.touched[at / page_size] = true;
                compare_page(test, stretch.range.from + at, want, have, differences);
            }
        }
    }
    each_named([](Stretch& stretch, std::uint32_t offset, std::uint8_t) {
        stretch.expected[offset] = stretch.base[offset];
    });
}

void TestMemory::restore() {
    for (Stretch& stretch : stretches_) {
        for (std::size_t page = 0; page < stretch.touched.size(); ++page) {
            if (stretch.touched[page]) {
                stretch.touched[page] = false;
                const auto at = static_cast<std::uint32_t>(page * page_size);
                memory_.write_bytes({stretch.range.from + at},
                                    std::span(stretch.base).subspan(at, page_size));
            }
        }
    }
}

std::uint8_t TestMemory::byte_at(std::uint32_t address) const {
    for (const Stretch& stretch : stretches_) {
        if (address >= stretch.range.from && address < stretch.range.to) {
            return memory_.read<std::uint8_t>({address});
        }
    }
    return 0;
}

TestMemory::Stretch* TestMemory::stretch_of(std::uint32_t address) {
    for (Stretch& stretch : stretches_) {
        if (address >= stretch.range.from && address < stretch.range.to) {
            return &stretch;
        }
    }
    return nullptr;
}

void TestMemory::fail(std::string_view what, std::uint32_t address) const {
    throw InputError(2, fmt::format("{}: {} at {:#x}", file_, what, address));
}

}  // namespace ringside::vectors
