// SPDX-License-Identifier: MIT
#include "nt/boot/thunk.hpp"

#include "guest/assembler.hpp"

namespace ringside::nt {
namespace {

constexpr std::uint32_t hypercall_port = 0xE8;

}  // namespace

std::vector<std::byte> encode_thunk(std::uint32_t id, std::uint16_t argument_bytes,
                                    LinearAddress at, LinearAddress outcome) {
    using guest::immediate;
    constexpr std::uint32_t call_length = 5;
    constexpr std::uint32_t jecxz_length = 2;
    const ZydisEncoderOperand eax = guest::reg(ZYDIS_REGISTER_EAX);
    guest::Assembler thunk(at);
    thunk.emit(ZYDIS_MNEMONIC_MOV, {eax, immediate(id)});
    thunk.emit(ZYDIS_MNEMONIC_OUT, {immediate(hypercall_port), eax});
    thunk.emit(ZYDIS_MNEMONIC_JECXZ,
               {immediate((thunk.here() + jecxz_length + call_length).value)});
    thunk.emit(ZYDIS_MNEMONIC_CALL, {immediate(outcome.value)});
    thunk.ret(argument_bytes);
    return thunk.code();
}

}  // namespace ringside::nt
