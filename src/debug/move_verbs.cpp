// SPDX-License-Identifier: MIT
#include "debug/move_verbs.hpp"

#include <array>
#include <span>

#include <fmt/format.h>

#include "base/ensure.hpp"
#include "base/text.hpp"
#include "cpu/decode/decoder.hpp"
#include "debug/expression.hpp"
#include "debug/stack_walk.hpp"

namespace ringside::debug {
namespace {

std::uint64_t step_count(Debugger& debugger, const Arguments& arguments) {
    constexpr std::uint32_t most = 0x10000;
    if (arguments.empty()) {
        return 1;
    }
    const std::uint32_t count = evaluate(arguments.text, debugger.inspector());
    if (count == 0 || count > most) {
        throw InputError(2, fmt::format("{}: a count from 1 to {:X} is wanted, not {:X}",
                                        arguments.verb, most, count));
    }
    return count;
}

std::optional<std::uint32_t> thread_of(Debugger& debugger) {
    const Inspector& inspector = debugger.inspector();
    const std::uint32_t thread = inspector.personality().current_thread(inspector.machine());
    return thread != 0 ? std::optional(thread) : std::nullopt;
}

/// What a step over an instruction has to wait for; nothing when one step is the same.
std::optional<OneStop> behind(Debugger& debugger) {
    const guest::Machine& machine = debugger.inspector().machine();
    const cpu::Cpu& cpu = machine.cpu();
    const cpu::Segment& cs = cpu.segment(cpu::SegmentRegister::cs);
    const LinearAddress at{cs.base + cpu.eip};
    std::array<std::byte, 15> bytes{};
    std::size_t known = bytes.size();
    while (known != 0 && !machine.peek(at, std::span(bytes).first(known))) {
        --known;
    }
    cpu::Decoded decoded;
    if (cpu::decode(std::span(bytes).first(known), cs.is_32bit(), decoded) !=
        cpu::DecodeResult::ok) {
        return std::nullopt;
    }
    const std::uint32_t esp = cpu.registers[cpu::GeneralRegister::esp];
    const LinearAddress next = at + decoded.instruction.length;
    const ZydisMnemonic what = decoded.mnemonic();
    const bool enters_kernel = what == ZYDIS_MNEMONIC_SYSENTER || what == ZYDIS_MNEMONIC_INT ||
                               what == ZYDIS_MNEMONIC_INT3 || what == ZYDIS_MNEMONIC_INTO;
    if (enters_kernel && cpu.cpl == 3) {
        return OneStop{std::nullopt, esp, thread_of(debugger)};
    }
    const bool repeats = decoded.has(ZYDIS_ATTRIB_HAS_REP) || decoded.has(ZYDIS_ATTRIB_HAS_REPE) ||
                         decoded.has(ZYDIS_ATTRIB_HAS_REPNE);
    if (what == ZYDIS_MNEMONIC_CALL || enters_kernel || repeats) {
        return OneStop{next, esp, thread_of(debugger)};
    }
    return std::nullopt;
}

}  // namespace

std::string go(Debugger& debugger, const Arguments& arguments) {
    if (arguments.empty()) {
        return debugger.run(std::nullopt);
    }
    return debugger.run(
        OneStop{LinearAddress{evaluate(arguments.text, debugger.inspector())}, 0, std::nullopt});
}

std::string go_up(Debugger& debugger, const Arguments& arguments) {
    static_cast<void>(arguments.words(0));
    debugger.inspector().choose_frame(std::nullopt);
    const auto frames = walk_stack(debugger.inspector(), 2);
    if (frames.size() < 2) {
        throw InputError(2, "gu: k shows nobody to return to from here");
    }
    const std::uint32_t esp =
        debugger.inspector().machine().cpu().registers[cpu::GeneralRegister::esp];
    const bool same_stack = frames[0].ring == frames[1].ring;
    return debugger.run(OneStop{frames[1].at, same_stack ? esp + 4 : 0, thread_of(debugger)});
}

std::string step(Debugger& debugger, const Arguments& arguments) {
    return debugger.step(step_count(debugger, arguments));
}

std::string step_over(Debugger& debugger, const Arguments& arguments) {
    const std::uint64_t steps = step_count(debugger, arguments);
    std::string text;
    for (std::uint64_t i = 0; i < steps && !debugger.ended(); ++i) {
        const auto once = behind(debugger);
        text += once ? debugger.run(once) : debugger.step(1);
        if (debugger.stops().hit() && debugger.stops().hit()->breakpoint) {
            break;
        }
    }
    return text;
}

std::string go_back(Debugger& debugger, const Arguments& arguments) {
    static_cast<void>(arguments.words(0));
    return debugger.run_back();
}

std::string step_back(Debugger& debugger, const Arguments& arguments) {
    return debugger.step_back(step_count(debugger, arguments));
}

std::string travel(Debugger& debugger, const Arguments& arguments) {
    snapshot::Timeline& timeline = debugger.timeline();
    const auto words = arguments.words(1);
    if (words.empty()) {
        const auto here = timeline.position();
        const auto begin = timeline.begin();
        const auto end = timeline.end();
        return fmt::format("at {}:{}, of {}:{} to {}:{}\n", here.tick, here.step, begin.tick,
                           begin.step, end.tick, end.step);
    }
    const auto parts = split(words[0], ':');
    const auto tick = parse_number(parts[0]);
    const auto behind_tick =
        parts.size() == 2 ? parse_number(parts[1]) : std::optional<std::uint64_t>(0);
    if (!tick || !behind_tick || parts.size() > 2) {
        throw InputError(
            2, fmt::format("!tt {}: want TICK or TICK:STEP, as !tt alone prints them", words[0]));
    }
    return debugger.seek({*tick, *behind_tick});
}

std::string quit(Debugger& debugger, const Arguments& arguments) {
    static_cast<void>(arguments.words(0));
    debugger.quit();
    return {};
}

}  // namespace ringside::debug
