// SPDX-License-Identifier: MIT
#include "cpu/fpu/environment.hpp"

#include <cstring>

#include "base/bits.hpp"
#include "base/ensure.hpp"

namespace ringside::cpu::fpu {
namespace {

enum class Tag : std::uint8_t { valid, zero, special, empty };

Tag tag_of(Float80 value) {
    switch (value.kind()) {
        case Kind::normal: return Tag::valid;
        case Kind::zero: return Tag::zero;
        case Kind::denormal:
        case Kind::infinity:
        case Kind::quiet_nan:
        case Kind::signalling_nan:
        case Kind::unsupported: break;
    }
    return Tag::special;
}

std::uint8_t occupied_in(std::uint16_t tag_word) {
    unsigned occupied = 0;
    for (unsigned i = 0; i < 8; ++i) {
        const bool empty = ((unsigned{tag_word} >> (2 * i)) & 3U) == 3;
        occupied |= (empty ? 0U : 1U) << i;
    }
    return static_cast<std::uint8_t>(occupied);
}

/// The environment as seven words; the formats differ in how words lie and in the pointers.
class Fields {
  public:
    Fields(ImageFormat format, std::byte* at) : format_(format), at_(at) {}

    [[nodiscard]] std::uint32_t get(unsigned index) const {
        return format_.wide ? load<std::uint32_t>(at_ + index * 4)
                            : load<std::uint16_t>(at_ + index * 2);
    }
    void set(unsigned index, std::uint32_t value) {
        if (format_.wide) {
            store(at_ + index * 4, value);
        } else {
            store(at_ + index * 2, static_cast<std::uint16_t>(value));
        }
    }

