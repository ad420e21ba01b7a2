// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ringside::trace {

/// What a service is about, by data/service_classes.tsv: "file", "memory" ... Empty for a service
/// that the file does not have.
[[nodiscard]] std::span<const std::string_view> classes_of(std::string_view service);

/// Every class of the file, in alphabetical order.
[[nodiscard]] const std::vector<std::string>& service_classes();
/// Every service that it has.
[[nodiscard]] std::vector<std::string> classified_services();

}  // namespace ringside::trace
