# SPDX-License-Identifier: MIT
set(cpu_privilege_tests
  privilege/call_gate_test.cpp privilege/exception_test.cpp privilege/far_transfer_test.cpp privilege/fast_call_test.cpp
  privilege/interrupt_return_test.cpp privilege/rings.cpp privilege/rings.hpp
  privilege/software_interrupt_test.cpp privilege/task_switch_test.cpp
  privilege/task_transfer_test.cpp privilege/usual_path_test.cpp
  segments/hidden_part_test.cpp segments/segment_load_test.cpp segments/selector_question_test.cpp
  system/coprocessor_test.cpp system/debug_register_test.cpp system/identification_test.cpp system/port_test.cpp
  system/system_register_test.cpp)
