// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "trace/sink.hpp"
#include "trace/user_time.hpp"

namespace ringside::trace {

/// Some of a trace as the report's script reads it: arrays in place of objects, and a number for a
/// string that was there before, since places and names come again and again; of a frame what
/// differs from the thread's last one in the part, of a register the value that it got. model.js is
/// the reader. Memory stays bounded: the strings that are remembered are limited, and the rest is
/// given away with each part.
class HtmlPart {
  public:
    HtmlPart();
    void add(const Record& record);
    void add(const UserSpan& span);
    void add(const Message& message);
    [[nodiscard]] bool is_full() const;
    /// The part as JSON; what comes then begins the next one.
    [[nodiscard]] std::string take();

  private:
    using Json = nlohmann::json;

    void clear();
    [[nodiscard]] Json word(std::string_view text);
    [[nodiscard]] Json words(const std::vector<std::string>& list);
    [[nodiscard]] Json changes(const std::vector<RegisterChange>& list);
    [[nodiscard]] Json entry(const Record& record);
    [[nodiscard]] Json gate(const Record& record);
    [[nodiscard]] Json frame(const Record& record);
    [[nodiscard]] Json stage(const StageTime& stage);
    [[nodiscard]] Json arguments(const std::vector<guest::ServiceArgument>& list);
    [[nodiscard]] Json service(const Service& service);
    [[nodiscard]] Json exit(const Record& record);

    std::unordered_map<std::string, std::uint32_t> known_;
    std::unordered_map<std::string, std::uint32_t> layouts_;
    /// Of the part, by thread and layout: the last frame's fields.
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<std::uint32_t>> frames_;
    /// Of the record: what each register was left with.
    std::map<std::string_view, std::uint32_t> registers_;
    Json part_;
};

/// JSON that may stand in an HTML script element whatever a guest wrote into it.
[[nodiscard]] std::string script_text(const nlohmann::json& json);

}  // namespace ringside::trace
