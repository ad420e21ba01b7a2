// SPDX-License-Identifier: MIT
#include "oracle/native/memory.hpp"

#include <algorithm>
#include <cstring>

#include <sys/mman.h>
#include <unistd.h>

#include "base/bits.hpp"
#include "base/ensure.hpp"
#include "oracle/layout.hpp"
#include "oracle/native/frame.hpp"
#include "oracle/native/host.hpp"
#include "oracle/segments.hpp"

namespace ringside::oracle {
namespace {

constexpr std::uint32_t lowest = layout::code;
constexpr std::uint32_t highest = layout::stack_end;
constexpr std::uint32_t gate_offset = highest - lowest;  ///< in the file
constexpr std::size_t whole = gate_offset + layout::page;
/// 64-bit code of every x86-64 Linux process.
constexpr std::uint16_t host_code = 0x33;
constexpr int hlt = 0xF4;

}  // namespace

NativeMemory::NativeMemory() {
    require_host();
    file_ = memfd_create("oracle", 0);
    if (file_ < 0 || ftruncate(file_, whole) != 0) {
        throw host_refuses("memfd_create");
    }
    void* const view = mmap(nullptr, whole, PROT_READ | PROT_WRITE, MAP_SHARED, file_, 0);
    if (view == MAP_FAILED) {
        throw host_refuses("mmap");
    }
    view_ = static_cast<std::byte*>(view);
    for (const vectors::MemoryRun& run : environment().base) {
        std::copy(run.bytes.begin(), run.bytes.end(), at(run.address));
    }
    build_gate();
    show_exits();
    map({layout::code, layout::code_end}, PROT_READ | PROT_EXEC, 0);
    map({layout::data_read_only, layout::data_last}, PROT_READ, layout::data_read_only - lowest);
    for (const layout::Stretch& stretch : layout::writable) {
        map(stretch, PROT_READ | PROT_WRITE, stretch.from - lowest);
    }
    map({gate, gate_end}, PROT_READ | PROT_EXEC, gate_offset);
}

NativeMemory::~NativeMemory() {
    munmap(reinterpret_cast<void*>(std::uintptr_t{lowest}), gate_offset);
    munmap(reinterpret_cast<void*>(std::uintptr_t{gate}), layout::page);
    munmap(view_, whole);
    close(file_);
}

std::byte* NativeMemory::at(std::uint32_t linear) const {
    ensure(linear >= lowest && linear < highest, "an address of the layout");
    return view_ + (linear - lowest);
}

void NativeMemory::map(const layout::Stretch& stretch, int protection, std::uint32_t offset) {
    void* const wanted = reinterpret_cast<void*>(std::uintptr_t{stretch.from});
    void* const got = mmap(wanted, stretch.to - stretch.from, protection,
                           MAP_SHARED | MAP_FIXED_NOREPLACE | MAP_POPULATE, file_, offset);
    if (got != wanted) {
        throw host_refuses("mmap below 4 GiB");
    }
}

/// MOV R15D, number; JMP to oracle_leave. Programs cannot see R15.
void NativeMemory::build_gate() {
    constexpr std::array<std::uint8_t, 2> mov_r15d{0x41, 0xBF};
    constexpr std::array<std::uint8_t, 2> jmp{0xFF, 0x25};  // through a pointer relative to RIP
    constexpr std::uint32_t pointer = layout::page - 8;
    std::byte* const page = view_ + gate_offset;
    store(page + pointer, reinterpret_cast<std::uint64_t>(&oracle_leave));
    for (std::uint32_t i = 0; i < layout::exits().size(); ++i) {
        const std::uint32_t entry = gate_step * i;
        std::memcpy(page + entry, mov_r15d.data(), mov_r15d.size());
        store(page + entry + 2, i);
        std::memcpy(page + entry + 6, jmp.data(), jmp.size());
        store(page + entry + 8, pointer - (entry + 12));
    }
}

void NativeMemory::hide_exits() {
    for (const layout::Exit& exit : layout::exits()) {
        std::memset(at(exit.at), hlt, layout::exit_size);
    }
}

/// JMP FAR to the gate.
void NativeMemory::show_exits() {
    std::uint32_t number = 0;
    for (const layout::Exit& exit : layout::exits()) {
        std::byte* to = at(exit.at);
        if (!exit.code32) {
            *to++ = std::byte{0x66};
        }
        *to++ = std::byte{0xEA};
        store(to, gate + gate_step * number);
        store(to + 4, host_code);
        ++number;
    }
}

}  // namespace ringside::oracle
