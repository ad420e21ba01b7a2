// SPDX-License-Identifier: MIT
#include "vectors/known.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/ensure.hpp"
#include "base/text.hpp"
#include "cpu/decode/decoder.hpp"

namespace ringside::vectors {
namespace {

bool is_segment_register(std::string_view field) {
    return field.size() == 2 && field[1] == 's';
}

/// Every segment register that differs should be 0 and holds another null selector.
bool only_null_selectors(const std::vector<Difference>& differences) {
    return std::all_of(differences.begin(), differences.end(), [](const Difference& d) {
        return !is_segment_register(d.field) || (d.bits == d.value && d.value <= 3);
    });
}

/// What a condition looks at.
struct Case {
    const Container& container;
    const TestVector& test;
    const Observation& seen;
    const std::vector<Difference>& differences;
};

/// Units in the last place between two extended numbers in hexadecimal; nothing when they are far
/// apart or differ in sign.
std::optional<std::uint64_t> units_between(std::string_view a, std::string_view b) {
    constexpr std::uint64_t integer_bit = std::uint64_t{1} << 63;
    const auto part = [](std::string_view hex) { return parse_number(fmt::format("0x{}", hex)); };
    const auto high_a = part(a.substr(0, 4));
    const auto high_b = part(b.substr(0, 4));
    const auto low_a = part(a.substr(4));
    const auto low_b = part(b.substr(4));
    if (!high_a || !high_b || !low_a || !low_b || *high_a + 1 < *high_b || *high_b + 1 < *high_a) {
        return std::nullopt;
    }
    // Exponents are equal or neighbours, so their last bit tells which, where the integer bit was.
    const std::uint64_t distance =
        ((*high_a << 63) + (*low_a & ~integer_bit)) - ((*high_b << 63) + (*low_b & ~integer_bit));
    return std::min(distance, 0 - distance);
}

/// Every x87 register that differs holds a number at most `units` in the last place away.
bool only_close_numbers(const std::vector<Difference>& differences, std::string_view units) {
    const std::uint64_t most = parse_number(units).value_or(0);
    return std::all_of(differences.begin(), differences.end(), [most](const Difference& d) {
        return !d.field.starts_with("st") || d.field.size() != 3 ||
               units_between(d.expected, d.got).value_or(most + 1) <= most;
    });
}

/// A fault of a memory operand: its segment, its page or its alignment.
bool is_access_fault(const Outcome& outcome) {
    return outcome.event && (outcome.vector == 12 || outcome.vector == 13 || outcome.vector == 14 ||
                             outcome.vector == 17);
}

bool is_longer_than(const Case& one, std::string_view limit) {
    cpu::Decoded decoded;
    const bool code32 = is_code32(one.container, one.test);
    return cpu::decode(one.test.bytes, code32, decoded) == cpu::DecodeResult::ok &&
           decoded.instruction.length > parse_number(limit).value_or(0);
}

/// A byte in front of the opcode, in hexadecimal.
bool has_prefix(const TestVector& test, std::string_view wanted) {
    for (const std::byte byte : test.bytes) {
        const unsigned value = std::to_integer<unsigned>(byte);
        if (!is_prefix(value)) {
            return false;
        }
        if (fmt::format("{:02X}", value) == wanted) {
            return true;
        }
    }
    return false;
}

/// One of several vectors by the first eight digits of their hashes, with `+` between them.
bool has_hash(const TestVector& test, std::string_view wanted) {
    if (!test.hash) {
        return false;
    }
    const Hash& h = *test.hash;
    const std::string digits = fmt::format("{:02x}{:02x}{:02x}{:02x}", h[0], h[1], h[2], h[3]);
    const auto all = split(wanted, '+');
    return std::find(all.begin(), all.end(), digits) != all.end();
}

bool holds(std::string_view condition, const Case& one) {
    const auto parts = split(condition, '=');
    const std::string_view name = parts.front();
    const std::string_view value = parts.back();
    if (name == "null-selector") {
        return only_null_selectors(one.differences);
    }
    if (name == "cpu") {
        return one.container.cpu == value;
    }
    if (name == "prefix") {
        return has_prefix(one.test, value);
    }
    if (name == "hash") {
        return has_hash(one.test, value);
    }
    if (name == "both-fault") {
        return is_access_fault(expected_outcome(one.test)) && is_access_fault(one.seen.outcome);
    }
    if (name == "within-ulps") {
        return only_close_numbers(one.differences, value);
    }
    if (name == "longer-than") {
        return is_longer_than(one, value);
    }
    return outcome_name(name == "expected" ? expected_outcome(one.test) : one.seen.outcome) ==
           value;
}

bool is_condition(std::string_view condition) {
    const auto parts = split(condition, '=');
    const std::string_view name = parts.front();
    if (parts.size() == 1) {
        return name == "null-selector" || name == "both-fault";
    }
    return parts.size() == 2 && (name == "cpu" || name == "expected" || name == "got" ||
                                 name == "prefix" || name == "hash" ||
                                 ((name == "longer-than" || name == "within-ulps") &&
                                  parse_number(parts.back()).has_value()));
}

bool names(const std::vector<std::string>& mnemonics, std::string_view mnemonic) {
    return mnemonics.front() == "*" ||
           std::find(mnemonics.begin(), mnemonics.end(), mnemonic) != mnemonics.end();
}

bool covers(const KnownRow& row, const Difference& difference) {
    if (row.fields.contains("*")) {
        return true;
    }
    const auto field = row.fields.find(difference.field);
    return field != row.fields.end() && (difference.bits & ~field->second) == 0;
}

std::vector<std::string> list(std::string_view text) {
    std::vector<std::string> items;
    for (const auto item : split(text, ',')) {
        if (!trim(item).empty()) {
            items.emplace_back(trim(item));
        }
    }
    return items;
}

}  // namespace

KnownDifferences::KnownDifferences(std::string file, std::string_view text)
    : file_(std::move(file)) {
    const auto lines = lines_of(text);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const auto line = lines[i];
        if (trim(line).empty() || line.starts_with("#")) {
            continue;
        }
        const auto fail = [this, i](std::string_view why) {
            throw InputError(2, fmt::format("{}:{}: {}", file_, i + 1, why));
        };
        const auto cells = split(line, '\t');
        if (cells.size() != 5) {
            fail("want five columns: mnemonic, condition, fields, reason, source");
        }
        KnownRow row{list(cells[0]), {}, {}, std::string(cells[3]), std::string(cells[4]), i + 1};
        if (trim(cells[1]) != "-") {
            row.conditions = list(cells[1]);
        }
        for (const std::string& condition : row.conditions) {
            if (!is_condition(condition)) {
                fail(fmt::format(
                    "condition '{}': there are null-selector, both-fault, expected=OUTCOME, "
                    "got=OUTCOME, cpu=NAME, longer-than=BYTES, prefix=BYTE, hash=DIGITS "
                    "and within-ulps=N",
                    condition));
            }
        }
        for (const std::string& field : list(cells[2])) {
            const auto parts = split(field, '=');
            const auto bits = parts.size() == 2 ? parse_number(fmt::format("0x{}", parts[1]))
                                                : std::optional<std::uint64_t>{0xFFFFFFFF};
            if (parts.size() > 2 || !bits || *bits > 0xFFFFFFFF) {
                fail(fmt::format("field '{}': want NAME or NAME=HEXMASK", field));
            }
            row.fields[std::string(parts.front())] = static_cast<std::uint32_t>(*bits);
        }
        if (row.mnemonics.empty() || row.fields.empty() || row.reason.empty() ||
            row.source.empty()) {
            fail("a mnemonic, a field, a reason and a source are needed");
        }
        rows_.push_back(std::move(row));
    }
}

std::optional<std::size_t> KnownDifferences::find(
    const Container& container, const TestVector& test, const Observation& seen,
    const std::vector<Difference>& differences) const {
    const Case one{container, test, seen, differences};
    const auto row = std::find_if(rows_.begin(), rows_.end(), [&](const KnownRow& candidate) {
        return names(candidate.mnemonics, mnemonic_of(test.name)) &&
               std::all_of(candidate.conditions.begin(), candidate.conditions.end(),
                           [&](const auto& condition) { return holds(condition, one); }) &&
               std::all_of(differences.begin(), differences.end(),
                           [&](const auto& d) { return covers(candidate, d); });
    });
    return row == rows_.end() ? std::nullopt
                              : std::optional{static_cast<std::size_t>(row - rows_.begin())};
}

std::string KnownDifferences::describe(std::size_t row) const {
    return fmt::format("{}:{}: {}", file_, rows_.at(row).line, rows_.at(row).reason);
}

}  // namespace ringside::vectors
