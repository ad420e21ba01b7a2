// SPDX-License-Identifier: MIT
#include "cpu/timing/rows/printed_figure.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "cpu/timing/p6_parameters.hpp"

namespace ringside::test {
namespace {

using cpu::Model;
using cpu::timing::ClockRow;
using cpu::timing::P6Parameters;

/// One pass over the text, a character at a time.
class Reader {
  public:
    explicit Reader(std::string_view text) : text_(text), rest_(text) {}

    PrintedFigure read() {
        figure_.assumed = accept('~');
        if (is_letter(peek()) && rest_.find('(') != std::string_view::npos) {
            figure_.formula = word();
            expect('(');
            list(',');
            expect(')');
        } else {
            list('|');
        }
        if (accept('+')) {
            expect('m');
            figure_.plus_m = true;
        }
        if (!rest_.empty()) {
            complain();
        }
        return figure_;
    }
    [[nodiscard]] bool has_names() const { return has_names_; }

  private:
    void list(char separator) {
        do {
            figure_.numbers.push_back(sum());
        } while (accept(separator));
    }
    std::uint64_t sum() {
        std::uint64_t total = term();
        while (peek() == '+' && rest_ != "+m") {
            expect('+');
            total += term();
        }
        return total;
    }
    std::uint64_t term() {
        const std::string_view text = word();
        if (!is_letter(text.front())) {
            return std::stoull(std::string{text});
        }
        has_names_ = true;
        return P6Parameters::embedded().value(text).value();
    }
    std::string_view word() {
        std::size_t length = 0;
        while (length < rest_.size() && (is_letter(rest_[length]) || is_digit(rest_[length]))) {
            ++length;
        }
        if (length == 0) {
            complain();
        }
        const std::string_view found = rest_.substr(0, length);
        rest_.remove_prefix(length);
        return found;
    }
    static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || c == '_'; }
    static bool is_digit(char c) { return c >= '0' && c <= '9'; }
    [[nodiscard]] char peek() const { return rest_.empty() ? '\0' : rest_.front(); }
    bool accept(char c) {
        const bool here = peek() == c;
        rest_.remove_prefix(here ? 1 : 0);
        return here;
    }
    void expect(char c) {
        if (!accept(c)) {
            complain();
        }
    }
    [[noreturn]] void complain() const {
        throw std::invalid_argument("no figure: " + std::string{text_});
    }

    std::string_view text_;
    std::string_view rest_;
    PrintedFigure figure_;
    bool has_names_ = false;
};

/// Least b with 2^b >= n.
std::uint64_t bits_for(std::uint64_t n) {
    std::uint64_t bits = 0;
    for (std::uint64_t power = 1; power < n; power *= 2) {
        ++bits;
    }
    return bits;
}

std::uint64_t take_zeros(std::uint64_t& n, unsigned width) {
    std::uint64_t taken = 0;
    while ((n & ((std::uint64_t{1} << width) - 1)) == 0) {
        n >>= width;
        ++taken;
    }
    return taken;
}

/// As the scan goes: bytes, at most one nibble, bits.
std::uint64_t forward_scan(std::uint64_t n) {
    const std::uint64_t bytes = take_zeros(n, 8);
    const std::uint64_t nibbles = take_zeros(n, 4);
    const std::uint64_t bits = take_zeros(n, 1);
    return 8 + 4 * (bytes + 1) + 3 * (nibbles + 1) + 3 * (bits + 1);
}

std::uint64_t highest_bit(std::uint64_t n) {
    std::uint64_t index = 0;
    while (n > 1) {
        n /= 2;
        ++index;
    }
    return index;
}

std::uint64_t clocks_for(std::string_view name, const std::vector<std::uint64_t>& with,
                         std::uint64_t n) {
    if (name == "count") {
        return n < 2 ? with.at(n) : with.at(2) + with.at(3) * n;
    }
    if (name == "early_out") {
        return with.at(0) + std::max<std::uint64_t>(bits_for(n), 3);
    }
    if (name == "linear") {
        return (with.at(0) * (with.at(2) - n) + with.at(1) * n) / with.at(2);
    }
    if (name == "bsf_linear") {
        return with.at(0) + (n == 0 ? 0 : with.at(1) * take_zeros(n, 1));
    }
    if (name == "bsf") {
        return n == 0 ? with.at(0) : forward_scan(n) + with.at(1);
    }
    if (name == "bsr") {
        return n == 0 ? with.at(0) : with.at(1) + with.at(2) * (with.at(3) - highest_bit(n));
    }
    throw std::invalid_argument("no formula: " + std::string{name});
}

std::string_view text_of(const ClockRow& row, Model model) {
    switch (model) {
        case Model::i386: return row.i386;
        case Model::i486: return row.i486;
        case Model::pentium: return row.pentium;
        case Model::p6:
        case Model::modern: break;
    }
    return row.p6.empty() ? row.pentium : row.p6;
}

}  // namespace

std::uint64_t PrintedFigure::value(bool taken) const {
    if (!formula.empty()) {
        throw std::invalid_argument("a formula wants its n");
    }
    return (taken ? numbers.back() : numbers.front()) * ticks;
}

std::uint64_t PrintedFigure::value_for(std::uint64_t n) const {
    return formula.empty() ? value() : clocks_for(formula, numbers, n) * ticks;
}

std::optional<PrintedFigure> printed_figure(const ClockRow& row, Model model) {
    const std::string_view text = text_of(row, model);
    if (text == "-") {
        return std::nullopt;
    }
    Reader reader(text);
    PrintedFigure figure = reader.read();
    if (model >= Model::p6) {
        // 1 to 3 clocks of pentium's are as many halves; the rest, and every parameter, is whole.
        const bool simple = figure.formula.empty() && !reader.has_names() &&
                            std::all_of(figure.numbers.begin(), figure.numbers.end(),
                                        [](std::uint64_t n) { return n >= 1 && n <= 3; });
        figure.ticks = simple ? P6Parameters::embedded().value("base_cpi_x1000").value() : 1000;
    }
    return figure;
}

}  // namespace ringside::test
