// SPDX-License-Identifier: MIT
#include "guest/stub_generator.hpp"

#include <array>

#include <Zydis/Zydis.h>

#include "base/ensure.hpp"

namespace ringside::guest {
namespace {

/// KUSER_SHARED_DATA.SystemCall.
constexpr std::uint32_t system_call_pointer = 0x7FFE0300;

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

ZydisEncoderOperand memory(ZydisRegister base, std::int64_t displacement) {
    ZydisEncoderOperand operand{};
    operand.type = ZYDIS_OPERAND_TYPE_MEMORY;
    operand.mem.base = base;
    operand.mem.displacement = displacement;
    operand.mem.size = 4;
    return operand;
}

class Assembler {
  public:
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
        const ZyanStatus status = ZydisEncoderEncodeInstruction(&request, buffer.data(), &length);
        ensure(ZYAN_SUCCESS(status), "a stub instruction has no encoding");
        code.insert(code.end(), buffer.begin(),
                    buffer.begin() + static_cast<std::ptrdiff_t>(length));
    }

    std::vector<std::byte> code;
};

}  // namespace

std::vector<std::byte> encode_stub(StubForm form, std::uint32_t number,
                                   std::uint16_t argument_bytes) {
    Assembler stub;
    stub.emit(ZYDIS_MNEMONIC_MOV, reg(ZYDIS_REGISTER_EAX), immediate(number));
    switch (form) {
        case StubForm::int2e:
            stub.emit(ZYDIS_MNEMONIC_LEA, reg(ZYDIS_REGISTER_EDX), memory(ZYDIS_REGISTER_ESP, 4));
            stub.emit(ZYDIS_MNEMONIC_INT, immediate(0x2E));
            break;
        case StubForm::shared_pointer:
            stub.emit(ZYDIS_MNEMONIC_MOV, reg(ZYDIS_REGISTER_EDX), immediate(system_call_pointer));
            stub.emit(ZYDIS_MNEMONIC_CALL, memory(ZYDIS_REGISTER_EDX, 0));
            break;
    }
    if (argument_bytes == 0) {
        stub.emit(ZYDIS_MNEMONIC_RET);
    } else {
        stub.emit(ZYDIS_MNEMONIC_RET, immediate(argument_bytes));
    }
    return std::move(stub.code);
}

}  // namespace ringside::guest
