// SPDX-License-Identifier: MIT
#include "cli/nt_system.hpp"

#include "base/ensure.hpp"
#include "cli/file.hpp"
#include "guest/pe_writer.hpp"
#include "guest/service_list.hpp"
#include "guest/stub_writer.hpp"
#include "guest/system_dll.hpp"
#include "nt/user_table.hpp"

namespace ringside::cli {
namespace {

void use_table(const WorldOptions& options, nt::Profile& profile) {
    const std::string path = options.host_path(options.table);
    const auto list = guest::read_service_list(options.table, read_text_file(path));
    profile.services = nt::with_user_table(profile, options.table, list);
}

std::vector<guest::ServiceStub> stubs_of(const std::vector<nt::ServiceNumber>& services) {
    std::vector<guest::ServiceStub> stubs;
    for (const nt::ServiceNumber& service : services) {
        stubs.push_back({service.name, service.index, service.argument_bytes});
    }
    return stubs;
}

}  // namespace

bool is_anachronism(const WorldOptions& options, const nt::Profile& profile) {
    return options.entry == "sysenter" && !profile.sysenter;
}

NtSystem nt_system(const WorldOptions& options) {
    NtSystem system{nt::load_profile(options.os), {}, {}};
    const auto file = guest::ntdll_of(options.os);
    ensure(file.has_value(), "every profile has an ntdll.dll");
    system.ntdll.assign(file->begin(), file->end());
    if (!options.table.empty()) {
        use_table(options, system.profile);
    }
    const bool anachronism = is_anachronism(options, system.profile);
    const auto form = anachronism ? guest::StubForm::win8 : system.profile.stub;
    if (anachronism || !options.table.empty()) {
        guest::write_stubs(system.ntdll, form, stubs_of(system.profile.services));
    }
    system.win32u = guest::stub_dll("win32u.dll", form, stubs_of(system.profile.win32k));
    return system;
}

}  // namespace ringside::cli
