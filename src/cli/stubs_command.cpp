// SPDX-License-Identifier: MIT
#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "base/ensure.hpp"
#include "base/near_miss.hpp"
#include "cli/commands.hpp"
#include "cli/file.hpp"
#include "guest/pe_writer.hpp"
#include "guest/service_list.hpp"
#include "guest/stub_generator.hpp"
#include "guest/stub_text.hpp"
#include "nt/profile.hpp"

namespace ringside::cli {
namespace {

using guest::ServiceStub;
using guest::StubForm;

std::vector<ServiceStub> stubs_of(const std::vector<nt::ServiceNumber>& numbers) {
    std::vector<ServiceStub> stubs;
    for (const nt::ServiceNumber& number : numbers) {
        stubs.push_back({number.name, number.index, number.argument_bytes});
    }
    return stubs;
}

/// The list's services by their places in it.
std::vector<ServiceStub> stubs_of_list(const std::string& file) {
    std::vector<ServiceStub> stubs;
    for (guest::ListedService& service : guest::read_service_list(file, read_text_file(file))) {
        const auto number = static_cast<std::uint32_t>(stubs.size());
        stubs.push_back({std::move(service.name), number, service.argument_bytes});
    }
    return stubs;
}

/// `wanted`, in the order of their numbers; Nt and Zw name the same service.
std::vector<ServiceStub> selected(const std::vector<ServiceStub>& all,
                                  const std::vector<std::string>& wanted) {
    std::vector<ServiceStub> result;
    for (const std::string& name : wanted) {
        const std::string nt_name =
            name.starts_with("Zw") ? fmt::format("Nt{}", name.substr(2)) : name;
        const auto found = std::find_if(all.begin(), all.end(), [&](const ServiceStub& stub) {
            return stub.name == name || stub.name == nt_name;
        });
        if (found == all.end()) {
            std::vector<std::string> names;
            for (const ServiceStub& stub : all) {
                names.push_back(stub.name);
            }
            throw InputError(
                2, fmt::format("stubs: no service {} here{}", name, suggestion(name, names)));
        }
        if (std::none_of(result.begin(), result.end(),
                         [&](const ServiceStub& stub) { return stub.number == found->number; })) {
            result.push_back(*found);
        }
    }
    std::sort(result.begin(), result.end(),
              [](const ServiceStub& a, const ServiceStub& b) { return a.number < b.number; });
    return result;
}

/// The numbers of arguments of some services were never published.
void require_arguments(const nt::Profile& profile, const std::vector<ServiceStub>& stubs) {
    for (const ServiceStub& stub : stubs) {
        const nt::ServiceNumber* const service = profile.find_service(stub.name);
        if (service != nullptr && service->assumed == "unknown") {
            throw InputError(2, fmt::format("stubs: nobody has published how many arguments {} has "
                                            "on {}; say it in a --table",
                                            stub.name, profile.name));
        }
    }
}

std::string assembly(const std::vector<ServiceStub>& stubs, StubForm form) {
    std::string text = guest::stub_text_header();
    for (const ServiceStub& stub : stubs) {
        text += '\n';
        text += guest::stub_text(form, stub.name, stub.number, stub.argument_bytes);
    }
    return text;
}

/// A line is the stub's name and its bytes. The target of a zw stub's call is left open as an
/// assembler leaves it to the linker.
std::string hexadecimal(const std::vector<ServiceStub>& stubs, StubForm form) {
    constexpr LinearAddress open_target{13};  // behind the CALL, less 4
    std::string text;
    for (const ServiceStub& stub : stubs) {
        text += guest::stub_names(form, stub.name).first;
        for (const std::byte b :
             guest::encode_stub(form, stub.number, stub.argument_bytes, {{}, open_target})) {
            text += fmt::format(" {:02X}", static_cast<unsigned>(b));
        }
        text += '\n';
    }
    return text;
}

std::string library(const std::vector<ServiceStub>& stubs, StubForm form, const std::string& file) {
    if (form == StubForm::zw) {
        throw InputError(2, "--emit dll: zw stubs are for ring 0, a DLL is not; use --emit asm");
    }
    if (file.empty()) {
        throw InputError(2, "--emit dll: name the file with -o");
    }
    const auto bytes =
        guest::stub_dll(std::filesystem::path(file).filename().string(), form, stubs);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

int stubs_command(const CommandLine& line) {
    const StubsOptions& options = line.stubs;
    const std::string& table = line.world.table;
    const nt::Profile profile = nt::load_profile(line.world.os);
    std::vector<ServiceStub> stubs =
        table.empty() ? stubs_of(profile.services) : stubs_of_list(table);
    if (!options.names.empty()) {
        if (table.empty()) {
            const auto win32k = stubs_of(profile.win32k);
            stubs.insert(stubs.end(), win32k.begin(), win32k.end());
        }
        stubs = selected(stubs, options.names);
    }
    if (table.empty()) {
        require_arguments(profile, stubs);
    }
    const StubForm form =
        options.form.empty() ? profile.stub : guest::stub_form_named(options.form).value();
    const std::string text = options.emit == "asm"   ? assembly(stubs, form)
                             : options.emit == "hex" ? hexadecimal(stubs, form)
                                                     : library(stubs, form, line.output.file);
    keep_apart({line.output.file}, std::vector{line.world.table});
    Output output(line.output.file, STDOUT_FILENO);
    output.write(text);
    output.flush();
    return 0;
}

}  // namespace ringside::cli
