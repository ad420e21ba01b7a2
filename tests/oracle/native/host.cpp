// SPDX-License-Identifier: MIT
#include "oracle/native/host.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>

#include <asm/ldt.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <fmt/format.h>

#include "oracle/segments.hpp"

namespace ringside::oracle {
namespace {

constexpr int write_entry = 0x11;
constexpr int read_table = 0;

/// A program may write anywhere below 4 GiB that its segments reach.
void require_low_memory_free() {
    std::ifstream maps("/proc/self/maps");
    std::string line;
    while (std::getline(maps, line)) {
        if (std::stoull(line, nullptr, 16) < 0x100000000) {
            throw HostCannot("something of the host lies below 4 GiB: " + line);
        }
    }
}

}  // namespace

HostCannot host_refuses(const std::string& what) {
    return HostCannot(fmt::format("{}: {}", what, std::strerror(errno)));
}

void require_host() {
#if defined(__SANITIZE_ADDRESS__)
    throw HostCannot("the address sanitizer keeps its own memory below 4 GiB");
#endif
    constexpr unsigned long fsgsbase = 2;
    if ((getauxval(AT_HWCAP2) & fsgsbase) == 0) {
        throw HostCannot("the host kernel does not let programs write FS.base (FSGSBASE)");
    }
    require_low_memory_free();
}

void install_segments() {
    for (std::size_t i = 0; i < ldt_rows.size(); ++i) {
        const SegmentRow& row = ldt_rows[i];
        if (row.kind == SegmentRow::Kind::none) {
            continue;
        }
        user_desc entry{};
        entry.entry_number = static_cast<unsigned>(i);
        entry.base_addr = row.base;
        entry.limit = row.limit & 0xFFFFF;
        entry.seg_32bit = row.is_32bit ? 1 : 0;
        entry.contents =
            ((row.kind == code_segment ? 2U : 0U) | (row.expand_down_or_conforming ? 1U : 0U)) & 3U;
        entry.read_exec_only = row.writable_or_readable ? 0 : 1;
        entry.limit_in_pages = row.in_pages ? 1 : 0;
        entry.seg_not_present = row.present ? 0 : 1;
        if (syscall(SYS_modify_ldt, write_entry, &entry, sizeof entry) != 0) {
            throw host_refuses("modify_ldt");
        }
    }
    std::array<std::uint64_t, ldt_rows.size()> installed{};
    const long got = syscall(SYS_modify_ldt, read_table, installed.data(), sizeof installed);
    for (std::size_t i = 0; i < ldt_rows.size(); ++i) {
        if (got < static_cast<long>(sizeof installed) ||
            installed[i] != descriptor_of(ldt_rows[i])) {
            throw HostCannot(fmt::format("LDT entry {} is {:016X} instead of {:016X}", i,
                                         installed[i], descriptor_of(ldt_rows[i])));
        }
    }
}

}  // namespace ringside::oracle
