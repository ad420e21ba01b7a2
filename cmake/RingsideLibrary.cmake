# SPDX-License-Identifier: MIT
# ringside_library(<name> SOURCES ... [USES ...] [LINKS ...])
#
# One static library per folder of src/. USES names the folders it may include and link, directly or
# through them; it is the only statement of the layering, and the test layers/<name> holds the
# includes of the folder against it. LINKS names packages.
#
# ringside_test(<name> SOURCES ... USES ... [LABELS ...])
#
# One Catch2 program per folder of tests/, its cases discovered by CTest.

add_library(ringside_options INTERFACE)
target_compile_options(ringside_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
  -Wnon-virtual-dtor -Woverloaded-virtual -Wswitch-enum>)
target_include_directories(ringside_options INTERFACE ${PROJECT_SOURCE_DIR}/src)
if(RINGSIDE_SANITIZE)
  target_compile_options(ringside_options INTERFACE
    -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(ringside_options INTERFACE -fsanitize=address,undefined)
endif()
if(RINGSIDE_PLAIN_DISPATCH)
  target_compile_definitions(ringside_options INTERFACE RINGSIDE_PLAIN_DISPATCH)
endif()

function(ringside_library name)
  cmake_parse_arguments(PARSE_ARGV 1 lib "" "" "SOURCES;USES;LINKS")
  add_library(ringside_${name} STATIC ${lib_SOURCES})
  add_library(ringside::${name} ALIAS ringside_${name})
  target_link_libraries(ringside_${name} PUBLIC ringside_options ${lib_LINKS})
  foreach(used IN LISTS lib_USES)
    target_link_libraries(ringside_${name} PUBLIC ringside_${used})
  endforeach()
  set_property(GLOBAL PROPERTY ringside_uses_${name} "${lib_USES}")
  # The closure of USES, from the libraries that stand before this one.
  set(reachable ${name} ${lib_USES})
  foreach(used IN LISTS lib_USES)
    get_property(more GLOBAL PROPERTY ringside_reachable_${used})
    list(APPEND reachable ${more})
  endforeach()
  list(REMOVE_DUPLICATES reachable)
  set_property(GLOBAL PROPERTY ringside_reachable_${name} "${reachable}")
  add_test(NAME layers/${name}
    COMMAND ${CMAKE_COMMAND} "-DFOLDER=${CMAKE_CURRENT_SOURCE_DIR}" "-DALLOWED=${reachable}"
            -P ${PROJECT_SOURCE_DIR}/cmake/CheckLayer.cmake)
endfunction()

function(ringside_test name)
  cmake_parse_arguments(PARSE_ARGV 1 test "" "" "SOURCES;USES;LABELS")
  add_executable(${name} ${test_SOURCES} $<TARGET_OBJECTS:ringside_test_main>)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(${name} PRIVATE ringside_options Catch2::Catch2)
  foreach(used IN LISTS test_USES)
    target_link_libraries(${name} PRIVATE ringside_${used})
  endforeach()
  catch_discover_tests(${name} TEST_PREFIX "${name}: " PROPERTIES LABELS "${name};${test_LABELS}")
endfunction()
