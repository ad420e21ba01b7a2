// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "cpu/cpu.hpp"
#include "cpu/timing/path.hpp"

namespace ringside::cpu {

/// Throws #GP(0) unless the I/O permission bit map of the current TSS grants `size` ports from
/// `port` (Intel SDM vol. 1, "I/O Permission Bit Map").
void ask_permission_map(Cpu& cpu, std::uint32_t port, std::uint32_t size);

/// I/O privilege of IN, OUT, INS and OUTS for `size` ports from `port`: free while CPL <= IOPL,
/// else and in virtual 8086 mode as the I/O permission bit map says. Returns what decided, on
/// which the clocks depend. #GP(0) when the ports are not granted.
[[nodiscard]] inline timing::PortRight require_port(Cpu& cpu, std::uint32_t port,
                                                    std::uint32_t size) {
    const bool v86 = cpu.virtual_8086();
    if (cpu.cpl > cpu.iopl() || v86) [[unlikely]] {
        ask_permission_map(cpu, port, size);
        return v86 ? timing::PortRight::v86 : timing::PortRight::bitmap;
    }
    return cpu.real_mode() ? timing::PortRight::real : timing::PortRight::allowed;
}

}  // namespace ringside::cpu
