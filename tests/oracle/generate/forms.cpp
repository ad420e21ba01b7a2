// SPDX-License-Identifier: MIT
#include "oracle/generate/forms.hpp"

#include <array>
#include <optional>
#include <string_view>

#include "cpu/decode/decoder.hpp"
#include "cpu/instruction.hpp"
#include "cpu/model.hpp"
#include "vectors/requirement.hpp"

namespace ringside::oracle {
namespace {

constexpr std::array<std::uint8_t, 11> legacy_prefixes{0x26, 0x2E, 0x36, 0x3E, 0x64, 0x65,
                                                       0x66, 0x67, 0xF0, 0xF2, 0xF3};
constexpr std::array<std::uint8_t, 4> opcode_prefixes{0, 0x66, 0xF2, 0xF3};

bool is_legacy_prefix(unsigned byte) {
    for (const std::uint8_t prefix : legacy_prefixes) {
        if (prefix == byte) {
            return true;
        }
    }
    return false;
}

/// A form as Zydis reads it; nothing when it is no instruction of the table.
std::optional<cpu::Decoded> read(const Form& form) {
    std::array<std::byte, 16> bytes{};
    std::size_t at = 0;
    const auto add = [&](unsigned byte) { bytes.at(at++) = static_cast<std::byte>(byte); };
    if (form.prefix != 0) {
        add(form.prefix);
    }
    if (form.two_byte) {
        add(0x0F);
    }
    add(form.opcode);
    const auto field = [](std::int8_t value) { return value < 0 ? 0U : unsigned(value); };
    add((form.memory ? 0U : 0xC0U) | field(form.reg) << 3 | field(form.rm));
    cpu::Decoded decoded;
    if (cpu::decode(bytes, true, decoded) != cpu::DecodeResult::ok ||
        cpu::find_instruction(decoded.mnemonic()) == nullptr ||
        !vectors::missing_part(bytes, true, cpu::Model::modern).empty()) {
        return std::nullopt;
    }
    return decoded;
}

bool has_modrm(const cpu::Decoded& decoded) {
    return (decoded.instruction.attributes & ZYDIS_ATTRIB_HAS_MODRM) != 0;
}

/// Whether two encodings do the same, perhaps on operands of 16 and of 32 bits.
bool alike(const cpu::Decoded& a, const cpu::Decoded& b) {
    bool same = a.mnemonic() == b.mnemonic() && a.operand_count() == b.operand_count();
    for (unsigned i = 0; same && i < a.operand_count(); ++i) {
        const auto size = [i](const cpu::Decoded& d) { return d.width(i) == 16 ? 32 : d.width(i); };
        same = a.operand(i).type == b.operand(i).type && (size(a) == size(b) || size(a) == 48);
    }
    return same;
}

void add_register_forms(std::vector<Form>& forms, Form form) {
    // Of the escapes, 0F 01 and 0F AE every ModR/M byte is an opcode.
    const bool all_rm =
        form.two_byte ? form.opcode == 0x01 || form.opcode == 0xAE : (form.opcode & 0xF8) == 0xD8;
    for (std::int8_t rm = 0; rm < (all_rm ? 8 : 1); ++rm) {
        form.rm = rm;
        if (const auto decoded = read(form)) {
            form.mnemonic = decoded->mnemonic();
            forms.push_back(form);
            if (!all_rm) {
                forms.back().rm = -1;
            }
        }
    }
}

/// The forms of an opcode with ModR/M; one for all values of reg where they mean the same.
void add_modrm_forms(std::vector<Form>& forms, Form form) {
    form.has_modrm = true;
    for (const bool memory : {true, false}) {
        form.memory = memory;
        std::vector<Form> of_reg;
        for (std::int8_t reg = 0; reg < 8; ++reg) {
            form.reg = reg;
            if (memory) {
                if (const auto decoded = read(form)) {
                    form.mnemonic = decoded->mnemonic();
                    of_reg.push_back(form);
                }
            } else {
                add_register_forms(of_reg, form);
            }
        }
        bool any = of_reg.size() == 8;
        for (const Form& one : of_reg) {
            any = any && one.mnemonic == of_reg.front().mnemonic && one.rm == of_reg.front().rm;
        }
        if (any) {
            of_reg.resize(1);
            of_reg.front().reg = -1;
        }
        forms.insert(forms.end(), of_reg.begin(), of_reg.end());
    }
}

bool is_lockable(const Form& form) {
    Form locked = form;
    std::array<std::byte, 16> bytes{std::byte{0xF0}};
    std::size_t at = 1;
    if (locked.two_byte) {
        bytes.at(at++) = std::byte{0x0F};
    }
    bytes.at(at++) = static_cast<std::byte>(locked.opcode);
    bytes.at(at) = static_cast<std::byte>((locked.reg < 0 ? 0 : locked.reg) << 3);
    cpu::Decoded decoded;
    return locked.memory && locked.prefix == 0 &&
           cpu::decode(bytes, true, decoded) == cpu::DecodeResult::ok;
}

/// What a prefix has to do with the form's meaning. False when it has nothing to do with it, so
/// that the form is the one without.
bool settle_prefix(Form& form, const cpu::Decoded& decoded) {
    Form other = form;
    other.prefix = 0;
    if (form.prefix != 0) {
        const auto without = read(other);
        form.takes_66 = false;
        return !without || !alike(decoded, *without);
    }
    other.prefix = 0x66;
    const auto with = read(other);
    form.takes_66 = with && alike(*with, decoded);
    return true;
}

void add_opcode(std::vector<Form>& forms, bool two_byte, std::uint8_t opcode) {
    for (const std::uint8_t prefix : opcode_prefixes) {
        if (prefix != 0 && !two_byte) {
            return;
        }
        Form opcode_only;
        opcode_only.two_byte = two_byte;
        opcode_only.opcode = opcode;
        opcode_only.prefix = prefix;
        std::vector<Form> found;
        add_modrm_forms(found, opcode_only);
        for (Form form : found) {
            const auto decoded = read(form);
            if (!left_out(form.mnemonic).empty() || !settle_prefix(form, *decoded)) {
                continue;
            }
            if (!has_modrm(*decoded)) {
                const bool takes_66 = form.takes_66;
                form = opcode_only;
                form.takes_66 = takes_66;
                form.mnemonic = decoded->mnemonic();
                forms.push_back(form);
                break;
            }
            form.lockable = is_lockable(form);
            forms.push_back(form);
        }
    }
}

}  // namespace

std::string_view left_out(ZydisMnemonic mnemonic) {
    switch (static_cast<int>(mnemonic)) {
        case ZYDIS_MNEMONIC_CPUID:
        case ZYDIS_MNEMONIC_RDTSC:
        case ZYDIS_MNEMONIC_RDPMC: return "tells of the host";
        case ZYDIS_MNEMONIC_SGDT:
        case ZYDIS_MNEMONIC_SIDT:
        case ZYDIS_MNEMONIC_SLDT:
        case ZYDIS_MNEMONIC_SMSW:
        case ZYDIS_MNEMONIC_STR: return "answered by the host's kernel (UMIP)";
        case ZYDIS_MNEMONIC_SYSENTER:
        case ZYDIS_MNEMONIC_SYSEXIT:
        case ZYDIS_MNEMONIC_SYSCALL:
        case ZYDIS_MNEMONIC_SYSRET: return "would enter the host's kernel";
        case ZYDIS_MNEMONIC_INT1: return "taken by the host's hypervisor";
        default: return {};
    }
}

std::vector<Form> all_forms() {
    std::vector<Form> forms;
    for (const bool two_byte : {false, true}) {
        for (unsigned opcode = 0; opcode < 256; ++opcode) {
            const bool escapes = two_byte ? opcode == 0x38 || opcode == 0x3A || opcode == 0x0F
                                          : opcode == 0x0F || is_legacy_prefix(opcode);
            if (!escapes) {
                add_opcode(forms, two_byte, static_cast<std::uint8_t>(opcode));
            }
        }
    }
    return forms;
}

}  // namespace ringside::oracle
