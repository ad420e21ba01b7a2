// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

namespace ringside::nt {

/// What every entry into ring 0 leaves on the thread's kernel stack. The layout is one and the same
/// in 2000, XP and 2003; a test holds it against the profile's rows. A frame of a kernel-mode
/// caller ends at HardwareEsp, one without EFLAGS.VM at V86Es.
struct KTRAP_FRAME {
    std::uint32_t DbgEbp{}, DbgEip{}, DbgArgMark{}, DbgArgPointer{};
    std::uint32_t TempSegCs{}, TempEsp{};
    std::uint32_t Dr0{}, Dr1{}, Dr2{}, Dr3{}, Dr6{}, Dr7{};
    std::uint32_t SegGs{}, SegEs{}, SegDs{};
    std::uint32_t Edx{}, Ecx{}, Eax{};
    std::uint32_t PreviousPreviousMode{};
    std::uint32_t ExceptionList{};
    std::uint32_t SegFs{};
    std::uint32_t Edi{}, Esi{}, Ebx{}, Ebp{};
    std::uint32_t ErrCode{};
    std::uint32_t Eip{}, SegCs{}, EFlags{};
    std::uint32_t HardwareEsp{}, HardwareSegSs{};
    std::uint32_t V86Es{}, V86Ds{}, V86Fs{}, V86Gs{};

    static constexpr std::uint32_t kernel_size = 0x74;  ///< From ring 0: no SS and ESP pushed.
    static constexpr std::uint32_t user_size = 0x7C;
    static constexpr std::uint32_t v86_size = 0x8C;

    [[nodiscard]] constexpr bool is_v86() const { return (EFlags & 0x20000) != 0; }
    /// Bit 0 of SegCs is the classical test for user mode; 1B has it and 08 has not.
    [[nodiscard]] constexpr bool is_user() const { return is_v86() || (SegCs & 1) != 0; }
    [[nodiscard]] constexpr std::uint32_t length() const {
        return is_v86() ? v86_size : is_user() ? user_size : kernel_size;
    }
};
static_assert(sizeof(KTRAP_FRAME) == 0x8C);
static_assert(offsetof(KTRAP_FRAME, Dr7) == 0x2C && offsetof(KTRAP_FRAME, SegGs) == 0x30);
static_assert(offsetof(KTRAP_FRAME, Edx) == 0x3C && offsetof(KTRAP_FRAME, Eax) == 0x44);
static_assert(offsetof(KTRAP_FRAME, ExceptionList) == 0x4C && offsetof(KTRAP_FRAME, Ebp) == 0x60);
static_assert(offsetof(KTRAP_FRAME, Eip) == 0x68 && offsetof(KTRAP_FRAME, EFlags) == 0x70);
static_assert(offsetof(KTRAP_FRAME, HardwareEsp) == 0x74 && offsetof(KTRAP_FRAME, V86Es) == 0x7C);

/// Selectors that frames hold. `structures/types.hpp` has what user code sees.
inline constexpr std::uint32_t KGDT_R0_CODE = 0x08;
inline constexpr std::uint32_t KGDT_R0_DATA = 0x10;
inline constexpr std::uint32_t KGDT_R3_CODE = 0x1B;  ///< With RPL 3, as a frame has it.
inline constexpr std::uint32_t KGDT_R3_DATA = 0x23;
inline constexpr std::uint32_t KGDT_R3_TEB = 0x3B;

/// Above the base frame of a thread stands its FX save area, FX_SAVE_AREA of 0x210 bytes.
inline constexpr std::uint32_t fx_save_area_size = 0x210;
inline constexpr std::uint32_t base_frame_below_stack = fx_save_area_size + KTRAP_FRAME::v86_size;
inline constexpr std::uint32_t dbg_arg_mark = 0xBADB0D00;
inline constexpr std::uint32_t exception_chain_end = 0xFFFFFFFF;

}  // namespace ringside::nt
