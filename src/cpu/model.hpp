// SPDX-License-Identifier: MIT
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

namespace ringside::cpu {

/// The processors that can be modelled, oldest first: a later one has every instruction of an
/// earlier one. `modern` is p6 plus SSE3, for vectors recorded on today's silicon.
enum class Model : std::uint8_t { i386, i486, pentium, p6, modern };

/// What CPUID answers, and what else sets the models apart.
struct ModelTraits {
    std::string_view name;
    std::uint32_t signature;   ///< CPUID.1:EAX; also DX at reset
    std::uint32_t features;    ///< CPUID.1:EDX
    std::uint32_t features_c;  ///< CPUID.1:ECX
    bool has_cpuid;
    std::uint32_t default_mhz;
    std::uint64_t ticks_per_clock;  ///< the counter's unit, see cpu/timing
};

/// Bits of CPUID.1:EDX.
namespace feature {
inline constexpr std::uint32_t fpu = 1U << 0;
inline constexpr std::uint32_t de = 1U << 2;
inline constexpr std::uint32_t pse = 1U << 3;
inline constexpr std::uint32_t tsc = 1U << 4;
inline constexpr std::uint32_t msr = 1U << 5;
inline constexpr std::uint32_t cx8 = 1U << 8;
inline constexpr std::uint32_t sep = 1U << 11;
inline constexpr std::uint32_t pge = 1U << 13;
inline constexpr std::uint32_t cmov = 1U << 15;
inline constexpr std::uint32_t mmx = 1U << 23;
inline constexpr std::uint32_t fxsr = 1U << 24;
inline constexpr std::uint32_t sse = 1U << 25;
inline constexpr std::uint32_t sse2 = 1U << 26;
}  // namespace feature

[[nodiscard]] const ModelTraits& traits(Model model);
/// Bits of EFLAGS that the model has; the others read as 0 (bit 1 as 1) whatever is loaded. AC
/// came with i486, and so did ID on the parts that have CPUID; none here has VIF and VIP.
[[nodiscard]] std::uint32_t known_eflags(Model model);
[[nodiscard]] std::optional<Model> model_named(std::string_view name);

}  // namespace ringside::cpu
