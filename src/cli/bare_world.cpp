// SPDX-License-Identifier: MIT
#include "cli/bare_world.hpp"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <iterator>
#include <limits>
#include <optional>
#include <utility>

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

/// FILE@ADDR, or FILE alone: folders may have an @ in their names.
std::pair<std::string, std::optional<std::string>> at_address(const std::string& text) {
    const auto at = text.rfind('@');
    const auto slash = text.rfind('/');
    if (at == std::string::npos || (slash != std::string::npos && slash > at)) {
        return {text, std::nullopt};
    }
    return {text.substr(0, at), text.substr(at + 1)};
}

std::string stem(const std::string& file) {
    return std::filesystem::path(file).stem().string();
}

guest::BareImage image(const WorldOptions& options, std::string_view option,
                       const std::string& text) {
    const auto [file, address] = at_address(text);
    if (!address || file.empty()) {
        throw InputError(2, fmt::format("{} {}: want FILE@ADDR", option, text));
    }
    const auto at = number<std::uint32_t>(option, *address);
    guest::BareImage result{stem(file), {at}, read_file(options.host_path(file))};
    if (result.bytes.empty()) {
        throw InputError(126, fmt::format("{}: the file is empty", file));
    }
    return result;
}

/// A kernel as PROGRAM, with its command line as boot loaders write it.
void add_kernel(const WorldOptions& options, guest::BareConfig& config) {
    const std::string& file = options.program;
    const auto bytes = read_file(options.host_path(file));
    if (!guest::looks_like_kernel(bytes)) {
        throw InputError(2, fmt::format("PROGRAM {}: neither an ELF file nor a Multiboot image; "
                                        "for a flat image want FILE@ADDR",
                                        file));
    }
    config.kernel = guest::read_kernel(file, stem(file), bytes);
    config.command_line = std::filesystem::path(file).filename().string();
    for (const std::string& argument : options.arguments) {
        config.command_line += " " + argument;
    }
    if (!options.arguments.empty() && !config.kernel->multiboot) {
        throw InputError(2, fmt::format("{}: only a Multiboot kernel takes arguments",
                                        options.arguments.front()));
    }
}

void add_program(const WorldOptions& options, guest::BareConfig& config) {
    if (options.program.empty()) {
        return;
    }
    if (!at_address(options.program).second) {
        add_kernel(options, config);
        return;
    }
    if (!options.arguments.empty()) {
        throw InputError(
            2, fmt::format("{}: a flat image takes no arguments", options.arguments.front()));
    }
    config.images.push_back(image(options, "PROGRAM", options.program));
}

// The text behind the file's name is the module's command line.
guest::BareModule module(const WorldOptions& options, const std::string& text) {
    const std::string file = text.substr(0, text.find(' '));
    std::string command_line = std::filesystem::path(file).filename().string();
    command_line += text.substr(file.size());
    return {stem(file), std::move(command_line), read_file(options.host_path(file))};
}

guest::BarePoke poke(const std::string& text) {
    const auto equals = text.find('=');
    if (equals == std::string::npos) {
        throw InputError(2, fmt::format("--poke {}: want ADDR=DWORD", text));
    }
    const std::string_view view = text;
    return {{number<std::uint32_t>("--poke", view.substr(0, equals))},
            number<std::uint32_t>("--poke", view.substr(equals + 1))};
}

guest::BareInterrupt interrupt(const std::string& text, std::uint64_t ticks_per_clock) {
    const std::string_view view = text;
    const std::size_t at = std::min(view.find('@'), view.size());
    const auto line = parse_number(view.substr(0, at));
    const auto clock = parse_number(view.substr(std::min(at + 1, view.size())));
    if (!line || *line >= guest::PicPair::lines || !clock ||
        *clock > UINT64_MAX / ticks_per_clock) {
        throw InputError(2, fmt::format("--irq {}: want N@CLOCK, N from 0 to 15", text));
    }
    if (*line == guest::PicPair::cascade_line) {
        throw InputError(2, fmt::format("--irq {}: no device can have IRQ 2: the second interrupt "
                                        "controller is connected to it",
                                        text));
    }
    return {static_cast<unsigned>(*line), *clock};
}

std::function<bool(std::uint8_t)> writer(host::Console& console) {
    return [&console](std::uint8_t value) {
        const std::byte byte{value};
        return console.write(host::Stream::output, std::span(&byte, 1)).has_value();
    };
}

void refuse_what_needs_a_system(const WorldOptions& options) {
    if (options.entry != "auto" || !options.mounts.empty() || !options.environment.empty() ||
        !options.working_directory.empty()) {
        throw InputError(2, "--entry, --mount, --env and --cwd need a system; --os bare has none");
    }
    if (!options.service_clocks.empty()) {
        throw InputError(2, "--service-clocks needs a system with services; --os bare has none");
    }
    if (!options.table.empty()) {
        throw InputError(2, "--table needs a system with services; --os bare has none");
    }
}

}  // namespace

std::unique_ptr<guest::Personality> make_bare(const WorldOptions& options,
                                              const Surroundings& around) {
    refuse_what_needs_a_system(options);
    guest::BareConfig config;
    add_program(options, config);
    for (const std::string& load : options.loads) {
        config.images.push_back(image(options, "--load", load));
    }
    for (const std::string& rom : options.roms) {
        config.roms.push_back(image(options, "--rom", rom));
    }
    for (const std::string& text : options.modules) {
        config.modules.push_back(module(options, text));
    }
    for (const std::string& file : options.symbol_files) {
        auto names = guest::read_symbols(file, stem(file), read_file(options.host_path(file)));
        std::move(names.begin(), names.end(), std::back_inserter(config.symbols));
    }
    if (!options.start.empty()) {
        config.start = number<std::uint32_t>("--start", options.start);
    }
    for (const std::string& text : options.pokes) {
        config.pokes.push_back(poke(text));
    }
    for (const std::string& text : options.irqs) {
        config.interrupts.push_back(
            interrupt(text, cpu::traits(around.machine.cpu().model).ticks_per_clock));
    }
    if (!options.exit_port.empty()) {
        config.exit_port = number<std::uint16_t>("--exit-port", options.exit_port);
    }
    config.debug_ports.post_port =
        options.post_port == "none"
            ? std::nullopt
            : std::optional(number<std::uint16_t>("--post-port", options.post_port));
    config.debug_ports.write = writer(around.console);
    return std::make_unique<guest::Bare>(std::move(config));
}

}  // namespace ringside::cli
