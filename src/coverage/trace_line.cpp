// SPDX-License-Identifier: MIT
#include "coverage/trace_line.hpp"

#include <utility>

#include <nlohmann/json.hpp>

namespace ringside::coverage {
namespace {

using Json = nlohmann::json;

/// Takes the few members that count as they pass, and builds nothing of the rest: a line may be
/// long, and nested as deep as it likes.
class Listener final : public nlohmann::json_sax<Json> {
  public:
    bool null() override { return is_inside(); }
    bool boolean(bool) override { return is_inside(); }
    bool number_integer(number_integer_t) override { return is_inside(); }
    bool number_float(number_float_t, const string_t&) override { return is_inside(); }
    bool binary(binary_t&) override { return is_inside(); }
    bool number_unsigned(number_unsigned_t value) override {
        if (depth_ == 1 && key_ == "version") {
            line.version = value;
        } else if (depth_ == 1 && key_ == "result") {
            result_ = value;
        } else if (depth_ == 2 && member_ == "service" && key_ == "status") {
            line.status = value;
        } else if (depth_ == 2 && ((member_ == "service" && key_ == "number") ||
                                   (member_ == "entry" && key_ == "eax"))) {
            line.number = value;
        }
        return is_inside();
    }
    bool string(string_t& value) override {
        if (depth_ == 1 && key_ == "type") {
            line.type = std::move(value);
        } else if (depth_ == 1 && key_ == "program") {
            line.program = std::move(value);
        } else if (depth_ == 1 && key_ == "name") {
            line.name = std::move(value);
        } else if (depth_ == 2 && member_ == "service" && key_ == "state") {
            line.state = guest::state_of_word(value);
        }
        return is_inside();
    }
    bool start_object(std::size_t) override {
        if (++depth_ == 2) {
            member_ = std::exchange(key_, {});
            line.has_service = line.has_service || member_ == "service";
        }
        return true;
    }
    bool key(string_t& value) override {
        if (depth_ <= 2) {
            key_ = std::move(value);
        }
        return true;
    }
    bool end_object() override {
        if (--depth_ == 1) {
            member_.clear();
        }
        return true;
    }
    // What stands in a list is never looked at: one level more than an object's members.
    bool start_array(std::size_t) override {
        const bool inside = is_inside();
        depth_ += list;
        return inside;
    }
    bool end_array() override {
        depth_ -= list;
        return true;
    }
    bool parse_error(std::size_t, const std::string&, const Json::exception& error) override {
        // "[json.exception.parse_error.101] parse error at line 1, column 5: syntax error ..."
        const std::string_view what = error.what();
        const auto place = what.find("column ");
        problem = place == std::string_view::npos ? what : what.substr(place);
        return false;
    }

    /// Behind the last event.
    void finish() {
        if (!line.status) {
            line.status = result_;
        }
    }

    TraceLine line;
    std::string problem = "not an object";

  private:
    static constexpr std::size_t list = 2;

    [[nodiscard]] bool is_inside() const { return depth_ != 0; }

    std::size_t depth_ = 0;
    std::string member_;
    std::string key_;
    std::optional<std::uint64_t> result_;
};

}  // namespace

Expected<TraceLine, std::string> read_trace_line(std::string_view line) {
    Listener listener;
    if (!Json::sax_parse(line.begin(), line.end(), &listener)) {
        return Unexpected{std::move(listener.problem)};
    }
    listener.finish();
    return std::move(listener.line);
}

}  // namespace ringside::coverage
