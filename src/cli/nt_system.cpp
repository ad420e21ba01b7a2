// SPDX-License-Identifier: MIT
#include "cli/nt_system.hpp"

#include "base/ensure.hpp"
#include "cli/file.hpp"
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

void write_stubs(const nt::Profile& profile, guest::StubForm form, std::vector<std::byte>& ntdll) {
    std::vector<guest::ServiceStub> stubs;
    for (const nt::ServiceNumber& service : profile.services) {
        stubs.push_back({service.name, service.index, service.argument_bytes});
    }
    guest::write_stubs(ntdll, form, stubs);
}

}  // namespace

bool is_anachronism(const WorldOptions& options, const nt::Profile& profile) {
    return options.entry == "sysenter" && !profile.sysenter;
}

NtSystem nt_system(const WorldOptions& options) {
    NtSystem system{nt::load_profile(options.os), {}};
    const auto file = guest::ntdll_of(options.os);
    ensure(file.has_value(), "every profile has an ntdll.dll");
    system.ntdll.assign(file->begin(), file->end());
    if (!options.table.empty()) {
        use_table(options, system.profile);
    }
    const bool anachronism = is_anachronism(options, system.profile);
    if (anachronism || !options.table.empty()) {
        write_stubs(system.profile, anachronism ? guest::StubForm::win8 : system.profile.stub,
                    system.ntdll);
    }
    return system;
}

}  // namespace ringside::cli
