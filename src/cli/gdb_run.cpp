// SPDX-License-Identifier: MIT
#include "cli/gdb_run.hpp"

#include <fmt/format.h>

#include "base/ensure.hpp"
#include "cli/interrupt.hpp"
#include "gdb/server.hpp"
#include "snapshot/timeline.hpp"

namespace ringside::cli {

guest::StopReason run_with_gdb(World& world, const CommandLine& line,
                               host::InterruptibleConsole& console, Output& output) {
    const gdb::Address address = gdb::Address::parse(line.gdb.address);
    if (!line.snapshot.at.empty()) {
        throw InputError(2,
                         "--gdb and --snapshot-at: a run that gdb leads is not saved; leave "
                         "one of them out");
    }
    snapshot::Timeline timeline(world);
    gdb::Debuggee debuggee{
        .machine = world.machine(),
        .personality = world.personality(),
        .run = [&timeline](const guest::Limits& limits) { return timeline.run(limits); },
        .timeline = &timeline,
        .limits = limits_of(line.limits),
        .entry = line.output.startup ? std::nullopt : world.personality().program_entry(),
        .interrupted = was_interrupted,
        .console = &console};
    return gdb::serve(address, debuggee, [&output](std::string_view text) {
        output.write(fmt::format("ringside: {}\n", text));
        output.flush();
    });
}

}  // namespace ringside::cli
