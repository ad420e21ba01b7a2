# SPDX-License-Identifier: MIT
set(cpu_simd_sources
  simd/state.hpp)
