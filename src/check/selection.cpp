// SPDX-License-Identifier: MIT
#include "check/selection.hpp"

#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/ensure.hpp"
#include "base/text.hpp"

namespace ringside::check {

struct Selection::Term {
    enum class Kind { word, negation, conjunction, disjunction };
    Kind kind = Kind::word;
    std::string word;
    std::vector<std::shared_ptr<const Term>> parts;

    [[nodiscard]] bool matches(const std::string& name) const {
        switch (kind) {
            case Kind::word: return name.find(word) != std::string::npos;
            case Kind::negation: return !parts[0]->matches(name);
            case Kind::conjunction:
                for (const auto& part : parts) {
                    if (!part->matches(name)) {
                        return false;
                    }
                }
                return true;
            case Kind::disjunction:
                for (const auto& part : parts) {
                    if (part->matches(name)) {
                        return true;
                    }
                }
                return false;
        }
        return false;
    }
};

namespace {

using Term = Selection::Term;
using TermPointer = std::shared_ptr<const Term>;

/// Recursive descent: or, and, not, word.
class Parser {
  public:
    explicit Parser(std::string_view text) : text_(text) { advance(); }

    TermPointer whole() {
        auto result = disjunction();
        if (!token_.empty()) {
            fail("nothing more");
        }
        return result;
    }

  private:
    [[noreturn]] void fail(std::string_view want) const {
        throw InputError(
            2, fmt::format("-k '{}': want {} {}; words, and, or, not and parentheses "
                           "make an expression",
                           text_, want,
                           token_.empty() ? "at the end" : fmt::format("at '{}'", token_)));
    }

    void advance() {
        while (at_ < text_.size() && is_space(text_[at_])) {
            ++at_;
        }
        const std::size_t from = at_;
        if (at_ < text_.size() && (text_[at_] == '(' || text_[at_] == ')')) {
            ++at_;
        } else {
            while (at_ < text_.size() && !is_space(text_[at_]) && text_[at_] != '(' &&
                   text_[at_] != ')') {
                ++at_;
            }
        }
        token_ = text_.substr(from, at_ - from);
    }

    static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n'; }

    TermPointer disjunction() { return list("or", Term::Kind::disjunction, &Parser::conjunction); }
    TermPointer conjunction() { return list("and", Term::Kind::conjunction, &Parser::negation); }

    TermPointer list(std::string_view word, Term::Kind kind, TermPointer (Parser::*inner)()) {
        std::vector<TermPointer> parts{(this->*inner)()};
        while (token_ == word) {
            advance();
            parts.push_back((this->*inner)());
        }
        return parts.size() == 1 ? parts[0]
                                 : std::make_shared<const Term>(Term{kind, {}, std::move(parts)});
    }

    TermPointer negation() {
        constexpr unsigned deepest = 100;
        if (++depth_ > deepest) {
            fail("less nesting");
        }
        TermPointer result;
        if (token_ == "not") {
            advance();
            result = std::make_shared<const Term>(Term{Term::Kind::negation, {}, {negation()}});
        } else if (token_ == "(") {
            advance();
            result = disjunction();
            if (token_ != ")") {
                fail("')'");
            }
            advance();
        } else if (token_.empty() || token_ == ")" || token_ == "and" || token_ == "or") {
            fail("a word");
        } else {
            result = std::make_shared<const Term>(Term{Term::Kind::word, upcase(token_), {}});
            advance();
        }
        --depth_;
        return result;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::string_view token_;
    unsigned depth_ = 0;
};

}  // namespace

Selection::Selection(std::string_view expression) : root_(Parser(expression).whole()) {}

bool Selection::matches(std::string_view name) const {
    return root_ == nullptr || root_->matches(upcase(name));
}

Shard parse_shard(std::string_view text) {
    const auto slash = text.find('/');
    if (slash != std::string_view::npos) {
        const auto number = parse_number(text.substr(0, slash));
        const auto of = parse_number(text.substr(slash + 1));
        if (number && of && *number >= 1 && *number <= *of) {
            return {static_cast<std::size_t>(*number), static_cast<std::size_t>(*of)};
        }
    }
    throw InputError(2, fmt::format("--shard {}: want I/N, I from 1 to N", text));
}

}  // namespace ringside::check
