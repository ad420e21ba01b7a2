// SPDX-License-Identifier: MIT
#include "debug/mappings_view.hpp"

#include <cstdint>
#include <string>

#include <fmt/format.h>

#include "mmu/paging.hpp"

namespace ringside::debug {
namespace {

constexpr std::uint64_t large_page_size = std::uint64_t{4} << 20;

/// Pages side by side in linear and in physical memory.
struct Run {
    std::uint64_t linear = 0;
    std::uint64_t size = 0;
    std::uint32_t physical = 0;
    std::string rights;
};

/// What user code may do, then the marks: A accessed, D dirty, G global, 4M large.
std::string rights_text(std::uint32_t directory, std::uint32_t table, bool large) {
    const std::uint32_t both = directory & table;
    std::string text = (both & mmu::entry::user) != 0 ? "user" : "supervisor";
    text += (both & mmu::entry::writable) != 0 ? " RW" : " R";
    text += (table & mmu::entry::accessed) != 0 ? " A" : "";
    text += (table & mmu::entry::dirty) != 0 ? " D" : "";
    text += (table & mmu::entry::global) != 0 ? " G" : "";
    return text + (large ? " 4M" : "");
}

class Rows {
  public:
    explicit Rows(guest::View& view) : view_(view) {}

    void add(Run next) {
        if (run_.size != 0 && run_.linear + run_.size == next.linear &&
            run_.physical + run_.size == next.physical && run_.rights == next.rights) {
            run_.size += next.size;
            return;
        }
        finish();
        run_ = std::move(next);
    }
    void finish() {
        if (run_.size != 0) {
            view_.rows.push_back(
                {{fmt::format("{:08X}", run_.linear), fmt::format("{:X}", run_.size),
                  fmt::format("{:08X}", run_.physical), run_.rights}});
        }
        run_ = {};
    }

  private:
    guest::View& view_;
    Run run_;
};

}  // namespace

guest::View mappings_view(guest::Machine& machine) {
    const mmu::PagingMode& mode = machine.mmu().mode();
    guest::View view{"", {"linear", "size", "physical", "rights"}, {}};
    if (!mode.enabled) {
        view.title = "paging is off: linear addresses are physical";
        return view;
    }
    view.title = fmt::format("page directory at {:08X}", mode.directory.value);
    const mmu::PhysicalMemory& memory = machine.memory();
    Rows rows(view);
    for (std::uint32_t i = 0; i < 1024; ++i) {
        const auto directory = memory.read<std::uint32_t>(mode.directory + i * 4);
        const std::uint64_t base = i * large_page_size;
        if ((directory & mmu::entry::present) == 0) {
            continue;
        }
        if (mode.large_pages && (directory & mmu::entry::large) != 0) {
            rows.add({base, large_page_size, directory & mmu::entry::large_frame,
                      rights_text(directory, directory, true)});
            continue;
        }
        const PhysicalAddress tables{directory & mmu::entry::frame};
        for (std::uint32_t j = 0; j < 1024; ++j) {
            const auto table = memory.read<std::uint32_t>(tables + j * 4);
            if ((table & mmu::entry::present) != 0) {
                rows.add({base + std::uint64_t{j} * page_size, page_size, table & mmu::entry::frame,
                          rights_text(directory, table, false)});
            }
        }
    }
    rows.finish();
    return view;
}

}  // namespace ringside::debug
