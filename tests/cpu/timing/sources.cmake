# SPDX-License-Identifier: MIT
set(cpu_timing_tests
  timing/anchors_test.cpp
  timing/clock_data_test.cpp
  timing/clock_table_test.cpp
  timing/decoded.cpp
  timing/decoded.hpp
  timing/formula_test.cpp
  timing/level_test.cpp
  timing/transition_test.cpp)
