// SPDX-License-Identifier: MIT
#include "check/case.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "check/case_reader.hpp"

namespace ringside::check {

bool Expectation::is_empty() const {
    return !exit_status && !reason && !stdout_text && report_contains.empty() &&
           transitions.empty();
}

Case parse_case(const std::string& path, std::string_view text,
                std::span<const std::string> options) {
    Case result;
    result.path = path;
    result.folder = std::filesystem::path(path).parent_path().string();
    result.text = text;
    read_tables(result, options);
    return result;
}

std::vector<Variation> variations(const Case& one) {
    std::vector<Variation> result;
    for (const std::string& system : one.systems) {
        for (const std::string& entry : one.entries) {
            Variation variation{one, entry, {}};
            if (!system.empty()) {
                variation.one.options.emplace_back("os", system);
            }
            const bool tells_system = one.systems.size() > 1 && !system.empty();
            if (tells_system || !entry.empty()) {
                variation.label = fmt::format(" [{}{}{}]", tells_system ? system : "",
                                              tells_system && !entry.empty() ? ", " : "", entry);
            }
            result.push_back(std::move(variation));
        }
    }
    return result;
}

}  // namespace ringside::check
