// SPDX-License-Identifier: MIT
#include <array>
#include <string>

#include <fmt/format.h>

#include "cpu/eflags.hpp"
#include "vectors/flag_masks.hpp"

namespace ringside::vectors {
namespace {

using namespace cpu::flag;

struct Row {
    std::string_view mnemonics;  ///< between spaces
    std::uint32_t undefined;
};

// SDM vol. 1, appendix A, "EFLAGS Cross-Reference"; for shifts at their largest, which is a count
// above the operand's size.
constexpr std::array rows{
    Row{" aaa aas ", of | sf | zf | pf},
    Row{" aad aam ", of | af | cf},
    Row{" daa das ", of},
    Row{" and or xor test ", af},
    Row{" bsf bsr ", of | sf | af | pf | cf},
    Row{" bt btc btr bts ", of | sf | af | pf},
    Row{" mul imul ", sf | zf | af | pf},
    Row{" div idiv ", of | sf | zf | af | pf | cf},
    Row{" rcl rcr rol ror ", of},
    Row{" sal sar shl shr ", of | af | cf},
    Row{" shld shrd ", of | af},
};

}  // namespace

std::uint32_t undefined_flags(std::string_view mnemonic) {
    const std::string word = fmt::format(" {} ", mnemonic);
    for (const Row& row : rows) {
        if (row.mnemonics.find(word) != std::string_view::npos) {
            return row.undefined;
        }
    }
    return 0;
}

}  // namespace ringside::vectors
