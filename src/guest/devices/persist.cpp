// SPDX-License-Identifier: MIT
#include "base/archive.hpp"
#include "guest/devices/debug_ports.hpp"
#include "guest/devices/keyboard_controller.hpp"
#include "guest/devices/pc_board.hpp"
#include "guest/devices/pic_pair.hpp"
#include "guest/devices/pit.hpp"

namespace ringside::guest {

void DebugPorts::persist(Archive& archive) {
    persist_all(archive, last_post_, line_);
    archive.below(said_, sizeof "Shutdown");
}

void KeyboardController::persist(Archive& archive) {
    persist_all(archive, answer_, last_answer_, pending_, command_byte_);
}

void Pic::persist(Archive& archive) {
    persist_all(archive, irr_, isr_, imr_, lines_, level_lines_, base_, cascade_);
    archive.below(highest_, 8);
    archive.below(expects_, 4);
    persist_all(archive, single_, wants_icw4_, all_level_, automatic_eoi_, rotates_automatically_,
                fully_nested_, special_mask_, reads_isr_, polled_);
}

void PicPair::persist(Archive& archive) {
    persist_all(archive, master_, slave_);
}

void PitCounter::persist(Archive& archive) {
    archive.below(mode_, 6);
    archive.below(access_, 4);
    persist_all(archive, bcd_, gate_, counting_, start_, loaded_at_, before_load_, stopped_, next_,
                next_at_, first_byte_, latched_count_, latched_status_, reads_high_);
    archive.require(
        start_ >= 1 && start_ <= 65'536 && (!next_ || (*next_ >= 1 && *next_ <= 65'536)),
        "a timer counts from where none can");
}

void Pit::persist(Archive& archive) {
    persist_all(archive, counters_, now_, speaker_);
}

void PcBoard::persist(Archive& archive) {
    archive.mark("Board");
    persist_all(archive, pics_, pit_, keyboard_);
    scheduled_.resize(archive.length(scheduled_.size()));
    for (auto& [tick, line] : scheduled_) {
        archive.number(tick);
        archive.below(line, PicPair::lines);
    }
    persist_all(archive, offered_, more_behind_, looked_at_, asleep_);
}

}  // namespace ringside::guest