  private:
    ImageFormat format_;
    std::byte* at_;
};

constexpr std::uint32_t reserved_ones = 0xFFFF0000;

std::uint32_t linear(std::uint32_t offset, std::uint16_t selector) {
    return offset + (std::uint32_t{selector} << 4);
}

void store_pointers(const Pointers& p, ImageFormat format, Fields& fields) {
    if (format.protected_mode) {
        fields.set(3, p.instruction_offset);
        fields.set(4, format.wide ? p.instruction_selector | (std::uint32_t{p.opcode} << 16)
                                  : p.instruction_selector);
        fields.set(5, p.data_offset);
        fields.set(6, format.wide ? p.data_selector | reserved_ones : p.data_selector);
        return;
    }
    const std::uint32_t instruction = linear(p.instruction_offset, p.instruction_selector);
    const std::uint32_t data = linear(p.data_offset, p.data_selector);
    fields.set(3, instruction & 0xFFFFU);
    fields.set(5, data & 0xFFFFU);
    // The upper bits of the addresses end at bit 27 in the wide form and at 15 in the other.
    fields.set(4, (instruction >> 16 << 12) | p.opcode);
    fields.set(6, data >> 16 << 12);
}

void load_pointers(Pointers& p, ImageFormat format, const Fields& fields) {
    constexpr std::uint16_t opcode_bits = 0x7FF;
    p.instruction_offset = fields.get(3);
    p.data_offset = fields.get(5);
    if (format.protected_mode) {
        p.instruction_selector = static_cast<std::uint16_t>(fields.get(4));
        p.data_selector = static_cast<std::uint16_t>(fields.get(6));
        p.opcode = format.wide ? static_cast<std::uint16_t>((fields.get(4) >> 16) & opcode_bits)
                               : std::uint16_t{0};
        return;
    }
    const auto upper = [](std::uint32_t field) { return (field >> 12 & 0xFFFFU) << 16; };
    p.instruction_offset = (p.instruction_offset & 0xFFFFU) | upper(fields.get(4));
    p.data_offset = (p.data_offset & 0xFFFFU) | upper(fields.get(6));
    p.instruction_selector = 0;
    p.data_selector = 0;
    p.opcode = static_cast<std::uint16_t>(fields.get(4) & opcode_bits);
}

void load_words(State& state, std::uint16_t control, std::uint16_t status) {
    state.control = Control::loaded(control);
    state.set_status_word(status);
    state.summarize();
}

}  // namespace

std::uint16_t full_tag_word(const State& state) {
    unsigned word = 0;
    for (unsigned i = 0; i < 8; ++i) {
        const bool occupied = ((state.occupied >> i) & 1U) != 0;
        const Tag tag = occupied ? tag_of(state.physical[i]) : Tag::empty;
        word |= static_cast<unsigned>(tag) << (2 * i);
    }
    return static_cast<std::uint16_t>(word);
}

void store_environment(const State& state, ImageFormat format, std::span<std::byte> to) {
    ensure(to.size() >= format.environment_size(), "room for an x87 environment");
    Fields fields(format, to.data());
    fields.set(0, reserved_ones | state.control.value);
    fields.set(1, reserved_ones | state.status_word());
    fields.set(2, reserved_ones | full_tag_word(state));
    store_pointers(state.pointers, format, fields);
}

void load_environment(State& state, ImageFormat format, std::span<const std::byte> from) {
    ensure(from.size() >= format.environment_size(), "a whole x87 environment");
    std::byte copy[28];
    std::memcpy(copy, from.data(), format.environment_size());
    const Fields fields(format, copy);
    load_words(state, static_cast<std::uint16_t>(fields.get(0)),
               static_cast<std::uint16_t>(fields.get(1)));
    state.occupied = occupied_in(static_cast<std::uint16_t>(fields.get(2)));
    load_pointers(state.pointers, format, fields);
}

void store_save_area(const State& state, ImageFormat format, std::span<std::byte> to) {
    ensure(to.size() >= format.save_size(), "room for an x87 save area");
    store_environment(state, format, to);
    std::byte* at = to.data() + format.environment_size();
    for (unsigned i = 0; i < 8; ++i, at += 10) {
        store(at, state.st(i).significand);
        store(at + 8, state.st(i).sign_exponent);
    }
}

void load_save_area(State& state, ImageFormat format, std::span<const std::byte> from) {
    ensure(from.size() >= format.save_size(), "a whole x87 save area");
    load_environment(state, format, from);
    const std::byte* at = from.data() + format.environment_size();
    for (unsigned i = 0; i < 8; ++i, at += 10) {
        state.st(i) = {load<std::uint64_t>(at), load<std::uint16_t>(at + 8)};
    }
}

void store_extended(const State& state, std::span<std::byte> to) {
    ensure(to.size() >= extended_save_size, "room for an FXSAVE image");
    std::byte* const at = to.data();
    store(at, state.control.value);
    store(at + 2, state.status_word());
    store(at + 4, static_cast<std::uint16_t>(state.occupied));
    store(at + 6, state.pointers.opcode);
    store(at + 8, state.pointers.instruction_offset);
    store(at + 12, static_cast<std::uint32_t>(state.pointers.instruction_selector));
    store(at + 16, state.pointers.data_offset);
    store(at + 20, static_cast<std::uint32_t>(state.pointers.data_selector));
    for (unsigned i = 0; i < 8; ++i) {
        std::memset(at + 32 + i * 16, 0, 16);
        store(at + 32 + i * 16, state.st(i).significand);
        store(at + 40 + i * 16, state.st(i).sign_exponent);
    }
}

void load_extended(State& state, std::span<const std::byte> from) {
    ensure(from.size() >= extended_save_size, "a whole FXSAVE image");
    const std::byte* const at = from.data();
    load_words(state, load<std::uint16_t>(at), load<std::uint16_t>(at + 2));
    state.occupied = load<std::uint8_t>(at + 4);
    state.pointers.opcode = static_cast<std::uint16_t>(load<std::uint16_t>(at + 6) & 0x7FFU);
    state.pointers.instruction_offset = load<std::uint32_t>(at + 8);
    state.pointers.instruction_selector = load<std::uint16_t>(at + 12);
    state.pointers.data_offset = load<std::uint32_t>(at + 16);
    state.pointers.data_selector = load<std::uint16_t>(at + 20);
    for (unsigned i = 0; i < 8; ++i) {
        state.st(i) = {load<std::uint64_t>(at + 32 + i * 16),
                       load<std::uint16_t>(at + 40 + i * 16)};
    }
}

}  // namespace ringside::cpu::fpu
