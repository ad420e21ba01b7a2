// SPDX-License-Identifier: MIT
#include "cpu/timing/figure.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/ensure.hpp"
#include "base/text.hpp"

namespace ringside::cpu::timing {
namespace {

constexpr std::uint32_t ticks_per_p6_clock = 1000;

class FigureReader {
  public:
    FigureReader(std::string_view text, const P6Parameters& parameters, std::uint32_t scale)
        : whole_(text), parameters_(parameters), scale_(scale) {}

    Figure read() {
        std::string_view text = whole_;
        if (text.starts_with('~')) {
            figure_.assumed = true;
            text.remove_prefix(1);
        }
        if (text.ends_with("+m")) {
            figure_.plus_m = true;
            text.remove_suffix(2);
        }
        if (const auto open = text.find('('); open != std::string_view::npos) {
            formula(text.substr(0, open), text.substr(open + 1));
        } else {
            const auto parts = split(text, '|');
            ensure(parts.size() <= 2, complaint());
            figure_.base = clocks(parts.front()) * scale_;
            figure_.taken = clocks(parts.back()) * scale_;
        }
        return figure_;
    }

  private:
    void formula(std::string_view name, std::string_view rest) {
        ensure(rest.ends_with(')'), complaint());
        rest.remove_suffix(1);
        const auto kind = formula_kind_named(name);
        ensure(kind.has_value(), complaint());
        const auto parts = split(rest, ',');
        ensure(parts.size() == argument_count(*kind), complaint());
        Formula::Arguments arguments{};
        std::transform(parts.begin(), parts.end(), arguments.begin(),
                       [this](std::string_view part) { return clocks(part); });
        figure_.formula.emplace(*kind, arguments, scale_);
    }

    std::uint32_t clocks(std::string_view text) {
        std::uint32_t sum = 0;
        for (const std::string_view term : split(text, '+')) {
            sum += one(term);
        }
        return sum;
    }

    std::uint32_t one(std::string_view term) {
        if (const auto number = parse_number(term)) {
            ensure(*number <= 100'000, complaint());
            return static_cast<std::uint32_t>(*number);
        }
        const auto parameter = parameters_.value(term);
        ensure(parameter.has_value(), complaint());
        figure_.named = true;
        figure_.assumed = true;
        return *parameter;
    }

    std::string complaint() const { return fmt::format("clocks.tsv: figure '{}'", whole_); }

    std::string_view whole_;
    const P6Parameters& parameters_;
    std::uint32_t scale_;
    Figure figure_;
};

/// The text that p6 reads its figure from.
std::string_view p6_text(const ClockRow& row) {
    return row.p6.empty() ? row.pentium : row.p6;
}

bool is_simple(const Figure& figure) {
    const auto simple = [](std::uint32_t clocks) { return clocks >= 1 && clocks <= 3; };
    return !figure.named && !figure.formula && simple(figure.base) && simple(figure.taken);
}

}  // namespace

std::uint64_t Figure::bound() const {
    return formula ? formula->bound() : std::max(base, taken);
}

std::optional<Figure> parse_figure(std::string_view text, const P6Parameters& parameters,
                                   std::uint32_t scale) {
    if (text == "-") {
        return std::nullopt;
    }
    return FigureReader{text, parameters, scale}.read();
}

std::optional<Figure> p6_figure(const ClockRow& row, const P6Parameters& parameters) {
    auto figure = parse_figure(p6_text(row), parameters);
    if (!figure) {
        return std::nullopt;
    }
    const auto cpi = parameters.value("base_cpi_x1000");
    ensure(cpi.has_value(), "p6_parameters.tsv: base_cpi_x1000");
    figure = parse_figure(p6_text(row), parameters, is_simple(*figure) ? *cpi : ticks_per_p6_clock);
    figure->assumed = true;
    return figure;
}

std::string p6_basis(const ClockRow& row, const P6Parameters& parameters) {
    const auto figure = parse_figure(p6_text(row), parameters);
    if (!figure) {
        return {};
    }
    if (figure->named) {
        return std::string{row.p6};
    }
    return is_simple(*figure) ? "base_cpi_x1000" : fmt::format("p6.{}.{}", row.key, row.form);
}

}  // namespace ringside::cpu::timing
