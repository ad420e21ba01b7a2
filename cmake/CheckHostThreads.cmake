# SPDX-License-Identifier: MIT
# A guest's threads are state, never threads, contexts or coroutines of the host, and nothing that a
# guest calls may run the guest again: fails when a source of FOLDERS says such words. RUNNERS are
# the files that may call run().
cmake_minimum_required(VERSION 3.25)
set(words "std::(jthread|thread|async|future|promise)|<(thread|future|coroutine|ucontext\\.h|setjmp\\.h|pthread\\.h)>|pthread_|(^|[^A-Za-z_])((make|swap|get|set)context|_?setjmp|sigsetjmp|v?fork|clone) *\\(|co_(await|yield|return)")
set(run "(cpu|engine|machine)[a-z_]*(\\(\\))?(\\.|->)run\\(")
set(bad "")
foreach(folder IN LISTS FOLDERS)
  file(GLOB_RECURSE files ${folder}/*.hpp ${folder}/*.cpp)
  foreach(file IN LISTS files)
    set(forbidden "${words}")
    if(NOT file IN_LIST RUNNERS)
      string(APPEND forbidden "|${run}")
    endif()
    file(STRINGS ${file} lines REGEX "${forbidden}")
    foreach(line IN LISTS lines)
      string(APPEND bad "\n${file}: ${line}")
    endforeach()
  endforeach()
endforeach()
if(bad)
  message(FATAL_ERROR "threads of the host, or a run within a run:${bad}")
endif()
