// SPDX-License-Identifier: MIT
#include "vectors/machine.hpp"

#include "vectors/real_mode_machine.hpp"
#include "vectors/ring3_machine.hpp"

namespace ringside::vectors {

std::unique_ptr<VectorMachine> make_machine(const Container& container, cpu::Model model) {
    if (container.environment) {
        return std::make_unique<Ring3Machine>(container, model);
    }
    return std::make_unique<RealModeMachine>(container, model);
}

std::string_view missing_mode(const Container& container, cpu::Model model) {
    return container.environment ? std::string_view{} : missing_for_real_mode(model);
}

}  // namespace ringside::vectors
