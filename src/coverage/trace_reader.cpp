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
    enum class Place { before, inside, behind };  // a trace
    Place place = Place::before;
    bool is_cut_short = false;
    Lines lines(trace, name);
    std::string text;
    for (Line is = lines.next(text); is != Line::none; is = lines.next(text)) {
        const auto line = read_trace_line(text);
        if (!line && place == Place::behind) {
            continue;  // a report on how the run ended, on the same stream
        }
        if (!line) {
            if (is == Line::cut_off && place == Place::inside) {
                break;
            }
            lines.fail(line.error());
        }
        if (line->type == "header" || place == Place::before) {
            check_header(lines, *line);
            is_cut_short = is_cut_short || place == Place::inside;
            tally.begin_run(line->program);
            place = Place::inside;
        } else if (line->type == "call" && place == Place::inside) {
            tally.add(*line);
        } else if (line->type == "end") {
            place = Place::behind;
        }
    }
    if (place == Place::before) {
        lines.fail("empty");
    }
    return is_cut_short || place == Place::inside;
}

}  // namespace ringside::coverage
