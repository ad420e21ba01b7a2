// SPDX-License-Identifier: MIT
#include "nt/frame_registers.hpp"

#include <array>
#include <string_view>

#include "cpu/eflags.hpp"
#include "cpu/registers.hpp"
#include "nt/ktrap_frame.hpp"

namespace ringside::nt {

std::optional<guest::InterruptedCode> frame_registers(const Layout& layout,
                                                      const guest::Machine& machine,
                                                      LinearAddress frame) {
    constexpr std::string_view structure = "KTRAP_FRAME";
    bool readable = true;
    const auto field = [&](std::string_view name) {
        const auto value = machine.peek<std::uint32_t>(frame + layout.offset(structure, name));
        readable = readable && value.has_value();
        return value.value_or(0);
    };
    if (field("DbgArgMark") != dbg_arg_mark) {
        return std::nullopt;
    }
    guest::InterruptedCode code;
    code.eip = field("Eip");
    code.eflags = field("EFlags");
    const std::uint32_t cs = field("SegCs");
    const bool v86 = (code.eflags & cpu::flag::vm) != 0;
    code.ring = v86 ? 3 : cs & 3U;
    const bool has_stack = code.ring != 0;
    const std::uint32_t esp =
        has_stack ? field("HardwareEsp") : (frame + layout.offset(structure, "HardwareEsp")).value;
    const std::uint32_t ss = has_stack ? field("HardwareSegSs") : KGDT_R0_DATA;
    code.general = {field("Eax"), field("Ecx"), field("Edx"), field("Ebx"),
                    esp,          field("Ebp"), field("Esi"), field("Edi")};
    const auto selector = [](std::uint32_t value) { return static_cast<std::uint16_t>(value); };
    code.selectors = {selector(field(v86 ? "V86Es" : "SegEs")),
                      selector(cs),
                      selector(ss),
                      selector(field(v86 ? "V86Ds" : "SegDs")),
                      selector(field(v86 ? "V86Fs" : "SegFs")),
                      selector(field(v86 ? "V86Gs" : "SegGs"))};
    return readable ? std::optional(code) : std::nullopt;
}

}  // namespace ringside::nt
