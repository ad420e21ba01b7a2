// SPDX-License-Identifier: MIT
#include "cpu/vector.hpp"

#include <array>

namespace ringside::cpu {

std::string_view mnemonic(Vector vector) {
    static constexpr std::array<std::string_view, 20> names{
        "#DE", "#DB", "NMI", "#BP", "#OF", "#BR", "#UD", "#NM", "#DF", "#CSO",
        "#TS", "#NP", "#SS", "#GP", "#PF", "",    "#MF", "#AC", "#MC", "#XM"};
    const auto index = static_cast<std::size_t>(vector);
    return index < names.size() ? names[index] : std::string_view{};
}

}  // namespace ringside::cpu
