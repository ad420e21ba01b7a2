// SPDX-License-Identifier: MIT
#include "cpu/fpu/arithmetic.hpp"
#include "cpu/fpu/inexact_hint.hpp"
#include "cpu/fpu/operand.hpp"

namespace ringside::cpu::fpu {

#if defined(__x86_64__) && defined(__GNUC__)

namespace {

/// Memory image of a register, as FLD and FSTP m80 want it.
struct Image {
    std::uint64_t significand;
    std::uint16_t sign_exponent;
};

enum class Operation : std::uint8_t { add, subtract, multiply, divide, square_root };

/// Exceptions that the host has noted since its last FNCLEX.
std::uint16_t noted_by_host() {
    std::uint16_t word = 0;
    __asm__ volatile("fnstsw %0" : "=a"(word));
    return word & status::exceptions;
}

/// Runs one operation on the host under the guest's precision and rounding, every exception
/// masked, and gives the host's control word back. The host's x87 stack is empty here by its ABI;
/// the exception flags that stay behind mean nothing to a host whose exceptions are masked.
template <Operation operation>
Result run_masked(Float80 a, Float80 b, Control control) {
    Image x{a.significand, a.sign_exponent};
    const Image y{b.significand, b.sign_exponent};
    const auto masked = static_cast<std::uint16_t>((control.value & Control::defined) |
                                                   Control::ones | status::exceptions);
    std::uint16_t hosts = 0;
    std::uint16_t flags = 0;
    const unsigned may_stay = (control.value & inexact_is_noted) != 0 ? status::inexact : 0U;
    if ((noted_by_host() & ~may_stay) != 0) {
        __asm__ volatile("fnclex");
    }
#define RINGSIDE_X87(INSTRUCTION)                                                               \
    __asm__ volatile("fnstcw %[hosts]\n\tfldcw %[cw]\n\tfldt %[y]\n\tfldt %[x]\n\t" INSTRUCTION \
                     "\n\tfnstsw %[flags]\n\tfstpt %[x]\n\tfstp %%st(0)\n\tfldcw %[hosts]"      \
                     : [hosts] "=m"(hosts), [flags] "=m"(flags), [x] "+m"(x)                    \
                     : [y] "m"(y), [cw] "m"(masked)                                             \
                     : "st", "st(1)")
    if constexpr (operation == Operation::add) {
        RINGSIDE_X87("fadd %%st(1), %%st");
    } else if constexpr (operation == Operation::subtract) {
        RINGSIDE_X87("fsub %%st(1), %%st");
    } else if constexpr (operation == Operation::multiply) {
        RINGSIDE_X87("fmul %%st(1), %%st");
    } else if constexpr (operation == Operation::divide) {
        RINGSIDE_X87("fdiv %%st(1), %%st");
    } else {
        RINGSIDE_X87("fsqrt");
    }
#undef RINGSIDE_X87
    return {{x.significand, x.sign_exponent},
            static_cast<std::uint16_t>(flags & (status::exceptions | status::c1))};
}

/// The host may decide wherever all responses but that to PE are masked ones; PE changes no value.
bool decides(Control control, std::uint16_t flags) {
    constexpr std::uint16_t changing = status::exceptions & ~unsigned{status::inexact};
    return (control.unmasked(flags) & changing) == 0 && control.masks(status::underflow);
}

template <Operation operation, auto soft>
Result binary(Source a, Source b, Control control) {
    if (a.was_denormal || b.was_denormal) {
        return (soft_arithmetic().*soft)(a, b, control);
    }
    const Result r = run_masked<operation>(a.value, b.value, control);
    return decides(control, r.status) ? r : (soft_arithmetic().*soft)(a, b, control);
}

Result square_root(Source a, Control control) {
    if (a.was_denormal) {
        return soft_arithmetic().square_root(a, control);
    }
    const Result r = run_masked<Operation::square_root>(a.value, a.value, control);
    return decides(control, r.status) ? r : soft_arithmetic().square_root(a, control);
}

constexpr Arithmetic host{
    "host",
    &binary<Operation::add, &Arithmetic::add>,
    &binary<Operation::subtract, &Arithmetic::subtract>,
    &binary<Operation::multiply, &Arithmetic::multiply>,
    &binary<Operation::divide, &Arithmetic::divide>,
    &square_root,
};

}  // namespace

const Arithmetic& host_arithmetic() {
    return host;
}

#else

const Arithmetic& host_arithmetic() {
    return soft_arithmetic();
}

#endif

}  // namespace ringside::cpu::fpu
