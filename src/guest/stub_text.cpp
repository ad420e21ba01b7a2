// SPDX-License-Identifier: MIT
#include "guest/stub_text.hpp"

#include <fmt/format.h>

namespace ringside::guest {
namespace {

/// `{load}` chooses 8B D4, which Microsoft's compiler writes, over 89 E2.
constexpr std::string_view win8_entry =
    "1:      {load} mov edx, esp\n"
    "        sysenter\n"
    "        ret\n";

/// Between `mov eax, number` and `ret`.
std::string_view body(StubForm form) {
    switch (form) {
        case StubForm::int2e:
            return "        lea     edx, [esp + 4]\n"
                   "        int     0x2E\n";
        case StubForm::shared_pointer:
            return "        mov     edx, 0x7FFE0300\n"
                   "        call    dword ptr [edx]\n";
        case StubForm::shared_code:
            return "        mov     edx, 0x7FFE0300\n"
                   "        call    edx\n";
        case StubForm::win8: return "        call    1f\n";
        case StubForm::reactos_ebp:
            return "        lea     edx, [ebp + 8]\n"
                   "        int     0x2E\n"
                   "        pop     ebp\n";
        case StubForm::zw:
            return "        lea     edx, [esp + 4]\n"
                   "        pushfd\n"
                   "        push    8\n"
                   "        call    KiSystemService\n";
    }
    return {};
}

}  // namespace

std::string stub_text_header() {
    return "        .intel_syntax noprefix\n"
           "        .text\n";
}

StubNames stub_names(StubForm form, std::string_view name) {
    if (!name.starts_with("Nt")) {
        return {std::string(name), {}};
    }
    const std::string zw = fmt::format("Zw{}", name.substr(2));
    return form == StubForm::zw ? StubNames{zw, {}} : StubNames{std::string(name), zw};
}

std::string stub_text(StubForm form, std::string_view name, std::uint32_t number,
                      std::uint16_t argument_bytes) {
    std::string text;
    const StubNames names = stub_names(form, name);
    for (const std::string& label : {names.first, names.alias}) {
        if (!label.empty()) {
            text += fmt::format("        .globl  {0}\n{0}:\n", label);
        }
    }
    if (form == StubForm::reactos_ebp) {
        text +=
            "        push    ebp\n"
            "        mov     ebp, esp\n";
    }
    text += fmt::format("        mov     eax, 0x{:X}\n{}", number, body(form));
    text +=
        argument_bytes == 0 ? "        ret\n" : fmt::format("        ret     {}\n", argument_bytes);
    if (form == StubForm::win8) {
        text += win8_entry;
    }
    return text;
}

}  // namespace ringside::guest
