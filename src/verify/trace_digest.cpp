// SPDX-License-Identifier: MIT
#include "verify/trace_digest.hpp"

#include <fmt/format.h>

#include "verify/memory.hpp"

namespace ringside::verify {

TraceDigest::TraceDigest(const std::vector<std::uint64_t>* expected)
    : expected_(expected), lines_([this](std::string_view text) { text_ += text; }) {}

void TraceDigest::record(const trace::Record& record) {
    lines_.record(record);
    close();
}

void TraceDigest::message(const trace::Message& message) {
    lines_.message(message);
    close();
}

void TraceDigest::close() {
    const std::size_t index = records_.size();
    records_.push_back(digest(text_));
    if (expected_ != nullptr && unexpected_.empty() &&
        (index >= expected_->size() || (*expected_)[index] != records_.back())) {
        unexpected_ = fmt::format("record {}: {}", index + 1, text_);
        unexpected_.erase(unexpected_.find_last_not_of('\n') + 1);
    }
    text_.clear();
}

std::string TraceDigest::difference() const {
    if (expected_ == nullptr || !unexpected_.empty() || records_.size() == expected_->size()) {
        return unexpected_;
    }
    return fmt::format("it ends after {} of {} records", records_.size(), expected_->size());
}

}  // namespace ringside::verify
