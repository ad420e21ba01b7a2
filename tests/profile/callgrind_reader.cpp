// SPDX-License-Identifier: MIT
#include "callgrind_reader.hpp"

#include <charconv>
#include <optional>
#include <stdexcept>

#include "base/text.hpp"

namespace ringside::test {
namespace {

class Reader {
  public:
    CallgrindFile read(std::string_view text) {
        for (const std::string_view line : lines_of(text)) {
            line_ = line;
            if (line.empty() || line.starts_with('#')) {
                continue;
            }
            if (in_body_ || line.find('=') < line.find(':')) {
                in_body_ = true;
                body(line);
            } else {
                header(line);
            }
        }
        require(!awaits_cost_ && file_.header.contains("totals"), "is cut off");
        return std::move(file_);
    }

  private:
    void require(bool condition, std::string_view what) const {
        if (!condition) {
            throw std::runtime_error(std::string(line_) + ": " + std::string(what));
        }
    }
    std::uint64_t number(std::string_view text) const {
        std::uint64_t value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        require(error == std::errc{} && end == text.data() + text.size(), "no number");
        return value;
    }
    void header(std::string_view line) {
        const auto colon = line.find(": ");
        require(colon != std::string_view::npos, "no header");
        const std::string key(line.substr(0, colon));
        require(file_.header.try_emplace(key, line.substr(colon + 2)).second, "twice");
        if (key == "events") {
            require(line.substr(colon + 2) == "Clocks", "one event is expected");
        }
    }
    /// "(3) name" or, once that was said, "(3)".
    std::string name(std::map<std::uint64_t, std::string>& known, std::string_view text) const {
        const auto close = text.find(')');
        require(text.starts_with('(') && close != std::string_view::npos, "no name");
        const std::uint64_t id = number(text.substr(1, close - 1));
        if (close + 1 < text.size()) {
            require(text[close + 1] == ' ' && text.size() > close + 2, "no name");
            require(known.try_emplace(id, text.substr(close + 2)).second, "named twice");
        }
        require(known.contains(id), "not named yet");
        return known.at(id);
    }
    void body(std::string_view line) {
        if (line.starts_with("totals: ")) {
            file_.totals = number(line.substr(8));
            file_.header["totals"] = line.substr(8);
            return;
        }
        const auto equals = line.find('=');
        if (equals == std::string_view::npos) {
            cost(line);
            return;
        }
        require(!awaits_cost_, "calls= wants a line of costs next");
        const std::string_view key = line.substr(0, equals);
        const std::string_view value = line.substr(equals + 1);
        if (key == "ob") {
            here_.first = name(objects_, value);
        } else if (key == "cob") {
            callee_.first = name(objects_, value);
        } else if (key == "fl" || key == "cfi") {
            static_cast<void>(name(files_, value));
        } else if (key == "fn") {
            here_.second = name(functions_, value);
        } else if (key == "cfn") {
            callee_.second = name(functions_, value);
        } else {
            require(key == "calls", "unknown key");
            const auto space = value.find(' ');
            require(space != std::string_view::npos && value.substr(space) == " 0", "position");
            calls_ = number(value.substr(0, space));
            require(calls_ > 0, "no call");
            awaits_cost_ = true;
        }
    }
    void cost(std::string_view line) {
        require(line.starts_with("0 ") && !here_.second.empty(), "no costs");
        const std::uint64_t clocks = number(line.substr(2));
        if (!awaits_cost_) {
            require(file_.self.try_emplace(here_, clocks).second, "a function twice");
            return;
        }
        awaits_cost_ = false;
        const bool is_new =
            file_.calls.try_emplace({here_, callee_}, CallgrindFile::Calls{calls_, clocks}).second;
        require(is_new, "a call twice");
    }

    CallgrindFile file_;
    std::string_view line_;
    bool in_body_ = false;
    bool awaits_cost_ = false;
    std::uint64_t calls_ = 0;
    CallgrindFile::Name here_;
    CallgrindFile::Name callee_;
    std::map<std::uint64_t, std::string> objects_;
    std::map<std::uint64_t, std::string> files_;
    std::map<std::uint64_t, std::string> functions_;
};

}  // namespace

std::uint64_t CallgrindFile::self_sum() const {
    std::uint64_t sum = 0;
    for (const auto& [name, clocks] : self) {
        sum += clocks;
    }
    return sum;
}

CallgrindFile read_callgrind(std::string_view text) {
    return Reader().read(text);
}

}  // namespace ringside::test
