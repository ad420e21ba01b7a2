// SPDX-License-Identifier: MIT
#include "trace/filter.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <fmt/format.h>

#include "base/ensure.hpp"
#include "base/near_miss.hpp"
#include "base/text.hpp"
#include "trace/service_classes.hpp"
#include "trace/words.hpp"

namespace ringside::trace {
namespace {

/// A guest may call services of ever new numbers.
constexpr std::size_t most_known = 4096;

const std::vector<std::string> keys{"trace", "ring", "module", "stack", "via", "thread", "status"};
const std::vector<std::string> status_words{"success", "failed", "unfinished"};
/// Classes of records that are no calls, and of all that are.
constexpr std::array kind_classes{
    std::pair{std::string_view{"call"}, RecordKind::call},
    std::pair{std::string_view{"int"}, RecordKind::software_interrupt},
    std::pair{std::string_view{"exception"}, RecordKind::exception},
    std::pair{std::string_view{"interrupt"}, RecordKind::interrupt},
    std::pair{std::string_view{"dispatch"}, RecordKind::dispatch}};

bool is_in(const std::vector<std::string>& names, std::string_view word) {
    return std::find(names.begin(), names.end(), word) != names.end();
}

[[noreturn]] void refuse(std::string_view expression, std::string_view why) {
    throw InputError(2, fmt::format("-e {}: {}", expression, why));
}

std::vector<std::string> all_classes() {
    std::vector<std::string> names = service_classes();
    for (const auto& [name, kind] : kind_classes) {
        names.emplace_back(name);
    }
    return names;
}

/// The words of a list. A comma inside /.../ is one of the regular expression's.
std::vector<std::string_view> words_of(std::string_view list) {
    std::vector<std::string_view> words;
    while (true) {
        std::size_t end = list.find(',');
        const std::size_t slash = list.starts_with('!') ? 1 : 0;
        if (list.substr(slash).starts_with('/')) {
            const std::size_t close = list.find("/,", slash + 1);
            end = close == std::string_view::npos ? close : close + 1;
        }
        words.push_back(list.substr(0, end));
        if (end == std::string_view::npos) {
            return words;
        }
        list.remove_prefix(end + 1);
    }
}

/// What entry_word() makes, but for those with a vector's number.
std::vector<std::string> event_names() {
    std::vector<std::string> names{"dispatch", "sysenter", "call gate", "call task"};
    for (unsigned vector = 0; vector < 32; ++vector) {
        const std::string_view name = cpu::mnemonic(static_cast<cpu::Vector>(vector));
        if (!name.empty()) {
            names.emplace_back(name);
        }
    }
    return names;
}

/// "int 2Ah", "interrupt 30h", "exception 1Fh"
bool is_vector_event(std::string_view word) {
    for (const std::string_view kind : {"int ", "interrupt ", "exception "}) {
        if (word.starts_with(kind)) {
            const std::string_view vector = word.substr(kind.size());
            constexpr std::string_view digits = "0123456789ABCDEF";
            return vector.size() == 3 && vector.ends_with('h') &&
                   vector.find_first_not_of(digits) == 2;
        }
    }
    return false;
}

std::uint32_t number_of(std::string_view expression, std::string_view word) {
    const auto number = parse_number(word);
    if (!number || *number > UINT32_MAX) {
        refuse(expression, fmt::format("'{}' is no number; want 12 or 0x0C", word));
    }
    return static_cast<std::uint32_t>(*number);
}

/// Where the entry was made; of a dispatch, where it leads.
unsigned ring_of(const Record& record) {
    if (record.entry) {
        return record.entry->before.cpl();
    }
    return record.kind == RecordKind::dispatch && record.exit ? record.exit->after.cpl() : 0;
}

}  // namespace

template <typename T>
template <typename Fits>
bool Filter::List<T>::passes(const Fits& fits) const {
    return std::none_of(unwanted.begin(), unwanted.end(), fits) &&
           (wanted.empty() || std::any_of(wanted.begin(), wanted.end(), fits));
}

Filter::Filter(const std::vector<std::string>& expressions, const FilterWords& words) {
    for (const std::string& expression : expressions) {
        add(expression, words);
    }
}

void Filter::add(std::string_view expression, const FilterWords& words) {
    std::string_view list = expression;
    std::string key = "trace";
    const std::size_t equals = list.find('=');
    if (equals != std::string_view::npos && list.substr(0, equals).find('/') == list.npos) {
        key = std::string(list.substr(0, equals));
        list.remove_prefix(equals + 1);
    }
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
        const std::string near = suggestion(key, keys);
        refuse(expression,
               fmt::format(
                   "no key '{}'{}", key,
                   near.empty() ? fmt::format("; there are {}", fmt::join(keys, ", ")) : near));
    }
    for (std::string_view word : words_of(list)) {
        const bool unwanted = word.starts_with('!');
        word.remove_prefix(unwanted ? 1 : 0);
        if (word.empty()) {
            refuse(expression, "a word is missing");
        }
        const auto put = [unwanted](auto& in, auto value) {
            (unwanted ? in.unwanted : in.wanted).push_back(std::move(value));
        };
        if (key == "trace") {
            add_name(word, unwanted, words);
        } else if (key == "ring") {
            const std::uint32_t ring = number_of(expression, word);
            if (ring > 3) {
                refuse(expression, fmt::format("there is no ring {}; want 0 to 3", ring));
            }
            put(rings_, ring);
        } else if (key == "thread") {
            put(threads_, number_of(expression, word));
        } else if (key == "status") {
            add_status(word, unwanted, words);
        } else {
            put(key == "module" ? modules_ : key == "stack" ? stacks_ : vias_, upcase(word));
        }
    }
}

