// SPDX-License-Identifier: MIT
#include "guest/stub_generator.hpp"

#include "guest/assembler.hpp"

namespace ringside::guest {
namespace {

/// KUSER_SHARED_DATA.SystemCall.
constexpr std::uint32_t system_call = 0x7FFE0300;
constexpr std::uint32_t system_service_interrupt = 0x2E;
constexpr std::uint32_t kernel_code_selector = 8;

const ZydisEncoderOperand eax = reg(ZYDIS_REGISTER_EAX);
const ZydisEncoderOperand edx = reg(ZYDIS_REGISTER_EDX);
const ZydisEncoderOperand ebp = reg(ZYDIS_REGISTER_EBP);

void load_number(Assembler& stub, std::uint32_t number) {
    stub.emit(ZYDIS_MNEMONIC_MOV, {eax, immediate(number)});
}

/// EDX = address of the first argument, on entry of the stub.
void point_at_arguments(Assembler& stub) {
    stub.emit(ZYDIS_MNEMONIC_LEA, {edx, memory(ZYDIS_REGISTER_ESP, 4)});
}

void encode_reactos_ebp(Assembler& stub, std::uint32_t number, std::uint16_t argument_bytes) {
    stub.emit(ZYDIS_MNEMONIC_PUSH, {ebp});
    stub.bytes({0x89, 0xE5});  // mov ebp,esp, as GNU as has it
    load_number(stub, number);
    stub.emit(ZYDIS_MNEMONIC_LEA, {edx, memory(ZYDIS_REGISTER_EBP, 8)});
    stub.emit(ZYDIS_MNEMONIC_INT, {immediate(system_service_interrupt)});
    stub.emit(ZYDIS_MNEMONIC_POP, {ebp});
    stub.ret(argument_bytes);
}

/// The kernel expects two return addresses below the arguments, hence the call of what follows.
void encode_win8(Assembler& stub, std::uint32_t number, std::uint16_t argument_bytes) {
    constexpr std::uint32_t call_length = 5;
    const std::uint32_t ret_length = argument_bytes == 0 ? 1 : 3;
    load_number(stub, number);
    const LinearAddress entry = stub.here() + call_length + ret_length;
    stub.emit(ZYDIS_MNEMONIC_CALL, {immediate(entry.value)});
    stub.ret(argument_bytes);
    stub.bytes({0x8B, 0xD4});  // mov edx,esp, as Microsoft's compiler has it
    stub.emit(ZYDIS_MNEMONIC_SYSENTER);
    stub.ret(0);
}

}  // namespace

std::vector<std::byte> encode_stub(StubForm form, std::uint32_t number,
                                   std::uint16_t argument_bytes, StubTarget target) {
    Assembler stub(target.at);
    switch (form) {
        case StubForm::int2e:
            load_number(stub, number);
            point_at_arguments(stub);
            stub.emit(ZYDIS_MNEMONIC_INT, {immediate(system_service_interrupt)});
            stub.ret(argument_bytes);
            break;
        case StubForm::shared_pointer:
            load_number(stub, number);
            stub.emit(ZYDIS_MNEMONIC_MOV, {edx, immediate(system_call)});
            stub.emit(ZYDIS_MNEMONIC_CALL, {memory(ZYDIS_REGISTER_EDX, 0)});
            stub.ret(argument_bytes);
            break;
        case StubForm::shared_code:
            load_number(stub, number);
            stub.emit(ZYDIS_MNEMONIC_MOV, {edx, immediate(system_call)});
            stub.emit(ZYDIS_MNEMONIC_CALL, {edx});
            stub.ret(argument_bytes);
            break;
        case StubForm::win8: encode_win8(stub, number, argument_bytes); break;
        case StubForm::reactos_ebp: encode_reactos_ebp(stub, number, argument_bytes); break;
        case StubForm::zw:
            // A frame as INT builds it without a change of ring: EFLAGS, CS, EIP.
            load_number(stub, number);
            point_at_arguments(stub);
            stub.emit(ZYDIS_MNEMONIC_PUSHFD);
            stub.emit(ZYDIS_MNEMONIC_PUSH, {immediate(kernel_code_selector)});
            stub.emit(ZYDIS_MNEMONIC_CALL, {immediate(target.system_service.value)});
            stub.ret(argument_bytes);
            break;
    }
    return stub.code();
}

}  // namespace ringside::guest
