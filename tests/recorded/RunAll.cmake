# SPDX-License-Identifier: MIT
cmake_minimum_required(VERSION 3.25)
if("$ENV{RINGSIDE_VECTORS}" STREQUAL "")
  message("RINGSIDE_VECTORS names no folder: the full 160803 vectors of the recording and the public suites did not run")
  return()
endif()
execute_process(COMMAND ${RINGSIDE} vectors --known ${KNOWN} $ENV{RINGSIDE_VECTORS}
  RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "vectors: status ${status}")
endif()
