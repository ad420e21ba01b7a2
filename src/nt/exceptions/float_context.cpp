// SPDX-License-Identifier: MIT
#include "nt/exceptions/float_context.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <vector>

#include "base/bits.hpp"
#include "cpu/cpu.hpp"
#include "cpu/fpu/environment.hpp"
#include "nt/kernel.hpp"
#include "nt/ktrap_frame.hpp"

namespace ringside::nt {
namespace {

constexpr std::uint32_t mxcsr_defined = 0xFFBF;
constexpr std::uint16_t first_control_word = 0x027F;
// FXSAVE.
constexpr std::size_t mxcsr_at = 0x18;
constexpr std::size_t xmm_at = 0xA0;
constexpr std::size_t extended_size = 0x200;
// FNSAVE with 32-bit operands.
constexpr std::size_t float_save_size = 0x6C;
constexpr cpu::fpu::ImageFormat float_save_format{true, true};

/// The registers that a CONTEXT tells of.
struct FloatState {
    cpu::fpu::State x87;
    std::array<cpu::simd::Xmm, 8> xmm{};
    std::uint32_t mxcsr = cpu::simd::State::mxcsr_at_reset;
};

using ExtendedImage = std::array<std::byte, extended_size>;
using FloatSaveImage = std::array<std::byte, float_save_size>;

ExtendedImage extended_image(const FloatState& state) {
    ExtendedImage image{};
    cpu::fpu::store_extended(state.x87, image);
    store(image.data() + mxcsr_at, state.mxcsr);
    std::memcpy(image.data() + xmm_at, state.xmm.data(), sizeof state.xmm);
    return image;
}

void load_extended_image(FloatState& state, std::span<const std::byte, extended_size> image) {
    cpu::fpu::load_extended(state.x87, image);
    state.mxcsr = load<std::uint32_t>(image.data() + mxcsr_at) & mxcsr_defined;
    std::memcpy(state.xmm.data(), image.data() + xmm_at, sizeof state.xmm);
}

FloatSaveImage float_save_image(const FloatState& state) {
    FloatSaveImage image{};
    cpu::fpu::store_save_area(state.x87, float_save_format, image);
    return image;
}

LinearAddress save_area(Kernel& kernel, LinearAddress kthread) {
    return LinearAddress{kernel.structures.get(kthread, "KTHREAD", "InitialStack")} -
           fx_save_area_size;
}

/// Whether the thread's registers are in the coprocessor (NPX_STATE_LOADED).
bool is_loaded(Kernel& kernel, LinearAddress kthread) {
    KernelMemory& memory = kernel.structures;
    const LinearAddress prcb = memory.place(kernel.boot_state.pcr, "KPCR", "PrcbData");
    return memory.get(prcb, "KPRCB", "NpxThread") == kthread.value &&
           memory.get(kthread, "KTHREAD", "NpxState") == 0;
}

FloatState read_state(Kernel& kernel, LinearAddress kthread) {
    FloatState state;
    const FloatUnit& unit = kernel.float_unit;
    if (is_loaded(kernel, kthread)) {
        state.x87 = unit.cpu->fpu.state;
        state.xmm = unit.cpu->simd.xmm;
        state.mxcsr = unit.cpu->simd.mxcsr;
        return state;
    }
    const LinearAddress area = save_area(kernel, kthread);
    if (unit.has_fxsr) {
        load_extended_image(state, kernel.structures.read<ExtendedImage>(area));
    } else {
        cpu::fpu::load_save_area(state.x87, float_save_format,
                                 kernel.structures.read<FloatSaveImage>(area));
    }
    return state;
}

void write_area(Kernel& kernel, LinearAddress kthread, const FloatState& state) {
    const LinearAddress area = save_area(kernel, kthread);
    if (kernel.float_unit.has_fxsr) {
        kernel.structures.write(area, extended_image(state));
    } else {
        kernel.structures.write(area, float_save_image(state));
    }
}

void write_state(Kernel& kernel, LinearAddress kthread, const FloatState& state) {
    const FloatUnit& unit = kernel.float_unit;
    if (is_loaded(kernel, kthread)) {
        unit.cpu->fpu.state = state.x87;
        unit.cpu->simd.xmm = state.xmm;
        unit.cpu->simd.mxcsr = state.mxcsr;
        return;
    }
    write_area(kernel, kthread, state);
}

FloatState first_state() {
    FloatState state;
    state.x87.initialize();
    state.x87.control = cpu::fpu::Control::loaded(first_control_word);
    return state;
}

bool asks_for(const CONTEXT& context, std::uint32_t part) {
    return (context.ContextFlags & part) != 0;
}

}  // namespace

void reset_save_area(Kernel& kernel, LinearAddress kthread) {
    kernel.structures.write_bytes(save_area(kernel, kthread),
                                  std::vector<std::byte>(fx_save_area_size));
    write_area(kernel, kthread, first_state());
}

void read_float_context(Kernel& kernel, LinearAddress kthread, CONTEXT& context) {
    const bool present = kernel.float_unit.cpu != nullptr;
    const FloatState state = present ? read_state(kernel, kthread) : first_state();
    if (asks_for(context, CONTEXT::floating_point)) {
        const FloatSaveImage image = float_save_image(state);
        std::copy(image.begin(), image.end(), context.FloatSave.begin());
    }
    if (asks_for(context, CONTEXT::extended_registers)) {
        context.ExtendedRegisters = extended_image(state);
    }
}

void write_float_context(Kernel& kernel, LinearAddress kthread, const CONTEXT& context) {
    const bool extended =
        asks_for(context, CONTEXT::extended_registers) && kernel.float_unit.has_fxsr;
    const bool x87 = asks_for(context, CONTEXT::floating_point);
    if (kernel.float_unit.cpu == nullptr || (!extended && !x87)) {
        return;
    }
    FloatState state = read_state(kernel, kthread);
    if (extended) {
        load_extended_image(state, context.ExtendedRegisters);
    }
    if (x87) {
        cpu::fpu::load_save_area(state.x87, float_save_format,
                                 std::span(context.FloatSave).first(float_save_size));
    }
    write_state(kernel, kthread, state);
}

}  // namespace ringside::nt
