// SPDX-License-Identifier: MIT
#include "nt/service_diff.hpp"

#include <string>

#include <fmt/format.h>

namespace ringside::nt {
namespace {

std::string number_text(const ServiceNumber& service) {
    return fmt::format("{:03X}", service.index);
}

std::string bytes_text(const ServiceNumber& service) {
    return fmt::format("{}", service.argument_bytes);
}

}  // namespace

guest::View service_diff(const Profile& from, const Profile& to) {
    std::size_t only_from = 0;
    std::size_t only_to = 0;
    std::size_t numbers = 0;
    std::size_t bytes = 0;
    guest::View view{.title = {},
                     .columns = {from.name, "bytes", to.name, "bytes", "name", "change"},
                     .rows = {}};
    for (const ServiceNumber& old : from.services) {
        const ServiceNumber* const now = to.find_service(old.name);
        if (now == nullptr) {
            ++only_from;
            view.rows.push_back({{number_text(old), bytes_text(old), "", "", old.name,
                                  fmt::format("only in {}", from.name)}});
            continue;
        }
        const bool other_number = now->index != old.index;
        const bool other_bytes = now->argument_bytes != old.argument_bytes;
        numbers += other_number ? 1U : 0U;
        bytes += other_bytes ? 1U : 0U;
        if (other_number || other_bytes) {
            view.rows.push_back(
                {{number_text(old), bytes_text(old), number_text(*now), bytes_text(*now), old.name,
                  !other_bytes    ? "number"
                  : !other_number ? "bytes"
                                  : "number, bytes"}});
        }
    }
    for (const ServiceNumber& now : to.services) {
        if (from.find_service(now.name) == nullptr) {
            ++only_to;
            view.rows.push_back({{"", "", number_text(now), bytes_text(now), now.name,
                                  fmt::format("only in {}", to.name)}});
        }
    }
    view.title = fmt::format(
        "KiServiceTable: {} only in {}, {} only in {}, {} with another number, {} with other "
        "argument bytes",
        only_from, from.name, only_to, to.name, numbers, bytes);
    return view;
}

}  // namespace ringside::nt