void Filter::add_name(std::string_view word, bool unwanted, const FilterWords& words) {
    const auto put = [this, unwanted](NameWord value) {
        (unwanted ? names_.unwanted : names_.wanted).push_back(std::move(value));
    };
    if (word == "all") {
        put(Pattern(""));
        return;
    }
    if (word.starts_with('%')) {
        const std::string name(word.substr(1));
        const auto classes = all_classes();
        if (std::find(classes.begin(), classes.end(), name) == classes.end()) {
            const std::string near = suggestion(name, classes);
            refuse(word, fmt::format("no such class{}",
                                     near.empty()
                                         ? fmt::format("; there are {}", fmt::join(classes, ", "))
                                         : near));
        }
        put(Class{name});
    } else if (word.starts_with('/')) {
        if (word.size() < 2 || !word.ends_with('/')) {
            refuse(word, "a regular expression ends with /");
        }
        try {
            put(Pattern(std::string(word.substr(1, word.size() - 2))));
        } catch (const std::invalid_argument& error) {
            refuse(word, fmt::format("no regular expression: {}", error.what()));
        }
    } else if (const auto number = parse_number(word); number && *number <= UINT32_MAX) {
        put(static_cast<std::uint32_t>(*number));
    } else if (is_vector_event(word) || is_in(words.services, word) || is_in(event_names(), word)) {
        put(std::string(word));
    } else if (word.find_first_of("# ") != std::string_view::npos) {
        refuse(word, fmt::format("no such event; want #PF, int 2Eh, interrupt 30h, exception 1Fh, "
                                 "dispatch or the like{}",
                                 suggestion(word, event_names())));
    } else {
        std::vector<std::string> names = event_names();
        names.insert(names.end(), words.services.begin(), words.services.end());
        refuse(word, fmt::format("no such service{}", suggestion(word, names)));
    }
}

void Filter::add_status(std::string_view word, bool unwanted, const FilterWords& words) {
    auto& list = unwanted ? statuses_.unwanted : statuses_.wanted;
    const auto found = std::find(status_words.begin(), status_words.end(), word);
    if (found != status_words.end()) {
        list.emplace_back(static_cast<StatusWord>(found - status_words.begin()));
    } else if (const auto number = parse_number(word); number && *number <= UINT32_MAX) {
        list.emplace_back(static_cast<std::uint32_t>(*number));
    } else if (const auto named = words.status_named(word)) {
        list.emplace_back(*named);
    } else {
        std::vector<std::string> names = words.statuses;
        names.insert(names.end(), status_words.begin(), status_words.end());
        const std::string near = suggestion(word, names);
        refuse(fmt::format("status={}", word),
               fmt::format(
                   "no such status{}",
                   near.empty() ? "; want a name or number, success, failed or unfinished" : near));
    }
}

