// SPDX-License-Identifier: MIT
#include "cpu/float_arithmetic.hpp"

#include "cpu/cpu.hpp"
#include "cpu/simd/arithmetic.hpp"

namespace ringside::cpu {

void set_float_arithmetic(Cpu& cpu, FloatArithmetic arithmetic) {
    const bool soft = arithmetic == FloatArithmetic::soft;
    cpu.fpu.arithmetic = soft ? &fpu::soft_arithmetic() : &fpu::host_arithmetic();
    cpu.simd.arithmetic = soft ? &simd::soft_arithmetic() : &simd::host_arithmetic();
}

}  // namespace ringside::cpu
