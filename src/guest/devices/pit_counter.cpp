// SPDX-License-Identifier: MIT
#include "guest/devices/pit_counter.hpp"

#include <algorithm>

namespace ringside::guest {
namespace {

std::uint16_t to_bcd(std::uint32_t value) {
    std::uint32_t result = 0;
    for (unsigned digit = 0; digit < 4; ++digit) {
        result |= value % 10 << (4 * digit);
        value /= 10;
    }
    return static_cast<std::uint16_t>(result);
}

std::uint32_t from_bcd(std::uint32_t value) {
    std::uint32_t result = 0;
    for (unsigned digit = 4; digit-- > 0;) {
        result = result * 10 + std::min((value >> (4 * digit)) & 0xFU, 9U);
    }
    return result;
}

}  // namespace

void PitCounter::control(std::uint8_t word) {
    access_ = static_cast<Access>((word >> 4) & 3);
    mode_ = (word >> 1) & 7;
    if (mode_ > 5) {
        mode_ -= 4;  // the third bit does not count in modes 2 and 3
    }
    bcd_ = (word & 1) != 0;
    counting_ = false;
    stopped_.reset();
    next_.reset();
    first_byte_.reset();
    latched_count_.reset();
    latched_status_.reset();
    reads_high_ = false;
}

void PitCounter::write(std::uint8_t value, std::uint64_t now) {
    settle(now);
    switch (access_) {
        case Access::none: return;
        case Access::low: load(initial_count(value), now); return;
        case Access::high: load(initial_count(static_cast<std::uint16_t>(value << 8)), now); return;
        case Access::both: break;
    }
    if (!first_byte_) {
        first_byte_ = value;
        if (mode_ == 0) {
            counting_ = false;  // the first byte stops the count and OUT falls
        }
        return;
    }
    const auto written = static_cast<std::uint16_t>(*first_byte_ | value << 8);
    first_byte_.reset();
    load(initial_count(written), now);
}

std::uint32_t PitCounter::initial_count(std::uint16_t written) const {
    const std::uint32_t count = bcd_ ? from_bcd(written) : written;
    return count == 0 ? modulus() : count;
}

void PitCounter::load(std::uint32_t count, std::uint64_t now) {
    if (is_triggered()) {
        next_ = count;
        next_at_ = UINT64_MAX;
        return;
    }
    const bool runs = counting_ && loaded_at_ <= static_cast<std::int64_t>(now);
    if (is_periodic() && runs && !stopped_) {
        load_at_boundary(count, now);
        return;
    }
    start_ = count;
    counting_ = true;
    before_load_ = mode_ != 0;
    loaded_at_ = static_cast<std::int64_t>(now + 1);
    if (!gate_) {
        stopped_ = 0;
    }
}

// A new count never cuts a period of mode 2, or a half of mode 3, that has begun.
void PitCounter::load_at_boundary(std::uint32_t count, std::uint64_t now) {
    const std::uint64_t done = *elapsed(now) % start_;
    const std::uint64_t left =
        mode_ == 3 && done < high_half() ? high_half() - done : start_ - done;
    next_ = count;
    next_at_ = now + left;
}

/// Takes a waiting count whose boundary has come.
void PitCounter::settle(std::uint64_t now) {
    if (!next_ || next_at_ > now) {
        return;
    }
    const bool falls = mode_ == 3 && *elapsed(next_at_) % start_ == high_half();
    start_ = *next_;
    next_.reset();
    loaded_at_ = static_cast<std::int64_t>(next_at_) - (falls ? high_half() : 0);
}

void PitCounter::set_gate(bool high, std::uint64_t now) {
    settle(now);
    if (high == gate_) {
        return;
    }
    gate_ = high;
    if (is_triggered()) {
        if (high && (next_ || counting_)) {
            before_load_ = out(now);  // a pulse that runs goes on without a gap
            start_ = next_.value_or(start_);
            next_.reset();
            counting_ = true;
            loaded_at_ = static_cast<std::int64_t>(now + 1);
        }
        return;
    }
    if (!counting_) {
        return;
    }
    if (!high) {
        stopped_ = elapsed(now).value_or(0);
        return;
    }
    if (is_periodic()) {
        // The rising edge is a trigger: the count is loaded again.
        start_ = next_.value_or(start_);
        next_.reset();
        before_load_ = true;
        loaded_at_ = static_cast<std::int64_t>(now + 1);
    } else {
        loaded_at_ = static_cast<std::int64_t>(now - *stopped_);
    }
    stopped_.reset();
}

std::optional<std::uint64_t> PitCounter::elapsed(std::uint64_t now) const {
    if (stopped_) {
        return stopped_;
    }
    const std::int64_t since = static_cast<std::int64_t>(now) - loaded_at_;
    return counting_ && since >= 0 ? std::optional(static_cast<std::uint64_t>(since))
                                   : std::nullopt;
}

bool PitCounter::out(std::uint64_t now) {
    settle(now);
    const auto ticks = elapsed(now);
    if (!ticks) {
        // Before the first count OUT has the level that the control word gave it.
        return counting_ ? before_load_ : mode_ != 0;
    }
    switch (mode_) {
        case 0: return *ticks >= start_;
        case 1: return *ticks >= start_;
        case 2: return stopped_ || *ticks % start_ != start_ - 1;
        case 3: return stopped_ || *ticks % start_ < high_half();
        default: return *ticks != start_;
    }
}

std::optional<std::uint64_t> PitCounter::next_change(std::uint64_t now) {
    settle(now);
    if (!counting_ || stopped_) {
        return std::nullopt;
    }
    const auto ticks = elapsed(now);
    if (!ticks) {
        const auto loaded = static_cast<std::uint64_t>(loaded_at_);
        return out(loaded) != before_load_ ? std::optional(loaded) : next_change(loaded);
    }
    const std::uint64_t done = *ticks;
    const std::uint64_t in_period = done % start_;
    std::optional<std::uint64_t> at;
    if (mode_ == 2) {
        at = now + (in_period + 1 < start_ ? start_ - 1 - in_period : 1);
    } else if (mode_ == 3) {
        at = now + (in_period < high_half() ? high_half() - in_period : start_ - in_period);
    } else if (done < start_) {
        at = now + (start_ - done);
    } else if (done == start_ && mode_ >= 4) {
        at = now + 1;
    }
    return at;
}

std::uint16_t PitCounter::count(std::uint64_t now) {
    settle(now);
    const std::uint64_t done = elapsed(now).value_or(0);
    std::uint64_t value = 0;
    if (mode_ == 2) {
        value = start_ - done % start_;
    } else if (mode_ == 3) {
        // It counts by two, from an even number, in each half.
        const std::uint64_t in_period = done % start_;
        const std::uint64_t in_half = in_period < high_half() ? in_period : in_period - high_half();
        value = (start_ & ~1U) - 2 * in_half;
    } else {
        value = start_ + modulus() - done % modulus();
    }
    const auto shown = static_cast<std::uint32_t>(value % modulus());
    return bcd_ ? to_bcd(shown) : static_cast<std::uint16_t>(shown);
}

void PitCounter::latch_count(std::uint64_t now) {
    if (!latched_count_) {
        latched_count_ = count(now);
    }
}

bool PitCounter::null_count(std::uint64_t now) const {
    return next_ || first_byte_ || !elapsed(now);
}

void PitCounter::latch_status(std::uint64_t now) {
    if (latched_status_) {
        return;
    }
    const bool high = out(now);
    latched_status_ = static_cast<std::uint8_t>(
        (high ? 0x80U : 0U) | (null_count(now) ? 0x40U : 0U) | static_cast<unsigned>(access_) << 4 |
        mode_ << 1 | (bcd_ ? 1U : 0U));
}

std::uint8_t PitCounter::read(std::uint64_t now) {
    if (latched_status_) {
        const std::uint8_t status = *latched_status_;
        latched_status_.reset();
        return status;
    }
    const std::uint16_t value = latched_count_ ? *latched_count_ : count(now);
    const bool high = access_ == Access::high || (access_ == Access::both && reads_high_);
    if (access_ == Access::both) {
        reads_high_ = !reads_high_;
    }
    if (access_ != Access::both || high) {
        latched_count_.reset();
    }
    return static_cast<std::uint8_t>(high ? value >> 8 : value);
}

}  // namespace ringside::guest
