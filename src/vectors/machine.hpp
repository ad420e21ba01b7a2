// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cpu/cpu.hpp"
#include "cpu/float_arithmetic.hpp"
#include "vectors/container.hpp"
#include "vectors/vector.hpp"

namespace ringside::vectors {

/// What a run of one vector left. Of an event the registers are those of the interrupted program.
struct Observation {
    Registers registers;
    Outcome outcome;
    std::string trouble;  ///< the run did not end as any instruction does
    std::optional<FpuState> fpu;
};

struct MemoryDifference {
    std::uint32_t address = 0;
    std::uint8_t expected = 0;
    std::uint8_t got = 0;
};

/// A computer on which the vectors of one file are run, one after the other. No vector sees what
/// another one did.
class VectorMachine {
  public:
    virtual ~VectorMachine() = default;

    /// Takes the state before, runs the instruction, and tells what it did. `differences` gets the
    /// bytes that are not as the vector says, and only those. Throws InputError (2) for a vector
    /// that the machine cannot take.
    virtual Observation run(const TestVector& test, std::vector<MemoryDifference>& differences) = 0;
    [[nodiscard]] virtual cpu::Cpu& cpu() = 0;
    /// Why a vector is not run: its state is none that the machine has. Empty for all others.
    [[nodiscard]] virtual std::string_view cannot_take(const TestVector&) const { return {}; }
};

/// The machine of a file. The container must outlive it.
[[nodiscard]] std::unique_ptr<VectorMachine> make_machine(const Container& container,
                                                          cpu::Model model,
                                                          cpu::FloatArithmetic arithmetic);

}  // namespace ringside::vectors
