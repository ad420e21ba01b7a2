// SPDX-License-Identifier: MIT
#include "vectors/compare.hpp"

#include <bit>
#include <cmath>
#include <span>

#include <fmt/format.h>

#include "base/bits.hpp"
#include "cpu/vector.hpp"

namespace ringside::vectors {
namespace {

class Comparison {
  public:
    explicit Comparison(std::vector<Difference>& differences) : differences_(differences) {}

    void number(std::string_view field, std::uint32_t expected, std::uint32_t got,
                std::uint32_t mask = 0xFFFFFFFF) {
        if (const std::uint32_t bits = (expected ^ got) & mask; bits != 0) {
            differences_.push_back({std::string(field), fmt::format("{:08X}", expected),
                                    fmt::format("{:08X}", got), bits, got});
        }
    }
    void text(std::string_view field, std::string expected, std::string got) {
        if (expected != got) {
            differences_.push_back(
                {std::string(field), std::move(expected), std::move(got), 0xFFFFFFFF, 0});
        }
    }

  private:
    std::vector<Difference>& differences_;
};

std::string hex(std::span<const std::uint8_t> little_endian) {
    std::string digits;
    for (auto byte = little_endian.rbegin(); byte != little_endian.rend(); ++byte) {
        digits += fmt::format("{:02X}", *byte);
    }
    return digits;
}

/// RCPxS and RSQRTxS promise a relative error of 1.5 * 2^-12, so two parts may lie twice that from
/// each other (SDM vol. 2, RCPPS).
bool approximately_equal(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b) {
    for (std::size_t i = 0; i < a.size(); i += sizeof(float)) {
        const auto x = std::bit_cast<float>(
            load<std::uint32_t>(reinterpret_cast<const std::byte*>(a.data() + i)));
        const auto y = std::bit_cast<float>(
            load<std::uint32_t>(reinterpret_cast<const std::byte*>(b.data() + i)));
        const bool same = std::bit_cast<std::uint32_t>(x) == std::bit_cast<std::uint32_t>(y);
        if (!same && !(std::fabs(x - y) <= std::fabs(x) * 0x3p-12F)) {
            return false;
        }
    }
    return true;
}

void compare_fpu(Comparison& comparison, const TestVector& test, const FpuState& seen) {
    const FpuState& expected = test.fpu_after;
    comparison.number("fcw", expected.control, seen.control);
    comparison.number("fsw", expected.status, seen.status, test.fpu_status_mask);
    comparison.number("ftw", expected.tags, seen.tags);
    comparison.number("mxcsr", expected.mxcsr, seen.mxcsr);
    for (std::size_t i = 0; i < seen.st.size(); ++i) {
        comparison.text(fmt::format("st{}", i), hex(expected.st[i]), hex(seen.st[i]));
    }
    const bool approximate = (test.notes & note::approximate) != 0;
    for (std::size_t i = 0; i < seen.xmm.size(); ++i) {
        if (!approximate || !approximately_equal(expected.xmm[i], seen.xmm[i])) {
            comparison.text(fmt::format("xmm{}", i), hex(expected.xmm[i]), hex(seen.xmm[i]));
        }
    }
}

}  // namespace

Outcome expected_outcome(const TestVector& test) {
    if (test.outcome) {
        return *test.outcome;
    }
    Outcome outcome;
    if (test.pushed_flags) {
        outcome.event = true;
        outcome.vector = test.pushed_flags->vector;
    }
    return outcome;
}

std::string outcome_name(const Outcome& outcome) {
    if (!outcome.event) {
        return "completed";
    }
    const auto name = cpu::mnemonic(static_cast<cpu::Vector>(outcome.vector));
    return name.empty() ? fmt::format("interrupt {:02X}h", outcome.vector) : std::string(name);
}

std::vector<Difference> compare(const TestVector& test, const Observation& seen,
                                const std::vector<MemoryDifference>& memory) {
    std::vector<Difference> differences;
    Comparison comparison(differences);
    comparison.text("trouble", "", seen.trouble);
    const Outcome expected = expected_outcome(test);
    comparison.text("outcome", outcome_name(expected), outcome_name(seen.outcome));
    if (test.outcome) {
        comparison.text("has_error_code", expected.has_error_code ? "yes" : "no",
                        seen.outcome.has_error_code ? "yes" : "no");
        comparison.number("error_code", expected.error_code, seen.outcome.error_code,
                          test.error_code_mask);
        comparison.number("cr2", expected.page_fault_address, seen.outcome.page_fault_address);
    }
    for (std::size_t i = static_cast<std::size_t>(Register::eax);
         i <= static_cast<std::size_t>(Register::eflags); ++i) {
        const auto r = static_cast<Register>(i);
        comparison.number(register_names[i], test.after[r], seen.registers[r], test.mask[r]);
    }
    if (seen.fpu) {
        compare_fpu(comparison, test, *seen.fpu);
    }
    for (const MemoryDifference& byte : memory) {
        differences.push_back({"memory",
                               fmt::format("[{:08X}] {:02X}", byte.address, byte.expected),
                               fmt::format("{:02X}", byte.got),
                               static_cast<std::uint32_t>(byte.expected ^ byte.got), byte.got});
    }
    return differences;
}

}  // namespace ringside::vectors
