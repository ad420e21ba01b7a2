# SPDX-License-Identifier: MIT
# The NT profiles at configure time. data/profiles/profiles.tsv is the only list of them.
set(RINGSIDE_PROFILES ${PROJECT_SOURCE_DIR}/data/profiles/profiles.tsv)
set_property(DIRECTORY ${PROJECT_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
  ${RINGSIDE_PROFILES})

# ringside_profile_names(<out>): the profiles in the table's order.
function(ringside_profile_names out)
  file(STRINGS ${RINGSIDE_PROFILES} header REGEX "^# key\t")
  string(REPLACE "\t" ";" header "${header}")
  list(POP_FRONT header)
  list(POP_BACK header)
  set(${out} ${header} PARENT_SCOPE)
endfunction()

# ringside_profile_id(<out> <profile>): the name as a part of C++ and target names.
function(ringside_profile_id out profile)
  string(REGEX REPLACE "[-.]" "_" id ${profile})
  set(${out} ${id} PARENT_SCOPE)
endfunction()

# ringside_profile_value(<out> <profile> <key>): a cell, without its mark for an assumption.
function(ringside_profile_value out profile key)
  ringside_profile_names(names)
  list(FIND names ${profile} column)
  math(EXPR column "${column} + 1")
  file(STRINGS ${RINGSIDE_PROFILES} row REGEX "^${key}\t")
  string(REPLACE "\t" ";" row "${row}")
  list(GET row ${column} cell)
  string(REGEX REPLACE "\\?$" "" cell "${cell}")
  set(${out} "${cell}" PARENT_SCOPE)
endfunction()
