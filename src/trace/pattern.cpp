// SPDX-License-Identifier: MIT
#include "trace/pattern.hpp"

#include <array>
#include <stdexcept>

#include <regex.h>

namespace ringside::trace {

Pattern::Pattern(const std::string& text) {
    // The C library compiles by recursion, and repeats what is repeated.
    constexpr std::size_t longest = 1000;
    if (text.size() > longest) {
        throw std::invalid_argument("longer than 1000 characters");
    }
    auto compiled = std::make_unique<regex_t>();
    const int error = ::regcomp(compiled.get(), text.c_str(), REG_EXTENDED | REG_NOSUB);
    if (error != 0) {
        std::array<char, 128> what{};
        static_cast<void>(::regerror(error, compiled.get(), what.data(), what.size()));
        throw std::invalid_argument(what.data());
    }
    compiled_ = std::shared_ptr<regex_t>(compiled.release(), [](regex_t* expression) {
        ::regfree(expression);
        delete expression;
    });
}

bool Pattern::is_found_in(const std::string& text) const {
    const auto* const expression = static_cast<const regex_t*>(compiled_.get());
    return ::regexec(expression, text.c_str(), 0, nullptr, 0) == 0;
}

}  // namespace ringside::trace
