// SPDX-License-Identifier: MIT
#include "vectors/machine.hpp"

#include "vectors/real_mode_machine.hpp"
#include "vectors/ring3_machine.hpp"

namespace ringside::vectors {

namespace {

std::unique_ptr<VectorMachine> machine_of_mode(const Container& container, cpu::Model model) {
    if (container.environment) {
        return std::make_unique<Ring3Machine>(container, model);
    }
    return std::make_unique<RealModeMachine>(container, model);
}

}  // namespace

std::unique_ptr<VectorMachine> make_machine(const Container& container, cpu::Model model,
                                            cpu::FloatArithmetic arithmetic) {
    auto machine = machine_of_mode(container, model);
    cpu::set_float_arithmetic(machine->cpu(), arithmetic);
    return machine;
}

}  // namespace ringside::vectors
