// SPDX-License-Identifier: MIT
#include "host/path.hpp"

#include <algorithm>

#include "host/utf16.hpp"

namespace ringside::host {
namespace {

constexpr std::size_t max_component_units = 255;
constexpr std::u16string_view reserved = u"\"*/:<>?\\|";

}  // namespace

bool is_valid_component(std::u16string_view name) {
    if (name.empty() || name.size() > max_component_units || name == u"." || name == u"..") {
        return false;
    }
    return std::all_of(name.begin(), name.end(), [](char16_t c) {
        return c >= 0x20 && reserved.find(c) == std::u16string_view::npos;
    });
}

Expected<GuestPath, HostError> parse_path(std::u16string_view text) {
    if (text.size() > max_path_units || text.size() < 2 || text[1] != u':') {
        return Unexpected{HostError::invalid_name};
    }
    GuestPath path{.drive = upcase(text[0]), .components = {}};
    if (path.drive < u'A' || path.drive > u'Z') {
        return Unexpected{HostError::invalid_name};
    }
    text.remove_prefix(2);
    if (!text.starts_with(u'\\')) {
        return Unexpected{HostError::invalid_name};
    }
    text.remove_prefix(1);
    path.names_directory = text.empty() || text.ends_with(u'\\');
    if (text.ends_with(u'\\')) {
        text.remove_suffix(1);
    }
    while (!text.empty()) {
        const auto end = text.find(u'\\');
        const auto component = text.substr(0, end);
        if (!is_valid_component(component) || end == text.size() - 1) {
            return Unexpected{HostError::invalid_name};
        }
        path.components.emplace_back(component);
        text.remove_prefix(end == std::u16string_view::npos ? text.size() : end + 1);
    }
    return path;
}

std::u16string to_text(const GuestPath& path) {
    std::u16string text{path.drive, u':', u'\\'};
    for (std::size_t i = 0; i < path.components.size(); ++i) {
        text += (i == 0 ? u"" : u"\\") + path.components[i];
    }
    return text;
}

}  // namespace ringside::host
