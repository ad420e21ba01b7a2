// SPDX-License-Identifier: MIT
#include "trace/diff.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <optional>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/ensure.hpp"
#include "trace/jsonl.hpp"
#include "trace/words.hpp"

namespace ringside::trace {
namespace {

using Json = nlohmann::json;

/// No line of ours comes near; a hostile one ends here.
constexpr std::size_t longest_line = std::size_t{1} << 20;
constexpr int deepest = 32;
/// How far behind a divergence the traces may agree again.
constexpr std::size_t window = 64;
constexpr std::size_t most_fields = 24;
constexpr std::size_t most_listed = 5;
constexpr std::size_t longest_value = 60;

/// Members that tell time, and the number, which only counts.
constexpr std::array<std::string_view, 5> times{"clock", "clocks", "own_clocks", "costs", "number"};
constexpr std::array<std::string_view, 5> world{"program", "os", "cpu", "mhz", "entry"};

struct Line {
    Json json;
    std::uint64_t number = 0;  ///< in its file
};

class Reader {
  public:
    explicit Reader(TraceFile file) : file_(std::move(file)) {
        auto first = read();
        if (!first || first->json.value("type", "") != "header") {
            fail("does not begin with a header; want a trace made by --format jsonl");
        }
        header_ = std::move(first->json);
        const auto version = header_.find("version");
        if (version == header_.end() || !version->is_number_unsigned() ||
            *version > JsonlSink::version) {
            fail(fmt::format("not version {} or an earlier one of the format", JsonlSink::version));
        }
    }

    [[nodiscard]] const Json& header() const { return header_; }
    [[nodiscard]] const std::string& name() const { return file_.name; }

    /// The line `ahead` lines on; null behind the last.
    const Line* peek(std::size_t ahead = 0) {
        while (lines_.size() <= ahead) {
            auto line = read();
            if (!line) {
                return nullptr;
            }
            lines_.push_back(std::move(*line));
        }
        return &lines_[ahead];
    }
    void pop() { lines_.pop_front(); }

  private:
    [[noreturn]] void fail(std::string_view why) const {
        throw InputError(2, fmt::format("{}: line {}: {}", file_.name, count_, why));
    }

    std::optional<Line> read() {
        std::string text;
        std::streambuf& bytes = *file_.lines.rdbuf();
        constexpr int end = std::char_traits<char>::eof();
        int c = bytes.sbumpc();
        ++count_;
        if (c == end) {
            return std::nullopt;
        }
        for (; c != end && c != '\n'; c = bytes.sbumpc()) {
            if (text.size() == longest_line) {
                fail("longer than 1 MiB");
            }
            text += static_cast<char>(c);
        }
        bool too_deep = false;
        const auto watch = [&too_deep](int depth, Json::parse_event_t, Json&) {
            too_deep = too_deep || depth > deepest;
            return !too_deep;
        };
        Line line{Json::parse(text, watch, false), count_};
        if (too_deep) {
            fail("nested too deep");
        }
        if (!line.json.is_object()) {
            fail("no JSON object; was the trace cut off, or mixed with other output?");
        }
        const auto type = line.json.find("type");
        if (type == line.json.end() || !type->is_string()) {
            fail("has no \"type\"");
        }
        return line;
    }

