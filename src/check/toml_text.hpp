// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "check/observation.hpp"
#include "check/text_span.hpp"

namespace ringside::check {

/// A string in quotation marks.
[[nodiscard]] std::string quoted(std::string_view text);
/// The same; a text of several lines as a reviewer wants it.
[[nodiscard]] std::string quoted_lines(std::string_view text);
/// A key, in quotation marks where it needs them.
[[nodiscard]] std::string key_text(std::string_view key);
/// A number written as `like` is: decimal, or hexadecimal with as many digits at least.
[[nodiscard]] std::string number_like(std::uint32_t value, std::string_view like);
/// What was observed: its name if it has one, else the number.
[[nodiscard]] std::string value_text(const ObservedField& field, std::string_view like);

/// A call that is newly listed: what is stable from build to build, and the heart of its frame.
[[nodiscard]] std::string new_transition_text(const ObservedTransition& observed);

/// Replaces stretches of a text, none of which overlap.
class TextEdits {
  public:
    void replace(TextSpan span, std::string text) { edits_.push_back({span, std::move(text)}); }
    void insert(std::size_t at, std::string text) { replace({at, at}, std::move(text)); }
    /// What was inserted at one place comes in the order in which it was.
    [[nodiscard]] std::string applied_to(std::string_view text) const;

  private:
    struct Edit {
        TextSpan span;
        std::string text;
    };
    std::vector<Edit> edits_;
};

}  // namespace ringside::check
