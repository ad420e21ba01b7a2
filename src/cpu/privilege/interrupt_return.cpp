// SPDX-License-Identifier: MIT
#include "cpu/privilege/interrupt_return.hpp"

#include <array>

#include "cpu/context.hpp"
#include "cpu/dispatch.hpp"
#include "cpu/privilege/code_segment.hpp"
#include "cpu/privilege/far_transfer.hpp"
#include "cpu/privilege/frame.hpp"
#include "cpu/privilege/real_mode.hpp"
#include "cpu/privilege/task_transfer.hpp"
#include "cpu/privilege/usual_path.hpp"
#include "cpu/privilege/virtual_8086.hpp"
#include "cpu/privilege/watched.hpp"
#include "cpu/run_time_clocks.hpp"
#include "cpu/timing/clock_table.hpp"

namespace ringside::cpu {
namespace {

using timing::Path;

}  // namespace

std::uint32_t returned_eflags(const Cpu& cpu, std::uint32_t image, std::uint32_t operand_mask) {
    std::uint32_t changes =
        flag::arithmetic | flag::tf | flag::df | flag::nt | flag::rf | flag::ac | flag::id;
    if (cpu.cpl <= cpu.iopl()) {
        changes |= flag::intf;
    }
    if (cpu.cpl == 0) {
        changes |= flag::iopl;
    }
    changes &= cpu.known_eflags & operand_mask;
    return (cpu.eflags() & ~changes) | (image & changes);
}

template <typename W>
void interrupt_return(Cpu& cpu, const Op* op) {
    constexpr auto width = static_cast<std::uint32_t>(sizeof(W));
    if (!cpu.protected_mode()) [[unlikely]] {
        if (cpu.virtual_8086()) {
            require_virtual_8086_iopl(cpu);
        }
        return interrupt_return_paragraph<W>(cpu, op);
    }
    if ((cpu.system_flags & flag::nt) != 0) [[unlikely]] {
        return_to_task(cpu, op);
        return;
    }
    const auto arrive = [&](Path path) {
        cpu.clock += op->clocks;
        charge_path(cpu, cpu.clocks.path_cost(path));
    };
    if constexpr (width == 4) {
        if (return_usual_way(cpu)) [[likely]] {
            return arrive(Path::iret_outer);
        }
    }
    std::array<std::uint32_t, 3> frame{};
    read_stack<W>(cpu, 0, frame);
    if (cpu.cpl == 0 && (frame[2] & flag::vm) != 0) [[unlikely]] {
        return return_to_virtual_8086(cpu, op, frame);
    }
    const Selector selector{static_cast<std::uint16_t>(frame[1])};
    const CheckedSegment cs = return_code_segment(cpu, selector);
    const std::uint32_t eflags = returned_eflags(cpu, frame[2], static_cast<W>(~W{0}));
    Watched watched(cpu, TransitionKind::interrupt_return, op);
    Path path = Path::iret_same;
    if (selector.rpl() == cpu.cpl) {
        if (frame[0] > cs.descriptor.limit()) {
            throw Fault::gp(0);
        }
        release_stack(cpu, 3 * width);
        cs.load_into(cpu.segment(SegmentRegister::cs));
        cpu.eip = frame[0];
    } else {
        std::array<std::uint32_t, 2> outer{};
        read_stack<W>(cpu, 3 * width, outer);
        const OuterReturn to{cs, frame[0], Selector{static_cast<std::uint16_t>(outer[1])},
                             outer[0]};
        // Unlike RET's, an absent stack is #NP here (SDM vol. 2, IRET, exceptions).
        const CheckedSegment ss = check_outer_return(cpu, to, Vector::segment_not_present);
        enter_outer_ring(cpu, to, ss);
        path = Path::iret_outer;
    }
    cpu.load_eflags(eflags);
    cpu.enter_context();
    arrive(path);
    watched.finish(cpu);
}

template void interrupt_return<std::uint16_t>(Cpu&, const Op*);
template void interrupt_return<std::uint32_t>(Cpu&, const Op*);

}  // namespace ringside::cpu
