// SPDX-License-Identifier: MIT
#include "gdb/packet.hpp"

#include <utility>

#include <fmt/format.h>

#include "gdb/hex.hpp"

namespace ringside::gdb {
namespace {

constexpr char interrupt_byte = '\x03';
constexpr char escape = '}';
constexpr char escape_bit = '\x20';

unsigned char checksum(std::string_view content) {
    unsigned sum = 0;
    for (const char c : content) {
        sum += static_cast<unsigned char>(c);
    }
    return static_cast<unsigned char>(sum);
}

}  // namespace

void PacketReader::feed(std::string_view bytes) {
    for (const char c : bytes) {
        take(c);
    }
}

bool PacketReader::next(Arrival& arrival) {
    if (arrived_.empty()) {
        return false;
    }
    arrival = std::move(arrived_.front());
    arrived_.pop_front();
    return true;
}

void PacketReader::take(char c) {
    switch (place_) {
        case Place::between:
            if (c == '$') {
                content_.clear();
                too_long_ = false;
                sum_ = 0;
                place_ = Place::content;
            } else if (c == interrupt_byte) {
                arrived_.push_back({Arrival::Kind::interrupt, {}});
            } else if (c == '-') {
                arrived_.push_back({Arrival::Kind::resend, {}});
            }
            return;
        case Place::content:
            if (c == '#') {
                place_ = Place::first_digit;
                return;
            }
            sum_ = static_cast<unsigned char>(sum_ + static_cast<unsigned char>(c));
            too_long_ = too_long_ || content_.size() == largest_packet;
            if (!too_long_) {
                content_ += c;
            }
            return;
        case Place::first_digit:
            digit_ = c;
            place_ = Place::second_digit;
            return;
        case Place::second_digit: {
            const char digits[] = {digit_, c};
            const auto sum = hex_number({digits, 2});
            place_ = Place::between;
            if (!too_long_ && sum && *sum == sum_) {
                arrived_.push_back({Arrival::Kind::packet, std::exchange(content_, {})});
            } else {
                arrived_.push_back({Arrival::Kind::damaged, {}});
            }
            return;
        }
    }
}

std::string framed(std::string_view content) {
    return fmt::format("${}#{:02x}", content, checksum(content));
}

std::string escaped(std::string_view data) {
    std::string text;
    text.reserve(data.size());
    for (const char c : data) {
        if (c == '#' || c == '$' || c == escape || c == '*') {
            text += escape;
            text += static_cast<char>(c ^ escape_bit);
        } else {
            text += c;
        }
    }
    return text;
}

std::string unescaped(std::string_view data) {
    std::string text;
    text.reserve(data.size());
    for (std::size_t i = 0; i < data.size(); ++i) {
        if (data[i] == escape && i + 1 < data.size()) {
            ++i;
            text += static_cast<char>(data[i] ^ escape_bit);
        } else {
            text += data[i];
        }
    }
    return text;
}

}  // namespace ringside::gdb
