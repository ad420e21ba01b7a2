// SPDX-License-Identifier: MIT
#include "oracle/generate/generator.hpp"

#include <fmt/format.h>

#include "base/ensure.hpp"
#include "oracle/generate/raw.hpp"
#include "oracle/generate/sequence.hpp"
#include "oracle/generate/situation.hpp"

namespace ringside::oracle {
namespace {

/// Programs in a row that are the same sequence in other states.
constexpr std::uint64_t family_size = 8;
constexpr std::uint32_t sequence_percent = 20;
/// Of the rest.
constexpr std::uint32_t raw_percent = 5;

}  // namespace

Generator::Generator(std::uint64_t seed, std::string_view only) : seed_(seed), forms_(all_forms()) {
    if (!only.empty()) {
        std::erase_if(forms_, [only](const Form& form) {
            return only != ZydisMnemonicGetString(form.mnemonic);
        });
    }
    if (forms_.empty()) {
        throw InputError(2, fmt::format("no form of '{}' can be run here", only));
    }
}

std::optional<Trial> Generator::make(std::uint64_t number) {
    Random random = dice_of(number);
    const std::uint64_t family = number / family_size;
    const bool is_sequence = dice_of(~family).percent(sequence_percent);
    std::optional<Trial> trial = is_sequence                   ? many(family, random)
                                 : random.percent(raw_percent) ? raw(random)
                                                               : one(random);
    if (!trial || !stays_outside_the_kernel(trial->program)) {
        return std::nullopt;
    }
    trial->blocks = random.percent(50) ? Duel::Blocks::whole : Duel::Blocks::single;
    return trial;
}

/// Two draws apart, so that neighbours share nothing.
Random Generator::dice_of(std::uint64_t number) const {
    return Random(Random(seed_).u64() + Random(~number).u64());
}

std::optional<Trial> Generator::one(Random& random) const {
    const Form& form = random.one_of(forms_);
    const State state = choose_state(random);
    auto encoded = encode(form, is_32bit(state.registers.low(vectors::Register::cs)), random);
    if (!encoded) {
        return std::nullopt;
    }
    return Trial{one_instruction(*encoded, state, random), Duel::Blocks::whole,
                 ZydisMnemonicGetString(form.mnemonic)};
}

std::optional<Trial> Generator::raw(Random& random) const {
    const State state = choose_state(random);
    auto raw = raw_bytes(forms_, is_32bit(state.registers.low(vectors::Register::cs)), random);
    if (!raw) {
        return std::nullopt;
    }
    Trial trial{{}, Duel::Blocks::whole, "(damaged)"};
    if (raw->decoded) {
        Encoded encoded{std::move(raw->bytes), *raw->decoded};
        trial.program = one_instruction(encoded, state, random);
    } else {
        trial.program = no_instruction(std::move(raw->bytes), state);
    }
    return trial;
}

std::optional<Trial> Generator::many(std::uint64_t family, Random& random) {
    if (sequence_family_ != family) {
        Random of_family(dice_of(~family).u64());
        sequence_ = make_sequence(forms_, of_family);
        sequence_family_ = family;
    }
    if (!sequence_) {
        return std::nullopt;
    }
    Trial trial{*sequence_, Duel::Blocks::whole, "(sequence)"};
    set_up_sequence(trial.program, random);
    return trial;
}

}  // namespace ringside::oracle
