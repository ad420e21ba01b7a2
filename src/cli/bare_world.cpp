// SPDX-License-Identifier: MIT
#include "cli/bare_world.hpp"

#include <filesystem>
#include <limits>

#include <fmt/format.h>

#include "base/ensure.hpp"
#include "base/text.hpp"
#include "cli/file.hpp"
#include "guest/bare.hpp"

namespace ringside::cli {
namespace {

template <typename T>
T number(std::string_view option, std::string_view text) {
    const auto value = parse_number(text);
    if (!value || *value > std::numeric_limits<T>::max()) {
        throw InputError(2, fmt::format("{}: '{}' is no number of {} bits", option, text,
                                        std::numeric_limits<T>::digits));
    }
    return static_cast<T>(*value);
}

guest::BareImage image(const WorldOptions& options, std::string_view option,
                       const std::string& text) {
    const auto at = text.rfind('@');
    if (at == std::string::npos || at == 0) {
        throw InputError(2, fmt::format("{} {}: want FILE@ADDR", option, text));
    }
    const std::string file = text.substr(0, at);
    return {std::filesystem::path(file).stem().string(),
            {number<std::uint32_t>(option, std::string_view(text).substr(at + 1))},
            read_file(options.host_path(file))};
}

}  // namespace

std::unique_ptr<guest::Personality> make_bare(const WorldOptions& options) {
    if (!options.arguments.empty()) {
        throw InputError(
            2, fmt::format("{}: a bare program takes no arguments", options.arguments.front()));
    }
    if (options.entry != "auto" || !options.mounts.empty() || !options.environment.empty() ||
        !options.working_directory.empty()) {
        throw InputError(2, "--entry, --mount, --env and --cwd need a system; --os bare has none");
    }
    if (!options.irqs.empty()) {
        throw InputError(2, "--irq needs a system; --os bare has no interrupt controller");
    }
    if (!options.table.empty()) {
        throw InputError(2, "--table needs a system with services; --os bare has none");
    }
    guest::BareConfig config;
    if (!options.program.empty()) {
        config.images.push_back(image(options, "PROGRAM", options.program));
    }
    for (const std::string& load : options.loads) {
        config.images.push_back(image(options, "--load", load));
    }
    if (!options.start.empty()) {
        config.start = number<std::uint32_t>("--start", options.start);
    }
    for (const std::string& poke : options.pokes) {
        const auto equals = poke.find('=');
        if (equals == std::string::npos) {
            throw InputError(2, fmt::format("--poke {}: want ADDR=DWORD", poke));
        }
        const std::string_view text = poke;
        config.pokes.push_back({{number<std::uint32_t>("--poke", text.substr(0, equals))},
                                number<std::uint32_t>("--poke", text.substr(equals + 1))});
    }
    if (!options.exit_port.empty()) {
        config.exit_port = number<std::uint16_t>("--exit-port", options.exit_port);
    }
    return std::make_unique<guest::Bare>(std::move(config));
}

}  // namespace ringside::cli
