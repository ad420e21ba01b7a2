// SPDX-License-Identifier: MIT
#include "cli/stop_report.hpp"

#include <fmt/format.h>

#include "guest/bare.hpp"

namespace ringside::cli {
namespace {

/// What a user who pressed Ctrl-C, or met a limit, wants to see.
std::string state_report(World& world) {
    const cpu::Cpu& cpu = world.machine().cpu();
    const LinearAddress at{cpu.segment(cpu::SegmentRegister::cs).base + cpu.eip};
    return fmt::format("at {} in ring {}, after {} clocks\n{}{}",
                       world.personality().symbols().describe(at), cpu.cpl, cpu.cycles(),
                       guest::register_text(cpu), world.personality().report_lines());
}

}  // namespace

void report_stop(World& world, const guest::StopReason& stop, Output& output) {
    if (!stop.message.empty()) {
        output.write(fmt::format("ringside: {}\n", stop.message));
    }
    output.write(stop.report);
    const bool unfinished = stop.kind == guest::StopKind::interrupted ||
                            stop.kind == guest::StopKind::cycle_limit ||
                            stop.kind == guest::StopKind::time_limit;
    if (unfinished && stop.report.empty()) {
        output.write(state_report(world));
    }
}

}  // namespace ringside::cli
