# SPDX-License-Identifier: MIT
set(cpu_timing_sources
  timing/clock_row.cpp
  timing/clock_row.hpp
  timing/clock_table.cpp
  timing/clock_table.hpp
  timing/encoding.cpp
  timing/encoding.hpp
  timing/figure.cpp
  timing/figure.hpp
  timing/formula.cpp
  timing/formula.hpp
  timing/operand_form.cpp
  timing/operand_form.hpp
  timing/p6_parameters.cpp
  timing/p6_parameters.hpp
  timing/path.cpp
  timing/path.hpp)
