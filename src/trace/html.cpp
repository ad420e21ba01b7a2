// SPDX-License-Identifier: MIT
#include "trace/html.hpp"

#include <span>
#include <string_view>

#include <fmt/format.h>
#include <embedded/trace.hpp>

#include "trace/words.hpp"

namespace ringside::trace {
namespace {

constexpr std::uint64_t most_messages = 10'000;

std::string_view text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string escaped_markup(std::string_view text) {
    std::string result;
    for (const char c : text) {
        switch (c) {
            case '<': result += "&lt;"; break;
            case '>': result += "&gt;"; break;
            case '&': result += "&amp;"; break;
            case '"': result += "&quot;"; break;
            default: result += c;
        }
    }
    return result;
}

/// The browser is to fetch nothing, whatever the page says.
constexpr std::string_view policy =
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'";

}  // namespace

HtmlSink::HtmlSink(Write write, std::uint64_t most)
    : write_(std::move(write)), most_(most), user_([this](const UserSpan& span) {
          if (left_out_ == 0 && ++spans_ <= 2 * most_) {
              part_.add(span);
              flush_when_full();
          }
      }) {}

void HtmlSink::begin(const Header& header) {
    write_(
        fmt::format("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                    "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n"
                    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                    "<title>{} - Ringside</title>\n<style>\n",
                    policy, escaped_markup(header.program)));
    write_(text_of(embedded::html_style()));
    write_("</style>\n<script>\n");
    // Definitions first; the last one waits for the document.
    for (const auto part : {embedded::html_words(), embedded::html_model(), embedded::html_filter(),
                            embedded::html_list(), embedded::html_axis(), embedded::html_timeline(),
                            embedded::html_detail(), embedded::html_start()}) {
        write_(text_of(part));
    }
    write_("</script>\n</head>\n<body>\n");
    write_(text_of(embedded::html_page()));
    write_(fmt::format("<script type=\"application/json\" id=\"header-data\">{}</script>\n",
                       script_text({{"program", header.program},
                                    {"os", header.os},
                                    {"cpu", header.cpu},
                                    {"mhz", header.mhz},
                                    {"entry", header.entry},
                                    {"assumed_clocks", header.assumed_clocks}})));
}

void HtmlSink::flush() {
    write_("<script type=\"application/json\" class=\"part\">");
    write_(part_.take());
    write_("</script>\n");
}

void HtmlSink::flush_when_full() {
    if (part_.is_full()) {
        flush();
    }
}

void HtmlSink::record(const Record& record) {
    if (shown_ == most_) {
        ++left_out_;
        return;
    }
    ++shown_;
    part_.add(record);
    flush_when_full();
}

void HtmlSink::message(const Message& message) {
    if (left_out_ == 0 && ++messages_ <= most_messages) {
        part_.add(message);
    }
}

void HtmlSink::end(const Footer& footer) {
    user_.end(footer.clocks);
    flush();
    nlohmann::json json{{"reason", stop_word(footer.stop.kind)},
                        {"exit_status", footer.stop.exit_status()},
                        {"clocks", footer.clocks.value},
                        {"records", footer.records},
                        {"left_out", left_out_},
                        {"service_body", footer.service_body},
                        {"assumed_clocks", footer.assumed_clocks},
                        {"message", footer.stop.message}};
    if (footer.stop.kind == guest::StopKind::guest_exit ||
        footer.stop.kind == guest::StopKind::guest_failure) {
        json["status"] = footer.stop.status;
    }
    if (footer.shown) {
        json["shown"] = *footer.shown;
    }
    write_(
        fmt::format("<script type=\"application/json\" id=\"end-data\">{}</script>\n"
                    "</body>\n</html>\n",
                    script_text(json)));
}

}  // namespace ringside::trace
