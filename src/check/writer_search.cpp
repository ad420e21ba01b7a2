// SPDX-License-Identifier: MIT
#include "check/writer_search.hpp"

#include <array>
#include <cstddef>
#include <set>
#include <span>

#include <fmt/format.h>

#include "cpu/decode/decoder.hpp"
#include "trace/hardware_frame.hpp"
#include "trace/words.hpp"

namespace ringside::check {
namespace {

constexpr std::string_view written_by_nobody = "written by no instruction before that";
/// More than any gate pushes: a frame of virtual-8086 mode with an error code.
constexpr std::uint32_t most_pushed = 40;

bool pushes(const cpu::Transition& transition) {
    switch (transition.kind) {
        case cpu::TransitionKind::software_interrupt:
        case cpu::TransitionKind::exception:
        case cpu::TransitionKind::hardware_interrupt: return true;
        case cpu::TransitionKind::interrupt_return:
        case cpu::TransitionKind::sysenter:
        case cpu::TransitionKind::sysexit:
        case cpu::TransitionKind::task_switch:
        case cpu::TransitionKind::far_return:
        case cpu::TransitionKind::gate_call:
        case cpu::TransitionKind::task_jump:
        case cpu::TransitionKind::task_call:
        case cpu::TransitionKind::task_return: break;
    }
    return false;
}

}  // namespace

WriterSearch::WriterSearch(guest::Machine& machine, const guest::SymbolTable& symbols,
                           const std::vector<Storage>& wanted)
    : machine_(machine), symbols_(symbols), left_(wanted.size()) {
    std::set<std::uint32_t> probes;
    std::vector<cpu::Watch> watches;
    for (const Storage& storage : wanted) {
        searches_.push_back({storage, std::string(written_by_nobody)});
        watches.push_back({storage.at, storage.size});
        if (storage.reached) {
            probes.insert(storage.reached->value);
        }
    }
    machine.observers().add(*this, std::move(probes), guest::ControlFlow::ignored,
                            std::move(watches));
}

WriterSearch::~WriterSearch() {
    machine_.observers().remove(*this);
}

std::vector<std::string> WriterSearch::results() const {
    std::vector<std::string> texts;
    for (const Search& search : searches_) {
        texts.push_back(search.storage.is_source ? fmt::format("copied from {:08X}, {}",
                                                               search.storage.at.value, search.text)
                                                 : search.text);
    }
    return texts;
}

void WriterSearch::accessed(const cpu::MemoryAccess& access) {
    for (Search& search : searches_) {
        const cpu::Watch field{search.storage.at, search.storage.size};
        if (!search.is_done && field.covers(access)) {
            search.text = describe(access);
            search.eip = access.eip;
            search.is_fresh = true;
        }
    }
}

std::string WriterSearch::describe(const cpu::MemoryAccess& access) const {
    const cpu::Cpu& cpu = machine_.cpu();
    const cpu::Segment& cs = cpu.segment(cpu::SegmentRegister::cs);
    cpu::ExecutionPoint point = cpu.point();
    point.cs = access.cs;
    point.eip = access.eip;
    const LinearAddress at = trace::linear_address(machine_, point);
    std::array<std::byte, 15> bytes{};
    std::size_t read = 0;
    while (read < bytes.size() && machine_.peek(at + static_cast<std::uint32_t>(read),
                                                std::span(bytes).subspan(read, 1))) {
        ++read;
    }
    const bool is_32bit = cs.selector.value() == access.cs.value()
                              ? cs.is_32bit()
                              : cpu.protected_mode() && (point.eflags & cpu::flag::vm) == 0;
    return fmt::format("written by {} ({:08X}): {}", symbols_.describe(at), at.value,
                       cpu::disassemble(std::span(bytes).first(read), is_32bit, access.eip));
}

void WriterSearch::transition(const cpu::Transition& transition) {
    const std::uint32_t stack =
        machine_.cpu().segment(cpu::SegmentRegister::ss).base + transition.after.esp;
    for (Search& search : searches_) {
        if (search.is_done) {
            continue;
        }
        // The processor's own pushes come last before the transition is told.
        if (search.is_fresh && pushes(transition) && search.eip == transition.before.eip &&
            search.storage.at.value - stack < most_pushed) {
            search.text +=
                fmt::format(", as the gate of {} was passed", trace::entry_word(transition));
        }
        search.is_fresh = false;
        if (!search.storage.reached && search.storage.clock == transition.clock_after) {
            finish(search);
        }
    }
}

void WriterSearch::reached(LinearAddress address) {
    const Cycles now = machine_.cpu().cycles();
    for (Search& search : searches_) {
        if (!search.is_done && search.storage.reached == address && search.storage.clock == now) {
            finish(search);
        }
    }
}

void WriterSearch::finish(Search& search) {
    search.is_done = true;
    if (--left_ == 0) {
        machine_.stop();
    }
}

}  // namespace ringside::check
