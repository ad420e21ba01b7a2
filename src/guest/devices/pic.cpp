// SPDX-License-Identifier: MIT
#include "guest/devices/pic.hpp"

namespace ringside::guest {
namespace {

constexpr std::uint8_t bit_of(unsigned line) {
    return static_cast<std::uint8_t>(1U << line);
}

constexpr void change(std::uint8_t& bits, std::uint8_t which, bool set) {
    bits = static_cast<std::uint8_t>(set ? bits | which : bits & ~which);
}

}  // namespace

void Pic::write(unsigned a0, std::uint8_t value) {
    if (a0 == 0) {
        if ((value & 0x10) != 0) {
            initialize(value);
        } else if ((value & 0x08) != 0) {
            status_word(value);
        } else {
            end_of_interrupt(value);
        }
    } else if (expects_ != Expects::nothing) {
        initialization_word(value);
    } else {
        imr_ = value;
    }
}

std::uint8_t Pic::read(unsigned a0) {
    if (polled_) {
        polled_ = false;
        const bool any = request().has_value();
        return static_cast<std::uint8_t>(acknowledge() | (any ? 0x80U : 0U));
    }
    return a0 != 0 ? imr_ : reads_isr_ ? isr_ : irr_;
}

// ICW1 resets the edge sense circuit: a line must fall and rise again to request.
void Pic::initialize(std::uint8_t icw1) {
    irr_ = 0;
    isr_ = 0;
    imr_ = 0;
    highest_ = 0;
    special_mask_ = false;
    reads_isr_ = false;
    polled_ = false;
    fully_nested_ = false;
    automatic_eoi_ = false;
    rotates_automatically_ = false;
    cascade_ = 7;
    wants_icw4_ = (icw1 & 0x01) != 0;
    single_ = (icw1 & 0x02) != 0;
    all_level_ = (icw1 & 0x08) != 0;
    expects_ = Expects::icw2;
    for (unsigned line = 0; line < 8; ++line) {
        if (level_sensitive(line)) {
            change(irr_, bit_of(line), (lines_ & bit_of(line)) != 0);
        }
    }
}

void Pic::initialization_word(std::uint8_t value) {
    const Expects behind_icw3 = wants_icw4_ ? Expects::icw4 : Expects::nothing;
    switch (expects_) {
        case Expects::icw2:
            base_ = value & 0xF8;
            expects_ = single_ ? behind_icw3 : Expects::icw3;
            break;
        case Expects::icw3:
            cascade_ = value;
            expects_ = behind_icw3;
            break;
        case Expects::icw4:
            automatic_eoi_ = (value & 0x02) != 0;
            fully_nested_ = (value & 0x10) != 0;
            expects_ = Expects::nothing;
            break;
        case Expects::nothing: break;
    }
}

// OCW2: bits 7 to 5 are R, SL and EOI, bits 2 to 0 the line that SL speaks of.
void Pic::end_of_interrupt(std::uint8_t ocw2) {
    const bool rotate = (ocw2 & 0x80) != 0;
    const bool specific = (ocw2 & 0x40) != 0;
    const bool ends = (ocw2 & 0x20) != 0;
    if (!ends) {
        if (specific && rotate) {
            highest_ = (ocw2 + 1U) & 7;
        } else if (!specific) {
            rotates_automatically_ = rotate;
        }
        return;
    }
    // In special mask mode a non-specific EOI passes masked levels by.
    const auto in_service = static_cast<std::uint8_t>(special_mask_ ? isr_ & ~imr_ : isr_);
    const std::optional<unsigned> line =
        specific ? std::optional<unsigned>(ocw2 & 7) : first_of(in_service);
    if (!line) {
        return;
    }
    change(isr_, bit_of(*line), false);
    if (rotate) {
        highest_ = (*line + 1) & 7;
    }
}

void Pic::status_word(std::uint8_t ocw3) {
    if ((ocw3 & 0x40) != 0) {
        special_mask_ = (ocw3 & 0x20) != 0;
    }
    if ((ocw3 & 0x02) != 0) {
        reads_isr_ = (ocw3 & 0x01) != 0;
    }
    polled_ = (ocw3 & 0x04) != 0;
}

void Pic::set_line(unsigned line, bool high) {
    const bool was_high = (lines_ & bit_of(line)) != 0;
    change(lines_, bit_of(line), high);
    if (high != was_high) {
        change(irr_, bit_of(line), high);
    }
}

std::optional<unsigned> Pic::request() const {
    const std::optional<unsigned> first = first_of(irr_ & static_cast<std::uint8_t>(~imr_));
    if (!first || expects_ != Expects::nothing) {
        return std::nullopt;
    }
    std::uint8_t blocking = isr_;
    if (special_mask_) {
        // Only the levels that are not masked hold back others.
        change(blocking, imr_, false);
    }
    if (fully_nested_) {
        // A slave in service may bring a request of higher priority on the same line.
        change(blocking, cascade_ & bit_of(*first), false);
    }
    const std::optional<unsigned> served = first_of(blocking);
    return served && rank(*served) <= rank(*first) ? std::nullopt : first;
}

unsigned Pic::acknowledge() {
    const std::optional<unsigned> line = request();
    if (!line) {
        return spurious_line;
    }
    if (!level_sensitive(*line)) {
        change(irr_, bit_of(*line), false);
    }
    if (!automatic_eoi_) {
        change(isr_, bit_of(*line), true);
    } else if (rotates_automatically_) {
        highest_ = (*line + 1) & 7;
    }
    return *line;
}

void Pic::set_level_lines(std::uint8_t lines) {
    level_lines_ = lines;
}

void Pic::start(std::uint8_t base, std::uint8_t cascade) {
    initialize(0x11);
    initialization_word(base);
    initialization_word(cascade);
    initialization_word(0x01);
    imr_ = 0xFF;
}

bool Pic::level_sensitive(unsigned line) const {
    return all_level_ || (level_lines_ & bit_of(line)) != 0;
}

/// The line of highest priority among `lines`.
std::optional<unsigned> Pic::first_of(std::uint8_t lines) const {
    for (unsigned i = 0; i < 8; ++i) {
        const unsigned line = (highest_ + i) & 7;
        if ((lines & bit_of(line)) != 0) {
            return line;
        }
    }
    return std::nullopt;
}

}  // namespace ringside::guest
