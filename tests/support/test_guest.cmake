# SPDX-License-Identifier: MIT
include_guard(GLOBAL)

# ringside_test_guest(<name>)
#
# Assembles tests/support/guests/<name>.S to <name>.flat, linked at 0x100000, and <name>.sym (rows
# address, size, name) in the build folder of the tests.
set(RINGSIDE_TEST_GUESTS ${PROJECT_BINARY_DIR}/tests/guests CACHE INTERNAL "")
function(ringside_test_guest name)
  set(source ${PROJECT_SOURCE_DIR}/tests/support/guests/${name}.S)
  set(stem ${RINGSIDE_TEST_GUESTS}/${name})
  add_custom_command(OUTPUT ${stem}.flat ${stem}.sym ${stem}.o
    COMMAND ${CMAKE_COMMAND} -E make_directory ${RINGSIDE_TEST_GUESTS}
    COMMAND ${RINGSIDE_AS} --32 --fatal-warnings -o ${stem}.o ${source}
    COMMAND ${RINGSIDE_LD} -m elf_i386 -Ttext=0x100000 -e start -o ${stem}.elf ${stem}.o
    COMMAND ${RINGSIDE_OBJCOPY} -O binary -j .text ${stem}.elf ${stem}.flat
    COMMAND ${RINGSIDE_NM} -n -g --defined-only --format=posix ${stem}.elf > ${stem}.names
    COMMAND ${RINGSIDE_AWK} -f ${PROJECT_SOURCE_DIR}/src/guest/kernel/symbols.awk ${stem}.names
            > ${stem}.sym
    DEPENDS ${source} VERBATIM)
  add_custom_target(test_guest_${name} ALL DEPENDS ${stem}.flat ${stem}.sym)
endfunction()

ringside_test_guest(rings)

# ringside_test_object(<name>): assembles tests/support/guests/<name>.S to <name>.o only.
function(ringside_test_object name)
  set(source ${PROJECT_SOURCE_DIR}/tests/support/guests/${name}.S)
  add_custom_command(OUTPUT ${RINGSIDE_TEST_GUESTS}/${name}.o
    COMMAND ${CMAKE_COMMAND} -E make_directory ${RINGSIDE_TEST_GUESTS}
    COMMAND ${RINGSIDE_AS} --32 --fatal-warnings -o ${RINGSIDE_TEST_GUESTS}/${name}.o ${source}
    DEPENDS ${source} VERBATIM)
  add_custom_target(test_guest_${name} ALL DEPENDS ${RINGSIDE_TEST_GUESTS}/${name}.o)
endfunction()

ringside_test_object(times_two)
