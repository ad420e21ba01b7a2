// SPDX-License-Identifier: MIT
#include "nt/boot/thunk.hpp"

#include <array>

#include <Zydis/Zydis.h>

#include "base/ensure.hpp"

namespace ringside::nt {
namespace {

constexpr std::uint32_t hypercall_port = 0xE8;

ZydisEncoderOperand immediate(std::uint32_t value) {
    ZydisEncoderOperand operand{};
    operand.type = ZYDIS_OPERAND_TYPE_IMMEDIATE;
    operand.imm.u = value;
    return operand;
}

ZydisEncoderOperand eax() {
    ZydisEncoderOperand operand{};
    operand.type = ZYDIS_OPERAND_TYPE_REGISTER;
    operand.reg.value = ZYDIS_REGISTER_EAX;
    return operand;
}

struct Assembler {
    LinearAddress start;
    std::vector<std::byte> code;

    [[nodiscard]] LinearAddress here() const {
        return start + static_cast<std::uint32_t>(code.size());
    }
    template <typename... Operands>
    void emit(ZydisMnemonic mnemonic, Operands... operands) {
        ZydisEncoderRequest request{};
        request.machine_mode = ZYDIS_MACHINE_MODE_LEGACY_32;
        request.mnemonic = mnemonic;
        request.operand_count = sizeof...(operands);
        std::size_t next = 0;
        ((request.operands[next++] = operands), ...);
        std::array<std::byte, ZYDIS_MAX_INSTRUCTION_LENGTH> buffer{};
        ZyanUSize length = buffer.size();
        const ZyanStatus status =
            ZydisEncoderEncodeInstructionAbsolute(&request, buffer.data(), &length, here().value);
        ensure(ZYAN_SUCCESS(status), "a thunk instruction has no encoding");
        code.insert(code.end(), buffer.begin(),
                    buffer.begin() + static_cast<std::ptrdiff_t>(length));
    }
};

}  // namespace

std::vector<std::byte> encode_thunk(std::uint32_t id, std::uint16_t argument_bytes,
                                    LinearAddress at, LinearAddress outcome) {
    constexpr std::uint32_t call_length = 5;
    constexpr std::uint32_t jecxz_length = 2;
    Assembler thunk{.start = at, .code = {}};
    thunk.emit(ZYDIS_MNEMONIC_MOV, eax(), immediate(id));
    thunk.emit(ZYDIS_MNEMONIC_OUT, immediate(hypercall_port), eax());
    thunk.emit(ZYDIS_MNEMONIC_JECXZ, immediate((thunk.here() + jecxz_length + call_length).value));
    thunk.emit(ZYDIS_MNEMONIC_CALL, immediate(outcome.value));
    if (argument_bytes == 0) {
        thunk.emit(ZYDIS_MNEMONIC_RET);
    } else {
        thunk.emit(ZYDIS_MNEMONIC_RET, immediate(argument_bytes));
    }
    return std::move(thunk.code);
}

}  // namespace ringside::nt
