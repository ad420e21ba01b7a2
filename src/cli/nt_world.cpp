// SPDX-License-Identifier: MIT
#include "cli/nt_world.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <embedded/guest.hpp>

#include "base/ensure.hpp"
#include "base/text.hpp"
#include "cli/file.hpp"
#include "cli/nt_system.hpp"
#include "guest/flat_image.hpp"
#include "guest/import_check.hpp"
#include "guest/pe_image.hpp"
#include "host/date.hpp"
#include "host/path.hpp"
#include "host/utf16.hpp"
#include "nt/personality.hpp"

namespace ringside::cli {
namespace {

using SharedImage = std::shared_ptr<const guest::Image>;

constexpr std::u16string_view program_folder = u"C:\\app\\";
constexpr std::u16string_view system_folder = u"C:\\windows\\system32\\";

std::u16string utf16(std::string_view text, std::string_view option) {
    auto result = host::to_utf16(text);
    if (!result) {
        throw InputError(2, fmt::format("{} {}: not UTF-8", option, text));
    }
    return *std::move(result);
}

SharedImage parse_image(std::string_view file, std::span<const std::byte> bytes) {
    auto image = guest::read_pe(file, bytes);
    if (!image) {
        throw InputError(126, image.error().text());
    }
    return std::make_shared<const guest::Image>(std::move(image.value()));
}

/// The libraries a program may import: ours, and those in its own folder.
class Libraries {
  public:
    Libraries(std::filesystem::path folder, const NtSystem& system) : folder_(std::move(folder)) {
        images_["ntdll.dll"] = parse_image("ntdll.dll", system.ntdll);
        images_["win32u.dll"] = parse_image("win32u.dll", system.win32u);
        images_["kernel32.dll"] = parse_image("kernel32.dll", embedded::kernel32_dll());
    }

    [[nodiscard]] SharedImage ntdll() const { return images_.at("ntdll.dll"); }
    /// Null unless something that was looked for needs it.
    [[nodiscard]] SharedImage kernel32_if_needed() const {
        return kernel32_needed_ ? images_.at("kernel32.dll") : nullptr;
    }

    Expected<const guest::Image*, guest::ImageError> find(std::string_view name) {
        kernel32_needed_ = kernel32_needed_ || name == "kernel32.dll";
        if (const auto known = images_.find(std::string(name)); known != images_.end()) {
            return known->second.get();
        }
        const auto file = find_file(name);
        if (!file) {
            return static_cast<const guest::Image*>(nullptr);
        }
        auto image = guest::read_pe(file->filename().string(), read_file(file->string()));
        if (!image) {
            return Unexpected{image.error()};
        }
        return images_.emplace(name, std::make_shared<const guest::Image>(std::move(image.value())))
            .first->second.get();
    }

  private:
    /// File names compare without case.
    [[nodiscard]] std::optional<std::filesystem::path> find_file(std::string_view name) const {
        std::error_code error;
        for (std::filesystem::directory_iterator at(folder_, error), end; !error && at != end;
             at.increment(error)) {
            if (upcase(at->path().filename().string()) == upcase(name)) {
                return at->path();
            }
        }
        return std::nullopt;
    }

