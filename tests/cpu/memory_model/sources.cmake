# SPDX-License-Identifier: MIT
set(cpu_memory_model_tests
  memory_model/bus_test.cpp
  memory_model/line_cache_test.cpp
  memory_model/model_tlb_test.cpp
  memory_model/parameters_test.cpp
  memory_model/prefetch_queue_test.cpp
  memory_model/tag_store_test.cpp)
