// SPDX-License-Identifier: MIT
#include "nt/ntstatus.hpp"

#include <unordered_map>

#include <embedded/nt.hpp>

#include "base/text.hpp"
#include "nt/ntstatus_names.hpp"
#include "nt/structures/rows.hpp"

namespace ringside::nt {

std::string_view name_of(NTSTATUS status) {
    static const auto names = [] {
        std::unordered_map<std::uint32_t, std::string_view> by_code;
        for (const auto& row : rows_of(embedded::nt_status_codes())) {
            by_code.emplace(static_cast<std::uint32_t>(*parse_number(row[0])), row[1]);
        }
        return by_code;
    }();
    const auto found = names.find(status.value);
    return found != names.end() ? found->second : std::string_view{};
}

std::optional<NTSTATUS> status_named(std::string_view name) {
    for (const auto& row : rows_of(embedded::nt_status_codes())) {
        if (row[1] == name) {
            return NTSTATUS{static_cast<std::uint32_t>(*parse_number(row[0]))};
        }
    }
    return std::nullopt;
}

std::vector<std::string> status_names() {
    std::vector<std::string> names;
    for (const auto& row : rows_of(embedded::nt_status_codes())) {
        names.emplace_back(row[1]);
    }
    return names;
}

std::string to_text(NTSTATUS status) {
    const auto name = name_of(status);
    return name.empty() ? fmt::format("0x{:08X}", status.value)
                        : fmt::format("{} (0x{:08X})", name, status.value);
}

}  // namespace ringside::nt
