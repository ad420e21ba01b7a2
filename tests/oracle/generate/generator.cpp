// SPDX-License-Identifier: MIT
#include "oracle/generate/generator.hpp"

#include <fmt/format.h>

#include "base/ensure.hpp"
#include "oracle/generate/situation.hpp"

namespace ringside::oracle {

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

std::optional<Trial> Generator::make(std::uint64_t number) const {
    // Two draws apart, so that neighbours share nothing.
    Random random(Random(seed_).u64() + Random(~number).u64());
    const Form& form = random.one_of(forms_);
    const State state = choose_state(random);
    const bool code32 = is_32bit(state.registers.low(vectors::Register::cs));
    auto encoded = encode(form, code32, random);
    if (!encoded) {
        return std::nullopt;
    }
    Trial trial;
    trial.program = one_instruction(*encoded, state, random);
    trial.blocks = random.percent(50) ? Duel::Blocks::whole : Duel::Blocks::single;
    trial.name = ZydisMnemonicGetString(form.mnemonic);
    if (!stays_outside_the_kernel(trial.program)) {
        return std::nullopt;
    }
    return trial;
}

}  // namespace ringside::oracle
