// SPDX-License-Identifier: MIT
#include "trace/service_classes.hpp"

#include <map>
#include <set>

#include <embedded/trace.hpp>

#include "base/text.hpp"

namespace ringside::trace {
namespace {

using Classes = std::map<std::string_view, std::vector<std::string_view>>;

const Classes& by_service() {
    static const Classes classes = [] {
        Classes result;
        const auto bytes = embedded::service_classes();
        const void* const first = bytes.data();
        for (const auto line : lines_of({static_cast<const char*>(first), bytes.size()})) {
            const auto fields = split(line, '\t');
            if (!line.starts_with('#') && fields.size() == 2) {
                result[fields[0]] = split(fields[1], ' ');
            }
        }
        return result;
    }();
    return classes;
}

}  // namespace

std::span<const std::string_view> classes_of(std::string_view service) {
    const auto found = by_service().find(service);
    return found != by_service().end() ? std::span<const std::string_view>(found->second)
                                       : std::span<const std::string_view>();
}

const std::vector<std::string>& service_classes() {
    static const std::vector<std::string> names = [] {
        std::set<std::string> all;
        for (const auto& [service, classes] : by_service()) {
            all.insert(classes.begin(), classes.end());
        }
        return std::vector<std::string>(all.begin(), all.end());
    }();
    return names;
}

std::vector<std::string> classified_services() {
    std::vector<std::string> names;
    for (const auto& [service, classes] : by_service()) {
        names.emplace_back(service);
    }
    return names;
}

}  // namespace ringside::trace
