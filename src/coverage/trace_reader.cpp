// SPDX-License-Identifier: MIT
#include "coverage/trace_reader.hpp"

#include <array>
#include <istream>

#include <fmt/format.h>

#include "base/ensure.hpp"
#include "base/text.hpp"

namespace ringside::coverage {
namespace {

constexpr std::size_t longest_line = 16U << 20;
/// The members that count here mean this since then.
constexpr std::uint64_t oldest_version = 2;
constexpr std::uint64_t newest_version = 2;

enum class Line { whole, cut_off, none };

/// Lines of a stream that may have none: no more than longest_line is ever held.
class Lines {
  public:
    Lines(std::istream& from, const std::string& name) : from_(from), name_(name) {}

    Line next(std::string& line) {
        line.clear();
        ++number_;
        for (int c = get(); c != end; c = get()) {
            if (c == '\n') {
                return Line::whole;
            }
            if (line.size() == longest_line) {
                fail(fmt::format("a line of more than {} MiB", longest_line >> 20));
            }
            line.push_back(static_cast<char>(c));
        }
        return line.empty() ? Line::none : Line::cut_off;
    }

    [[noreturn]] void fail(const std::string& what) const {
        throw InputError(2, fmt::format("{}:{}: {}; want a trace made with --format jsonl", name_,
                                        number_, what));
    }

  private:
    static constexpr int end = std::istream::traits_type::eof();

    int get() { return from_.rdbuf()->sbumpc(); }

    std::istream& from_;
    const std::string& name_;
    std::uint64_t number_ = 0;
};

void check_header(const Lines& lines, const TraceLine& header) {
    if (header.type != "header" || !header.version) {
        lines.fail("the first line is no header");
    }
    if (*header.version < oldest_version || *header.version > newest_version) {
        lines.fail(fmt::format("version {} of a trace, and this reads {}; make it again",
                               *header.version, newest_version));
    }
}

}  // namespace

bool count_trace(std::istream& trace, const std::string& name, Tally& tally) {
    Lines lines(trace, name);
    std::string text;
    bool begun = false;
    for (Line is = lines.next(text); is != Line::none; is = lines.next(text)) {
        const auto line = read_trace_line(text);
        if (!line) {
            if (is == Line::cut_off && begun) {
                return true;
            }
            lines.fail(line.error());
        }
        if (!begun) {
            check_header(lines, *line);
            tally.begin_run(line->program);
            begun = true;
        } else if (line->type == "call") {
            tally.add(*line);
        } else if (line->type == "end") {
            return false;  // A report on how the run ended may follow on the same stream.
        }
    }
    if (!begun) {
        lines.fail("empty");
    }
    return false;
}

}  // namespace ringside::coverage