    std::filesystem::path folder_;
    std::map<std::string, SharedImage> images_;
    bool kernel32_needed_ = false;
};

/// An argument as CommandLineToArgvW takes it apart again.
std::u16string in_command_line(std::u16string_view argument) {
    if (!argument.empty() && argument.find_first_of(u" \t\"") == std::u16string_view::npos) {
        return std::u16string(argument);
    }
    std::u16string result = u"\"";
    std::size_t backslashes = 0;
    for (const char16_t c : argument) {
        if (c == u'"') {
            result.append(backslashes + 1, u'\\');
        }
        backslashes = c == u'\\' ? backslashes + 1 : 0;
        result += c;
    }
    result.append(backslashes, u'\\');
    result += u'"';
    return result;
}

void add_mounts(const WorldOptions& options, host::Mounts& mounts) {
    for (const std::string& mount : options.mounts) {
        const auto equals = mount.find('=');
        std::string folder = equals == std::string::npos ? "" : mount.substr(equals + 1);
        const bool writable = folder.ends_with(":rw");
        if (writable) {
            folder.resize(folder.size() - 3);
        }
        const auto guest_path = utf16(std::string_view(mount).substr(0, equals), "--mount");
        if (folder.empty() || !host::parse_path(guest_path)) {
            throw InputError(
                2, fmt::format("--mount {}: want 'C:\\NAME=DIR' or 'C:\\NAME=DIR:rw'", mount));
        }
        mounts.add_directory(guest_path, options.host_path(folder), writable);
    }
}

std::u16string working_directory(const WorldOptions& options, host::Mounts& mounts) {
    if (options.working_directory.empty()) {
        return std::u16string(program_folder);
    }
    std::u16string path = utf16(options.working_directory, "--cwd");
    const auto parsed = host::parse_path(path);
    if (!parsed) {
        throw InputError(
            2, fmt::format("--cwd {}: want a guest path like C:\\work", options.working_directory));
    }
    host::OpenRequest request;
    request.kind = host::Kind::directory;
    if (!mounts.open(*parsed, request)) {
        throw InputError(2, fmt::format("--cwd {}: the guest has no such folder; see --mount",
                                        options.working_directory));
    }
    if (!path.ends_with(u'\\')) {
        path += u'\\';
    }
    return path;
}

std::vector<std::pair<std::u16string, std::u16string>> environment(const WorldOptions& options) {
    std::vector<std::pair<std::u16string, std::u16string>> result;
    for (const std::string& setting : options.environment) {
        const auto equals = setting.find('=', 1);
        if (setting.empty() || equals == std::string::npos) {
            throw InputError(2, fmt::format("--env {}: want NAME=VALUE", setting));
        }
        result.emplace_back(utf16(setting.substr(0, equals), "--env"),
                            utf16(setting.substr(equals + 1), "--env"));
    }
    return result;
}

host::FileTime boot_date(const WorldOptions& options) {
    if (options.date.empty()) {
        return host::default_date;
    }
    if (options.date == "now") {
        return host::host_now();
    }
    const auto date = host::parse_date(options.date);
    if (!date) {
        throw InputError(2, fmt::format("--date {}: want YYYY-MM-DD, YYYY-MM-DDTHH:MM:SSZ or now",
                                        options.date));
    }
    return *date;
}

/// NtTerminateProcess(NtCurrentProcess(), 0) by a stub of its own.
SharedImage probe_program(const nt::Profile& profile, bool by_sysenter) {
    std::array<std::uint8_t, 20> int2e{0x6A, 0x00,                    // push 0
                                       0x6A, 0xFF,                    // push -1
                                       0x89, 0xE2,                    // mov edx, esp
                                       0xB8, 0x00, 0x00, 0x00, 0x00,  // mov eax, number
                                       0xCD, 0x2E,                    // int 2Eh
                                       0xEB, 0xFE, 0x90, 0x90, 0x90, 0x90, 0x90};
    std::array<std::uint8_t, 20> sysenter{
        0x6A, 0x00, 0x6A, 0xFF,        //
        0x6A, 0x00, 0x6A, 0x00,        // two return addresses that nobody returns to
        0x89, 0xE2,                    //
        0xB8, 0x00, 0x00, 0x00, 0x00,  //
        0x0F, 0x34,                    // sysenter
        0xEB, 0xFE, 0x90};
    auto& code = by_sysenter ? sysenter : int2e;
    const std::uint32_t number = profile.find_service("NtTerminateProcess")->index;
    std::memcpy(&*std::find(code.begin(), code.end(), 0xB8) + 1, &number, sizeof number);
    auto image = guest::read_flat("probe", std::as_bytes(std::span(code)),
                                  LinearAddress{0x00400000}, LinearAddress{0x7FFF0000});
    ensure(image.has_value(), "the inspectors' own program is an image");
    return std::make_shared<const guest::Image>(std::move(image.value()));
}

void add_program(const WorldOptions& options, const NtSystem& system, host::Mounts& mounts,
                 nt::KernelConfig& config) {
    if (options.program.empty()) {
        if (!options.may_lack_program) {
            throw InputError(2, "nothing to run: name a program");
        }
        config.program = probe_program(system.profile, options.entry == "sysenter");
        config.flat = true;
        return;
    }
    namespace fs = std::filesystem;
    const fs::path path(options.host_path(options.program));
    const std::string name = path.filename().string();
    const bool carried = !options.carried_program.empty();
    config.program = carried ? parse_image(name, options.carried_program)
                             : parse_image(name, read_file(path.string()));
    if (config.program->library) {
        throw InputError(126, fmt::format("{}: Characteristics: a library, not a program", name));
    }
    const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
    Libraries libraries(folder, system);
    const auto imports = guest::check_imports(
        *config.program, [&libraries](std::string_view module) { return libraries.find(module); });
    if (!imports) {
        throw InputError(126, imports.error().text());
    }
    config.ntdll = libraries.ntdll();
    config.kernel32 = libraries.kernel32_if_needed();
    if (!carried) {
        mounts.add_directory(u"C:\\app", folder.string(), false);
    }
    config.program_path = program_folder;
    config.program_path += utf16(name, "PROGRAM");
    config.command_line = in_command_line(config.program_path);
    for (const std::string& argument : options.arguments) {
        config.command_line += u' ';
        config.command_line += in_command_line(utf16(argument, "argument"));
    }
}

nt::IrqRequest irq_request(std::string_view text, std::uint64_t ticks_per_clock) {
    const auto at = text.find('@');
    if (at != std::string_view::npos) {
        const auto line = parse_number(text.substr(0, at));
        const auto clock = parse_number(text.substr(at + 1));
        if (line && *line < nt::InterruptLines::count && clock &&
            *clock <= UINT64_MAX / ticks_per_clock) {
            return {static_cast<unsigned>(*line), *clock};
        }
    }
    throw InputError(2, fmt::format("--irq {}: want N@CLOCK, N from 0 to 15", text));
}

std::vector<nt::IrqRequest> irqs(const WorldOptions& options, std::uint64_t ticks_per_clock) {
    std::vector<nt::IrqRequest> result;
    for (const std::string& text : options.irqs) {
        const nt::IrqRequest request = irq_request(text, ticks_per_clock);
        if (const auto why = nt::InterruptLines::why_reserved(request.line)) {
            throw InputError(2, fmt::format("--irq {}: no device can have IRQ {}: {}", text,
                                            request.line, *why));
        }
        result.push_back(request);
    }
    return result;
}

/// A decimal number with at most three digits behind its point, in thousandths.
std::optional<std::uint64_t> thousandths(std::string_view text) {
    const std::size_t point = std::min(text.find('.'), text.size());
    std::string digits(text.substr(std::min(point + 1, text.size())));
    if (digits.size() > 3 || (point < text.size() && digits.empty())) {
        return std::nullopt;
    }
    digits.resize(3, '0');
    const auto decimal = [](std::string_view number) {
        return !number.empty() && number.size() <= 9 &&
               number.find_first_not_of("0123456789") == std::string_view::npos;
    };
    const std::string_view whole = text.substr(0, point);
    if (!decimal(whole) || !decimal(digits)) {
        return std::nullopt;
    }
    return std::stoull(std::string(whole)) * 1000 + std::stoull(digits);
}

nt::ServiceTicks service_ticks(const WorldOptions& options, std::uint64_t ticks_per_clock) {
    const std::string& text = options.service_clocks;
    if (text.empty()) {
        return {};
    }
    const auto comma = text.find(',');
    const auto base = thousandths(std::string_view(text).substr(0, comma));
    const auto per_byte =
        comma == std::string::npos ? 0 : thousandths(std::string_view(text).substr(comma + 1));
    // Below a thousand clocks a byte no transfer of 4 GiB overflows the counter's arithmetic.
    if (!base || *base % 1000 != 0 || !per_byte || *per_byte >= 1'000'000) {
        throw InputError(2, fmt::format("--service-clocks {}: want BASE or BASE,PER_BYTE: whole "
                                        "clocks, and clocks below 1000 with up to three decimals",
                                        text));
    }
    return {*base / 1000 * ticks_per_clock, *per_byte * ticks_per_clock};
}

}  // namespace

std::string nt_entry(const WorldOptions& options, bool has_sysenter) {
    const nt::Profile profile = nt::load_profile(options.os);
    if (is_anachronism(options, profile)) {
        return "sysenter, an anachronism";
    }
    if (options.entry != "auto") {
        return options.entry;
    }
    return has_sysenter && profile.sysenter ? "sysenter" : "int2e";
}

std::unique_ptr<guest::Personality> make_nt(const WorldOptions& options,
                                            const Surroundings& around) {
    if (!options.loads.empty() || !options.start.empty() || !options.pokes.empty() ||
        !options.exit_port.empty() || !options.roms.empty() || !options.modules.empty() ||
        !options.symbol_files.empty()) {
        throw InputError(2,
                         "--load, --rom, --module, --symbols, --start, --poke and --exit-port "
                         "need --os bare");
    }
    NtSystem system = nt_system(options);
    nt::KernelConfig config;
    config.profile = options.os;
    config.services = system.profile.services;
    config.entry = options.entry == "int2e"      ? nt::EntryChoice::int2e
                   : options.entry == "sysenter" ? nt::EntryChoice::sysenter
                                                 : nt::EntryChoice::by_cpuid;
    config.irqs = irqs(options, cpu::traits(around.machine.cpu().model).ticks_per_clock);
    config.service_ticks =
        service_ticks(options, cpu::traits(around.machine.cpu().model).ticks_per_clock);
    config.stop_on_missing = options.on_missing == "stop";
    config.warn = around.warn;
    config.debug_print = around.debug_print;
    const host::FileTime date = boot_date(options);
    add_program(options, system, around.mounts, config);
    const std::u16string folder(system_folder);
    around.mounts.add_file(folder + u"ntdll.dll", std::move(system.ntdll), host::default_date);
    around.mounts.add_file(folder + u"win32u.dll", std::move(system.win32u), host::default_date);
    around.mounts.add_file(folder + u"kernel32.dll", embedded::kernel32_dll(), host::default_date);
    add_mounts(options, around.mounts);
    config.current_directory = working_directory(options, around.mounts);
    config.environment = environment(options);
    return std::make_unique<nt::Personality>(
        std::move(config), around.machine,
        host::Host{around.files, around.console, host::Random(options.seed), date, around.journal});
}

}  // namespace ringside::cli
