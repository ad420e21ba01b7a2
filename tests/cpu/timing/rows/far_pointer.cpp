// SPDX-License-Identifier: MIT
#include "cpu/timing/rows/far_pointer.hpp"

namespace ringside::test {
namespace {

constexpr std::uint32_t from_ebx_to_edi = 0x4000;

Bytes pointer(std::uint32_t offset, std::uint16_t selector, bool wide) {
    Bytes bytes;
    for (unsigned i = 0; i < (wide ? 4U : 2U); ++i) {
        bytes.push_back(static_cast<std::uint8_t>(offset >> (8 * i)));
    }
    bytes.push_back(static_cast<std::uint8_t>(selector));
    bytes.push_back(static_cast<std::uint8_t>(selector >> 8));
    return bytes;
}

}  // namespace

std::string far_code(const FarForm& form, Stage& stage, std::uint32_t offset,
                     std::uint16_t selector) {
    const bool wide = stage.code32() != form.toggles_operand_size;
    Bytes target = pointer(offset, selector, wide);
    if (!form.indirect) {
        target.insert(target.begin(), form.call ? 0x9a : 0xea);
        return to_hex(target);
    }
    const std::uint32_t at = stage.code32() ? from_ebx_to_edi : 0;
    target.resize(8);
    for (std::uint32_t i = 0; i < 8; i += 4) {
        const auto byte = [&](std::uint32_t k) { return std::uint32_t{target[i + k]} << (8 * k); };
        stage.set_data(at + i, byte(0) | byte(1) | byte(2) | byte(3));
    }
    return form.call ? "ff 1f" : "ff 2f";
}

}  // namespace ringside::test
