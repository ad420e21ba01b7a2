// SPDX-License-Identifier: MIT
#include "nt/services/name_expression.hpp"

#include <vector>

namespace ringside::nt {

bool matches_expression(std::u16string_view pattern, std::u16string_view name) {
    // reachable[i]: the pattern so far matches the first i characters of the name.
    const std::size_t length = name.size();
    const auto last_dot = name.rfind(u'.');
    std::vector<bool> reachable(length + 1, false);
    reachable[0] = true;
    for (const char16_t p : pattern) {
        std::vector<bool> next(length + 1, false);
        for (std::size_t i = 0; i <= length; ++i) {
            const bool more = i < length;
            switch (p) {
                case u'*': next[i] = reachable[i] || (i > 0 && next[i - 1]); break;
                case u'<': {
                    // Never runs over the last dot.
                    const bool may_take = i > 0 && i - 1 != last_dot;
                    next[i] = reachable[i] || (may_take && next[i - 1]);
                    break;
                }
                case u'>':
                    next[i] = next[i] || (reachable[i] && (!more || name[i] == u'.'));
                    if (reachable[i] && more && name[i] != u'.') {
                        next[i + 1] = true;
                    }
                    break;
                case u'"':
                    next[i] = next[i] || (reachable[i] && !more);
                    if (reachable[i] && more && name[i] == u'.') {
                        next[i + 1] = true;
                    }
                    break;
                default:
                    if (reachable[i] && more && (p == u'?' || p == name[i])) {
                        next[i + 1] = true;
                    }
                    break;
            }
        }
        reachable = std::move(next);
    }
    return reachable[length];
}

}  // namespace ringside::nt
