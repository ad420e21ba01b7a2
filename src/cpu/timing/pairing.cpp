// SPDX-License-Identifier: MIT
#include "cpu/timing/pairing.hpp"

#include <map>
#include <utility>

#include <fmt/format.h>
#include <embedded/cpu.hpp>

#include "base/ensure.hpp"
#include "base/text.hpp"
#include "cpu/timing/clock_row.hpp"

namespace ringside::cpu::timing {
namespace {

using Forms = std::map<std::pair<std::string_view, std::string_view>, Pairing>;

Pairing pairing_named(std::string_view word, std::string_view line) {
    if (word == "UV") {
        return Pairing::either;
    }
    if (word == "PU") {
        return Pairing::first;
    }
    if (word == "PV") {
        return Pairing::second;
    }
    if (word == "FX") {
        return Pairing::exchange;
    }
    ensure(word == "FXCH", fmt::format("pairing.tsv: pairing in '{}'", line));
    return Pairing::exchanged;
}

Forms read_forms() {
    Forms forms;
    const std::string_view text = embedded_text(embedded::pairing_tsv());
    for (const std::string_view line : data_lines(text, "key\tform\tpairing")) {
        const auto field = split(line, '\t');
        ensure(field.size() == 3, fmt::format("pairing.tsv: three fields in '{}'", line));
        const bool fresh =
            forms.emplace(std::pair{field[0], field[1]}, pairing_named(field[2], line)).second;
        ensure(fresh, fmt::format("pairing.tsv: '{}' once", line));
    }
    return forms;
}

}  // namespace

Pairing pairing_of(std::string_view key, std::string_view form) {
    static const Forms forms = read_forms();
    const auto found = forms.find({key, form});
    return found == forms.end() ? Pairing::alone : found->second;
}

}  // namespace ringside::cpu::timing
