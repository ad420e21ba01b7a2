// SPDX-License-Identifier: MIT
#include "oracle/program.hpp"

namespace ringside::oracle {

bool stays_outside_the_kernel(const Program& program) {
    for (std::size_t i = 0; i + 1 < program.code.size(); ++i) {
        const auto first = std::to_integer<unsigned>(program.code[i]);
        const auto second = std::to_integer<unsigned>(program.code[i + 1]);
        const bool interrupt = first == 0xCD && second == 0x80;
        const bool call = first == 0x0F && (second == 0x05 || second == 0x34);
        if (interrupt || call) {
            return false;
        }
    }
    return true;
}

}  // namespace ringside::oracle