bool Filter::passes_names(const Record& record) const {
    const std::string name = name_of(record);
    const bool is_call = record.kind == RecordKind::call;
    const std::uint32_t number = record.service ? record.service->number : record.eax;
    const auto fits = [&](const NameWord& word) {
        if (const auto* const text = std::get_if<std::string>(&word)) {
            return *text == name;
        }
        if (const auto* const expression = std::get_if<Pattern>(&word)) {
            return expression->is_found_in(name);
        }
        if (const auto* const index = std::get_if<std::uint32_t>(&word)) {
            return is_call && *index == number;
        }
        const std::string& wanted = std::get<Class>(word).name;
        const auto kind = std::find_if(kind_classes.begin(), kind_classes.end(),
                                       [&](const auto& row) { return row.first == wanted; });
        if (kind != kind_classes.end()) {
            return kind->second == record.kind;
        }
        const auto classes = classes_of(name);
        return is_call && std::find(classes.begin(), classes.end(), wanted) != classes.end();
    };
    if (names_.is_empty()) {
        return true;
    }
    const std::string key = fmt::format("{} {} {}", static_cast<int>(record.kind), number, name);
    const auto known = known_.find(key);
    if (known != known_.end()) {
        return known->second;
    }
    if (known_.size() >= most_known) {
        known_.clear();
    }
    return known_[key] = names_.passes(fits);
}

bool Filter::passes_place(unsigned ring, std::string_view module, std::uint32_t thread) const {
    const std::string name = modules_.is_empty() ? std::string() : upcase(module);
    return rings_.passes([ring](unsigned one) { return one == ring; }) &&
           threads_.passes([thread](std::uint32_t one) { return one == thread; }) &&
           modules_.passes([&name](const std::string& one) { return one == name; });
}

std::optional<bool> Filter::wants_open(const Record& record) const {
    const auto on_stack = [&record](const std::string& one) {
        return std::any_of(record.modules.begin(), record.modules.end(),
                           [&one](const std::string& module) { return upcase(module) == one; }) ||
               upcase(record.module) == one;
    };
    const auto through = [&record](const std::string& one) { return upcase(record.via) == one; };
    if (!passes_place(ring_of(record), record.module, record.thread) ||
        (!stacks_.is_empty() && !stacks_.passes(on_stack)) ||
        (!vias_.is_empty() && !vias_.passes(through)) || !passes_names(record)) {
        return false;
    }
    return statuses_.is_empty() ? std::optional(true) : std::nullopt;
}

bool Filter::wants(const Record& record) const {
    const auto open = wants_open(record);
    if (open) {
        return *open;
    }
    const auto status = status_of(record);
    const bool is_call = record.kind == RecordKind::call;
    return statuses_.passes([&](const Status& word) {
        if (const auto* const number = std::get_if<std::uint32_t>(&word)) {
            return status == *number;
        }
        switch (std::get<StatusWord>(word)) {
            case StatusWord::success: return status && !is_failure(*status);
            case StatusWord::failed: return status && is_failure(*status);
            case StatusWord::unfinished: return is_call && !status;
        }
        return false;
    });
}

bool Filter::wants(const Instruction& instruction) const {
    return passes_place(instruction.ring, instruction.module, instruction.thread);
}

bool Filter::is_empty() const {
    return names_.is_empty() && rings_.is_empty() && modules_.is_empty() && stacks_.is_empty() &&
           vias_.is_empty() && threads_.is_empty() && statuses_.is_empty();
}

void FilterSink::record(const Record& record) {
    if (filter_.wants(record)) {
        ++shown_;
        next_.record(record);
    }
}

void FilterSink::entered(const Record& record) {
    if (filter_.is_empty()) {
        next_.entered(record);
    }
}

void FilterSink::suspended(const Record& record) {
    if (filter_.wants_open(record).value_or(false)) {
        next_.suspended(record);
    }
}

void FilterSink::instruction(const Instruction& instruction) {
    if (filter_.wants(instruction)) {
        next_.instruction(instruction);
    }
}

void FilterSink::end(const Footer& footer) {
    Footer result = footer;
    result.shown = shown_;
    next_.end(result);
}

}  // namespace ringside::trace