    TraceFile file_;
    std::uint64_t count_ = 0;
    Json header_;
    std::deque<Line> lines_;
};

/// Text or number of a member for a reader; empty when it is not there.
std::string member(const Json& json, const Json::json_pointer& at) {
    if (!json.contains(at)) {
        return {};
    }
    const Json& value = json[at];
    return value.is_string() ? escaped(value.get_ref<const std::string&>()) : value.dump();
}

/// What two records of different traces must share to be taken for the same one.
std::string key_of(const Json& json) {
    using namespace nlohmann::literals;
    return fmt::format("{} {} {} {}", member(json, "/type"_json_pointer),
                       member(json, "/thread"_json_pointer), member(json, "/name"_json_pointer),
                       json.contains("name") ? std::string()
                                             : member(json, "/entry/how"_json_pointer) +
                                                   member(json, "/place"_json_pointer));
}

std::string title(const Line& line) {
    using namespace nlohmann::literals;
    const Json& json = line.json;
    std::string text = member(json, "/name"_json_pointer);
    if (text.empty()) {
        text = member(json, "/type"_json_pointer);
        const std::string how = member(json, "/entry/how"_json_pointer);
        text += how.empty() ? "" : " " + how;
    }
    const std::string number = member(json, "/number"_json_pointer);
    return fmt::format("{}{} (line {})", number.empty() ? "" : "#" + number + " ", text,
                       line.number);
}

std::string value_text(const Json* value) {
    if (value == nullptr) {
        return "(none)";
    }
    std::string text;
    if (value->is_number_unsigned()) {
        text = fmt::format("{} (0x{:X})", value->get<std::uint64_t>(), value->get<std::uint64_t>());
    } else if (value->is_string()) {
        text = escaped(value->get_ref<const std::string&>());
    } else {
        text = value->dump(-1, ' ', true, Json::error_handler_t::replace);
    }
    if (text.size() > longest_value) {
        text.resize(longest_value);
        text += "...";
    }
    return text;
}

class Comparison {
  public:
    explicit Comparison(const DiffOptions& options) : options_(options) {}

    /// Whether the two agree in all that counts; `rows` takes a line a difference.
    bool agree(const Json& a, const Json& b, std::vector<std::string>* rows) const {
        return walk("", a, b, rows);
    }

    [[nodiscard]] bool counts(std::string_view name) const {
        const bool is_time = std::find(times.begin(), times.end(), name) != times.end();
        return (options_.clocks || !is_time) &&
               std::find(options_.ignore.begin(), options_.ignore.end(), name) ==
                   options_.ignore.end();
    }

  private:
    bool walk(const std::string& path, const Json& a, const Json& b,
              std::vector<std::string>* rows) const {
        if (a.is_object() && b.is_object()) {
            bool same = true;
            for (const auto& [name, value] : a.items()) {
                const auto other = b.find(name);
                same = compare(join(path, name), name, &value, other != b.end() ? &*other : nullptr,
                               rows) &&
                       same;
            }
            for (const auto& [name, value] : b.items()) {
                if (!a.contains(name)) {
                    same = compare(join(path, name), name, nullptr, &value, rows) && same;
                }
            }
            return same;
        }
        if (a.is_array() && b.is_array()) {
            bool same = true;
            for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
                same =
                    compare(fmt::format("{}[{}]", path, label(a, b, i)), "",
                            i < a.size() ? &a[i] : nullptr, i < b.size() ? &b[i] : nullptr, rows) &&
                    same;
            }
            return same;
        }
        if (a == b) {
            return true;
        }
        add(path, &a, &b, rows);
        return false;
    }

    bool compare(const std::string& path, std::string_view name, const Json* a, const Json* b,
                 std::vector<std::string>* rows) const {
        if (!name.empty() && !counts(name)) {
            return true;
        }
        if (a != nullptr && b != nullptr) {
            return walk(path, *a, *b, rows);
        }
        add(path, a, b, rows);
        return false;
    }

    static void add(const std::string& path, const Json* a, const Json* b,
                    std::vector<std::string>* rows) {
        if (rows != nullptr) {
            rows->push_back(
                fmt::format("  {:<32} {}  ->  {}", escaped(path), value_text(a), value_text(b)));
        }
    }
    static std::string join(const std::string& path, const std::string& name) {
        return path.empty() ? name : path + "." + name;
    }
    /// Stages and arguments are known by their names.
    static std::string label(const Json& a, const Json& b, std::size_t index) {
        for (const Json* const list : {&a, &b}) {
            if (index < list->size() && (*list)[index].is_object()) {
                const auto name = (*list)[index].find("name");
                if (name != (*list)[index].end() && name->is_string() && !name->empty()) {
                    return name->get<std::string>();
                }
            }
        }
        return std::to_string(index);
    }

