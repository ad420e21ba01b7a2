// SPDX-License-Identifier: MIT
#include "nt/user_table.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/ensure.hpp"
#include "nt/service_table.hpp"

namespace ringside::nt {
namespace {

/// The service's name; a list may call it by the stub's other one.
std::string nt_name(std::string_view name) {
    return name.starts_with("Zw") ? fmt::format("Nt{}", name.substr(2)) : std::string(name);
}

void check_body(std::string_view file, const guest::ListedService& service,
                const std::string& name) {
    const auto& bodies = service_table();
    const auto body = std::find_if(bodies.begin(), bodies.end(),
                                   [&name](const ServiceRow& row) { return row.name == name; });
    if (body != bodies.end() && body->argument_bytes() != service.argument_bytes) {
        throw InputError(
            2, fmt::format("{}:{}: {} has {} arguments here, Ringside's own takes {}; give it as "
                           "many, or another name",
                           file, service.line, service.name, service.argument_bytes / 4,
                           body->argument_bytes() / 4));
    }
}

}  // namespace

std::vector<ServiceNumber> with_user_table(const Profile& profile, std::string_view file,
                                           std::span<const guest::ListedService> list) {
    std::vector<ServiceNumber> services;
    std::set<std::string, std::less<>> names;
    const auto add = [&services](ServiceNumber service) {
        service.index = static_cast<std::uint32_t>(services.size());
        services.push_back(std::move(service));
    };
    for (const guest::ListedService& service : list) {
        std::string name = nt_name(service.name);
        check_body(file, service, name);
        names.insert(name);
        add({.index = 0,
             .name = std::move(name),
             .argument_bytes = static_cast<std::uint8_t>(service.argument_bytes)});
    }
    for (const ServiceNumber& service : profile.services) {
        if (!names.contains(service.name)) {
            add(service);
        }
    }
    if (services.size() > win32k_base) {
        throw InputError(
            2, fmt::format("{}: its {} services and the {} of {} that it does not name are more "
                           "than a table's {}; leave some out",
                           file, list.size(), services.size() - list.size(), profile.name,
                           win32k_base));
    }
    return services;
}

}  // namespace ringside::nt
