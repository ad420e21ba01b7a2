// SPDX-License-Identifier: MIT
#include "oracle/generate/sequence.hpp"

#include <algorithm>
#include <array>

#include "oracle/flow.hpp"
#include "oracle/generate/member.hpp"
#include "oracle/generate/operands.hpp"
#include "oracle/generate/situation.hpp"
#include "oracle/generate/values.hpp"
#include "oracle/layout.hpp"

namespace ringside::oracle {
namespace {

using vectors::Register;

/// An instruction of the sequence. A branch goes over, or back over, `span` others.
struct Item {
    std::vector<std::byte> bytes;
    int span = 0;
};

/// Away from the edges, within what 16-bit offsets reach.
void point_at_data(vectors::Registers& registers, Random& random) {
    const auto point = [&](Register r, Register segment) {
        registers[r] =
            layout::data + 0x400 + 16 * random.below(0x80) - base_of(registers.low(segment));
    };
    point(Register::ebx, Register::ds);
    point(Register::esi, Register::ds);
    point(Register::edi, Register::es);
    point(Register::ebp, Register::ss);
}

class Sequence {
  public:
    Sequence(const std::vector<Form>& forms, Random& random) : forms_(forms), random_(random) {}

    std::optional<Program> make() {
        Program program;
        program.before = choose_state(random_);
        code32_ = program.code32();
        choose_items();
        if (!make_sound(program)) {
            return std::nullopt;
        }
        return program;
    }

  private:
    void choose_items() {
        const std::uint32_t count =
            2 + (random_.percent(50) ? random_.below(8) : random_.below(49));
        while (items_.size() < count) {
            const std::uint32_t dice = random_.below(100);
            if (dice < 7) {
                add_branch();
            } else if (dice < 9) {
                add_loop();
            } else {
                add_members(1);
            }
        }
    }

    void add_members(std::uint32_t count) {
        for (std::uint32_t tries = 0; count != 0 && tries < 200; ++tries) {
            if (auto bytes = member(random_.one_of(forms_), code32_, random_)) {
                items_.push_back({std::move(*bytes), 0});
                --count;
            }
        }
    }

    /// Jcc, JMP or JECXZ over the next one to three.
    void add_branch() {
        const std::uint32_t over = 1 + random_.below(3);
        const std::uint32_t kind = random_.below(18);
        const unsigned opcode = kind < 16 ? 0x70 + kind : kind == 16 ? 0xEB : 0xE3;
        items_.push_back({{static_cast<std::byte>(opcode), std::byte{0}}, static_cast<int>(over)});
        add_members(over);
    }

    /// MOV ECX,n; some instructions; LOOP.
    void add_loop() {
        items_.push_back({set_counter(code32_, 1 + random_.below(4)), 0});
        const std::size_t from = items_.size();
        add_members(1 + random_.below(4));
        std::erase_if(items_, [&](const Item& item) {
            return &item >= items_.data() + from && writes_counter(item.bytes, code32_);
        });
        const auto over = static_cast<int>(items_.size() - from);
        items_.push_back({{std::byte{0xE2}, std::byte{0}}, -over});
    }

    /// Puts the bytes together; false when they are too many.
    bool lay_out(Program& program) {
        std::vector<std::uint32_t> offsets{0};
        for (const Item& item : items_) {
            offsets.push_back(offsets.back() + static_cast<std::uint32_t>(item.bytes.size()));
        }
        program.code.clear();
        for (std::size_t i = 0; i < items_.size(); ++i) {
            Item item = items_[i];
            if (item.span != 0) {
                const std::size_t target = static_cast<std::size_t>(
                    std::clamp(static_cast<int>(i) + (item.span > 0 ? 1 : 0) + item.span, 0,
                               static_cast<int>(items_.size())));
                const auto distance =
                    static_cast<int>(offsets[target]) - static_cast<int>(offsets[i + 1]);
                const bool near = distance >= -128 && distance <= 127;
                item.bytes.back() = static_cast<std::byte>(near ? distance : 0);
            }
            program.code.insert(program.code.end(), item.bytes.begin(), item.bytes.end());
        }
        offsets_ = std::move(offsets);
        const std::uint32_t after =
            random_.percent(15) ? layout::after_many_crossing : layout::after_many;
        program.start =
            layout::exit_address(after, code32_) - static_cast<std::uint32_t>(program.code.size());
        program.before.registers[Register::eip] =
            program.start - base_of(program.before.registers.low(Register::cs));
        return program.code.size() <= layout::most_bytes;
    }

    /// Puts a CMP, which sets every flag, in front of what reads an open one.
    bool make_sound(Program& program) {
        for (int tries = 0; tries < 60; ++tries) {
            if (!lay_out(program)) {
                return false;
            }
            const auto unsound = follow(program).unsound_at;
            if (!unsound) {
                return true;
            }
            const auto at = static_cast<std::size_t>(
                std::find(offsets_.begin(), offsets_.end(), *unsound) - offsets_.begin());
            if (at >= items_.size() || reads_fpu_status(at)) {
                return false;
            }
            // CMP EAX,EDX
            insert(at, {std::byte{0x39}, std::byte{0xD0}});
        }
        return false;
    }
    [[nodiscard]] bool reads_fpu_status(std::size_t at) const {
        cpu::Decoded decoded;
        return cpu::decode(items_[at].bytes, code32_, decoded) != cpu::DecodeResult::ok ||
               (flags_read(decoded) == 0 && items_[at].span >= 0);
    }
    void insert(std::size_t at, std::vector<std::byte> bytes) {
        for (std::size_t i = 0; i < items_.size(); ++i) {
            Item& item = items_[i];
            const auto position = static_cast<int>(i);
            const auto new_one = static_cast<int>(at);
            if (item.span > 0 && position < new_one && position + item.span >= new_one) {
                ++item.span;
            } else if (item.span < 0 && position >= new_one && position + item.span < new_one) {
                --item.span;
            }
        }
        items_.insert(items_.begin() + static_cast<std::ptrdiff_t>(at), Item{std::move(bytes), 0});
    }

    const std::vector<Form>& forms_;
    Random& random_;
    bool code32_ = true;
    std::vector<Item> items_;
    std::vector<std::uint32_t> offsets_;
};

}  // namespace

void set_up_sequence(Program& program, Random& random) {
    program.before = choose_state_like(program.before, random);
    point_at_data(program.before.registers, random);
    program.memory.clear();
    for (std::uint32_t i = 0; i < 24; ++i) {
        const std::uint32_t at = layout::data + 0x300 + 16 * random.below(0xC0);
        const auto bytes = interesting_vector(random);
        for (std::uint32_t k = 0; k < bytes.size(); ++k) {
            put(program, at + k, bytes.at(k), 1);
        }
    }
}

std::optional<Program> make_sequence(const std::vector<Form>& forms, Random& random) {
    return Sequence(forms, random).make();
}

}  // namespace ringside::oracle
