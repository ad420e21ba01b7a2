// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <vector>

#include <Zydis/Zydis.h>

#include "base/address.hpp"

namespace ringside::guest {

// Operands of 32-bit code.
[[nodiscard]] ZydisEncoderOperand reg(ZydisRegister value);
[[nodiscard]] ZydisEncoderOperand immediate(std::uint32_t value);
/// A dword at [base+displacement].
[[nodiscard]] ZydisEncoderOperand memory(ZydisRegister base, std::int32_t displacement);

/// Encodes 32-bit instructions one behind the other. An instruction without encoding is a broken
/// invariant: what is emitted here is ours, never a guest's.
class Assembler {
  public:
    /// `start` is where the code will stand; targets of jumps and calls are absolute.
    explicit Assembler(LinearAddress start = {}) : start_(start) {}

    [[nodiscard]] LinearAddress here() const {
        return start_ + static_cast<std::uint32_t>(code_.size());
    }

    void emit(ZydisMnemonic mnemonic, std::initializer_list<ZydisEncoderOperand> operands = {});

    /// The bytes of an instruction that has several encodings, of which a given one is wanted.
    void bytes(std::initializer_list<std::uint8_t> values);

    /// RET that drops the arguments; compilers write a plain one for 0.
    void ret(std::uint16_t argument_bytes);

    [[nodiscard]] const std::vector<std::byte>& code() const { return code_; }

  private:
    LinearAddress start_;
    std::vector<std::byte> code_;
};

}  // namespace ringside::guest
