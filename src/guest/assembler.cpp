// SPDX-License-Identifier: MIT
#include "guest/assembler.hpp"

#include <algorithm>
#include <array>

#include "base/ensure.hpp"

namespace ringside::guest {

ZydisEncoderOperand reg(ZydisRegister value) {
    ZydisEncoderOperand operand{};
    operand.type = ZYDIS_OPERAND_TYPE_REGISTER;
    operand.reg.value = value;
    return operand;
}

ZydisEncoderOperand immediate(std::uint32_t value) {
    ZydisEncoderOperand operand{};
    operand.type = ZYDIS_OPERAND_TYPE_IMMEDIATE;
    operand.imm.u = value;
    return operand;
}

ZydisEncoderOperand memory(ZydisRegister base, std::int32_t displacement) {
    ZydisEncoderOperand operand{};
    operand.type = ZYDIS_OPERAND_TYPE_MEMORY;
    operand.mem.base = base;
    operand.mem.displacement = displacement;
    operand.mem.size = 4;
    return operand;
}

void Assembler::emit(ZydisMnemonic mnemonic, std::initializer_list<ZydisEncoderOperand> operands) {
    ZydisEncoderRequest request{};
    request.machine_mode = ZYDIS_MACHINE_MODE_LEGACY_32;
    request.mnemonic = mnemonic;
    request.operand_count = static_cast<ZyanU8>(operands.size());
    std::copy(operands.begin(), operands.end(), request.operands);
    std::array<std::byte, ZYDIS_MAX_INSTRUCTION_LENGTH> buffer{};
    ZyanUSize length = buffer.size();
    const ZyanStatus status =
        ZydisEncoderEncodeInstructionAbsolute(&request, buffer.data(), &length, here().value);
    ensure(ZYAN_SUCCESS(status), "an instruction has no encoding");
    code_.insert(code_.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(length));
}

void Assembler::bytes(std::initializer_list<std::uint8_t> values) {
    for (const std::uint8_t value : values) {
        code_.push_back(static_cast<std::byte>(value));
    }
}

void Assembler::ret(std::uint16_t argument_bytes) {
    if (argument_bytes == 0) {
        emit(ZYDIS_MNEMONIC_RET);
    } else {
        emit(ZYDIS_MNEMONIC_RET, {immediate(argument_bytes)});
    }
}

}  // namespace ringside::guest
