# SPDX-License-Identifier: MIT
set(cpu_memory_model_sources
  memory_model/bus.hpp
  memory_model/code_fetch.cpp
  memory_model/line_cache.hpp
  memory_model/memory_model.cpp
  memory_model/memory_model.hpp
  memory_model/model_tlb.cpp
  memory_model/model_tlb.hpp
  memory_model/parameters.cpp
  memory_model/parameters.hpp
  memory_model/prefetch_queue.cpp
  memory_model/prefetch_queue.hpp
  memory_model/tag_store.cpp
  memory_model/tag_store.hpp
  memory_model/persist.cpp)
