# SPDX-License-Identifier: MIT
set(cpu_simd_sources
  simd/access.cpp
  simd/access.hpp
  simd/lanes.hpp
  simd/operands.cpp
  simd/operands.hpp
  simd/packed.hpp
  simd/state.hpp)
