// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>

namespace ringside {
class Archive;
}

namespace ringside::guest {

/// One 8259A interrupt controller (Intel 8259A data sheet) in 8086 mode. Knows no other one: who
/// builds a pair connects them.
class Pic {
  public:
    /// What a controller that was asked without a request answers.
    static constexpr unsigned spurious_line = 7;

    /// The bytes that programs send to A0 = 0 (ICW1, OCW2, OCW3) and A0 = 1 (ICW2 to 4, OCW1).
    void write(unsigned a0, std::uint8_t value);
    /// A0 = 0: IRR or ISR as OCW3 chose, A0 = 1: IMR; either after a poll command: the poll word,
    /// which acknowledges.
    [[nodiscard]] std::uint8_t read(unsigned a0);

    /// An IR input. A request that falls before it is acknowledged is gone.
    void set_line(unsigned line, bool high);

    /// The request that the INT output stands for, or nothing while it is low.
    [[nodiscard]] std::optional<unsigned> request() const;
    /// INTA: puts the request in service and names its line; line 7 when there is none.
    unsigned acknowledge();

    [[nodiscard]] std::uint8_t vector_of(unsigned line) const {
        return static_cast<std::uint8_t>(base_ | line);
    }
    /// ICW3: of a master the lines that have slaves, of a slave its number.
    [[nodiscard]] std::uint8_t cascade() const { return cascade_; }
    [[nodiscard]] std::uint8_t mask() const { return imr_; }

    /// Lines that are level-sensitive one by one, as a PC's ports 4D0h and 4D1h have it.
    void set_level_lines(std::uint8_t lines);
    [[nodiscard]] std::uint8_t level_lines() const { return level_lines_; }

    /// Ready as a PC's firmware leaves it: vectors from `base`, every line masked.
    void start(std::uint8_t base, std::uint8_t cascade);
    void persist(Archive& archive);

  private:
    enum class Expects : std::uint8_t { nothing, icw2, icw3, icw4 };

    void initialize(std::uint8_t icw1);
    void initialization_word(std::uint8_t value);
    void end_of_interrupt(std::uint8_t ocw2);
    void status_word(std::uint8_t ocw3);
    [[nodiscard]] bool level_sensitive(unsigned line) const;
    [[nodiscard]] std::optional<unsigned> first_of(std::uint8_t lines) const;
    [[nodiscard]] unsigned rank(unsigned line) const { return (line - highest_) & 7; }

    std::uint8_t irr_ = 0;
    std::uint8_t isr_ = 0;
    std::uint8_t imr_ = 0xFF;
    std::uint8_t lines_ = 0;
    std::uint8_t level_lines_ = 0;
    std::uint8_t base_ = 0;
    std::uint8_t cascade_ = 0;
    unsigned highest_ = 0;  ///< the line of highest priority; rotation moves it
    Expects expects_ = Expects::nothing;
    bool single_ = false;
    bool wants_icw4_ = false;
    bool all_level_ = false;
    bool automatic_eoi_ = false;
    bool rotates_automatically_ = false;
    bool fully_nested_ = false;  ///< special fully nested mode
    bool special_mask_ = false;
    bool reads_isr_ = false;
    bool polled_ = false;
};

}  // namespace ringside::guest
