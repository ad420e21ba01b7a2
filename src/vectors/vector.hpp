// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringside::vectors {

/// Registers in the order of the container's RG32 chunk.
enum class Register : std::uint8_t {
    cr0,
    cr3,
    eax,
    ebx,
    ecx,
    edx,
    esi,
    edi,
    ebp,
    esp,
    cs,
    ds,
    es,
    fs,
    gs,
    ss,
    eip,
    eflags,
    dr6,
    dr7,
};
inline constexpr std::size_t register_count = 20;
inline constexpr std::array<std::string_view, register_count> register_names{
    "cr0", "cr3", "eax", "ebx", "ecx", "edx", "esi", "edi",    "ebp", "esp",
    "cs",  "ds",  "es",  "fs",  "gs",  "ss",  "eip", "eflags", "dr6", "dr7"};

/// One value, or one mask, for each register.
class Registers {
  public:
    std::uint32_t& operator[](Register r) { return values_[static_cast<std::size_t>(r)]; }
    std::uint32_t operator[](Register r) const { return values_[static_cast<std::size_t>(r)]; }
    [[nodiscard]] std::uint16_t low(Register r) const {
        return static_cast<std::uint16_t>((*this)[r]);
    }
    void fill(std::uint32_t value) { values_.fill(value); }

  private:
    std::array<std::uint32_t, register_count> values_{};
};

struct MemoryByte {
    std::uint32_t address = 0;
    std::uint8_t value = 0;
};

/// How an instruction ends: it completes, or an exception or interrupt is delivered.
struct Outcome {
    bool event = false;
    std::uint8_t vector = 0;
    bool has_error_code = false;
    std::uint32_t error_code = 0;
    std::uint32_t page_fault_address = 0;  ///< CR2, for #PF only
};

/// What OUTC's notes say of a vector.
namespace note {
inline constexpr std::uint32_t vendor = 1;       ///< makers differ; the masks cover it
inline constexpr std::uint32_t tail = 2;         ///< the event came from the fetch at the target
inline constexpr std::uint32_t approximate = 4;  ///< only a relative error is guaranteed
}  // namespace note

/// The real-mode suites' EXCP chunk.
struct PushedFlags {
    std::uint8_t vector = 0;
    std::uint32_t address = 0;  ///< of the FLAGS word on the stack
};

/// x87 and SSE state, in the layout that FXSAVE gives the same values.
struct FpuState {
    std::uint16_t control = 0x37F;
    std::uint16_t status = 0;
    std::uint8_t tags = 0;  ///< one bit a physical register, 1 = not empty
    std::uint32_t mxcsr = 0x1F80;
    std::array<std::array<std::uint8_t, 10>, 8> st{};  ///< relative to TOP
    std::array<std::array<std::uint8_t, 16>, 8> xmm{};
};

using Hash = std::array<std::uint8_t, 20>;

/// One instruction with the state before it and the state that silicon left.
struct TestVector {
    std::uint32_t index = 0;
    std::string name;              ///< disassembly, by whoever made the file
    std::vector<std::byte> bytes;  ///< of the instruction, its HLT perhaps included
    Registers before;
    Registers after;  ///< of an event: the interrupted context
    Registers mask;   ///< 1 bits are compared
    std::vector<MemoryByte> memory_before;
    std::vector<MemoryByte> memory_after;      ///< what changed
    std::vector<MemoryByte> memory_undefined;  ///< 1 bits are not compared
    std::optional<Outcome> outcome;            ///< OUTC, in protected-mode files
    std::uint32_t error_code_mask = 0xFFFFFFFF;
    std::uint32_t notes = 0;
    std::optional<PushedFlags> pushed_flags;
    std::optional<FpuState> fpu_before;
    FpuState fpu_after;
    std::uint16_t fpu_status_mask = 0xFFFF;
    std::optional<Hash> hash;
};

/// Segment overrides, 66, 67, LOCK and REP.
[[nodiscard]] bool is_prefix(unsigned byte);

/// "add" of "lock add [eax], cl": the first word that is no prefix.
[[nodiscard]] std::string_view mnemonic_of(std::string_view name);

}  // namespace ringside::vectors
