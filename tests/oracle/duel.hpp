// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "oracle/emulated_cpu.hpp"
#include "oracle/native/native_cpu.hpp"
#include "oracle/program.hpp"
#include "oracle/undefined.hpp"
#include "vectors/compare.hpp"
#include "vectors/container.hpp"

namespace ringside::oracle {

/// What both processors made of a program.
struct Verdict {
    enum class Kind : std::uint8_t {
        same,
        same_but_undefined,  ///< all that the manual defines
        different,
        discarded,  ///< it did not end, or left what can be compared
    };
    Kind kind = Kind::same;
    bool event = false;  ///< as the real processor ended it
    std::uint8_t vector = 0;
    /// Of a difference: the real processor's word, and where Ringside's is another one.
    vectors::TestVector recorded;
    vectors::Observation seen;
    std::vector<vectors::Difference> differences;
};

/// Runs programs on both processors from equal states and compares what they leave.
class Duel {
  public:
    Duel();

    /// `block_limit`: Ringside decodes one instruction at a time, or as many as it likes.
    enum class Blocks : std::uint8_t { single, whole };
    [[nodiscard]] Verdict run(const Program& program, Blocks blocks);

    /// The machine as a vector file without tests.
    [[nodiscard]] const vectors::Container& container() const { return container_; }

  private:
    /// The code that stands on a processor.
    struct Placed {
        std::uint32_t start = layout::code;
        std::vector<std::byte> code;
    };
    void attempt(const Program& program, EmulatedCpu& emulated, Placed& placed, Verdict& verdict);
    void place(const Program& program, EmulatedCpu& emulated, Placed& placed);
    template <typename Write>
    void place_code(const Program& program, Placed& placed, const Write& write);
    void restore(EmulatedCpu& emulated);
    void judge(const Program& program, EmulatedCpu& emulated, Verdict& verdict);
    [[nodiscard]] Undefined undefined_results(const Program& program) const;
    [[nodiscard]] bool same_but(const Undefined& undefined) const;
    void record(const Program& program, const Undefined& undefined, Verdict& verdict);
    [[nodiscard]] const std::vector<std::byte>& base_of_stretch(
        const layout::Stretch& stretch) const;
    void find_memory_differences(EmulatedCpu& emulated, const Undefined& undefined,
                                 std::vector<vectors::MemoryDifference>& differences);
    [[nodiscard]] bool memory_is_same(EmulatedCpu& emulated);

    vectors::Container container_;
    NativeCpu native_;
    EmulatedCpu whole_{64};
    EmulatedCpu single_{1};
    Placed native_placed_;
    Placed whole_placed_;
    Placed single_placed_;
    bool same_memory_ = false;
    Result native_result_;
    Result emulated_result_;
};

}  // namespace ringside::oracle
