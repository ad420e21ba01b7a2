// SPDX-License-Identifier: MIT
#pragma once

#include "cpu/cpu.hpp"
#include "cpu/segments/segment_load.hpp"

namespace ringside::cpu {

/// CS of a far JMP or CALL to a code segment: the privilege stays, so a nonconforming segment has
/// DPL = CPL >= RPL and a conforming one DPL <= CPL. Throws #GP or #NP with the selector. Gates
/// and TSSs that the program may use end the run as features not built.
[[nodiscard]] CheckedSegment far_code_segment(Cpu& cpu, Selector selector);

/// CS of a far RET or IRET: RPL is the privilege returned to, never more than CPL.
[[nodiscard]] CheckedSegment return_code_segment(Cpu& cpu, Selector selector);

}  // namespace ringside::cpu
