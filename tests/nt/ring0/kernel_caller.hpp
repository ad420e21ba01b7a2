// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "support/nt_machine.hpp"

namespace ringside::test {

/// A machine whose service 0 calls whatever the test names, in ring 0, with the test's arguments.
class KernelCaller : public TestNtMachine {
  public:
    explicit KernelCaller(std::string_view start = "call_kernel");

    /// EAX of a kernel function: stdcall, `arguments` in the order of its prototype.
    std::uint32_t call(LinearAddress function, const std::vector<std::uint32_t>& arguments = {});
    std::uint32_t call(std::string_view function,
                       const std::vector<std::uint32_t>& arguments = {}) {
        return call(at(function), arguments);
    }
    /// The same up to its first instruction.
    void begin(LinearAddress function, const std::vector<std::uint32_t>& arguments = {});

    /// Lets ring 3 go on at another of its labels, and runs there.
    void jump(std::string_view place);
};

}  // namespace ringside::test