    const DiffOptions& options_;
};

/// How many records each trace must skip for both to go on alike; nothing within the window.
std::optional<std::pair<std::size_t, std::size_t>> alignment(Reader& a, Reader& b) {
    std::vector<std::string> of_a;
    std::vector<std::string> of_b;
    for (std::size_t i = 0; i < window; ++i) {
        if (const Line* const line = a.peek(i)) {
            of_a.push_back(key_of(line->json));
        }
        if (const Line* const line = b.peek(i)) {
            of_b.push_back(key_of(line->json));
        }
    }
    for (std::size_t skipped = 0; skipped < of_a.size() + of_b.size(); ++skipped) {
        for (std::size_t in_a = 0; in_a <= skipped; ++in_a) {
            const std::size_t in_b = skipped - in_a;
            if (in_a < of_a.size() && in_b < of_b.size() && of_a[in_a] == of_b[in_b]) {
                return std::pair{in_a, in_b};
            }
        }
    }
    return std::nullopt;
}

void list_skipped(std::string& out, Reader& reader, std::size_t count) {
    for (std::size_t i = 0; i < std::min(count, most_listed); ++i) {
        out += fmt::format("  only in {}: {}\n", reader.name(), title(*reader.peek(i)));
    }
    if (count > most_listed) {
        out += fmt::format("  only in {}: {} more\n", reader.name(), count - most_listed);
    }
}

std::string divergence(Reader& a, Reader& b, const Comparison& comparison) {
    const Line* const line_a = a.peek();
    const Line* const line_b = b.peek();
    if (line_a == nullptr || line_b == nullptr) {
        Reader& longer = line_a != nullptr ? a : b;
        Reader& shorter = line_a != nullptr ? b : a;
        return fmt::format("first divergence: {} ends here, {} goes on with {}\n", shorter.name(),
                           longer.name(), title(*longer.peek()));
    }
    std::string out = fmt::format("first divergence: {} in {}, {} in {}\n", title(*line_a),
                                  a.name(), title(*line_b), b.name());
    const auto aligned = alignment(a, b);
    if (!aligned) {
        return out + fmt::format("  no record of the next {} is in both\n", window);
    }
    const auto [in_a, in_b] = *aligned;
    if (in_a + in_b != 0) {
        list_skipped(out, a, in_a);
        list_skipped(out, b, in_b);
        return out + fmt::format("  both go on with {} and {}\n", title(*a.peek(in_a)),
                                 title(*b.peek(in_b)));
    }
    std::vector<std::string> rows;
    static_cast<void>(comparison.agree(line_a->json, line_b->json, &rows));
    for (std::size_t i = 0; i < std::min(rows.size(), most_fields); ++i) {
        out += rows[i] + "\n";
    }
    if (rows.size() > most_fields) {
        out += fmt::format("  {} more members differ\n", rows.size() - most_fields);
    }
    return out;
}

}  // namespace

DiffResult diff(TraceFile a, TraceFile b, const DiffOptions& options) {
    Reader reader_a(std::move(a));
    Reader reader_b(std::move(b));
    if (reader_a.header()["version"] != reader_b.header()["version"]) {
        throw InputError(2, fmt::format("{} and {} have different versions of the format; trace "
                                        "both with one ringside",
                                        reader_a.name(), reader_b.name()));
    }
    const Comparison comparison(options);
    DiffResult result;
    for (const std::string_view name : world) {
        const std::string key(name);
        const std::string of_a =
            value_text(reader_a.header().contains(key) ? &reader_a.header()[key] : nullptr);
        const std::string of_b =
            value_text(reader_b.header().contains(key) ? &reader_b.header()[key] : nullptr);
        if (of_a != of_b) {
            result.text += fmt::format("{}: {}  ->  {}\n", name, of_a, of_b);
        }
    }
    std::uint64_t same = 0;
    std::string last;
    bool has_end = false;
    while (true) {
        const Line* const line_a = reader_a.peek();
        const Line* const line_b = reader_b.peek();
        if (line_a == nullptr && line_b == nullptr) {
            result.equal = true;
            result.text += fmt::format("{} records agree\n", same);
            if (!has_end) {
                result.text += "neither trace has an end, as of runs that were killed\n";
            }
            return result;
        }
        if (line_a == nullptr || line_b == nullptr ||
            !comparison.agree(line_a->json, line_b->json, nullptr)) {
            break;
        }
        last = title(*line_a);
        has_end = line_a->json["type"] == "end";
        same += has_end ? 0U : 1U;
        reader_a.pop();
        reader_b.pop();
    }
    result.text +=
        fmt::format("{} records agree{}\n", same, last.empty() ? "" : ", the last is " + last);
    result.text += divergence(reader_a, reader_b, comparison);
    return result;
}

}  // namespace ringside::trace
