# SPDX-License-Identifier: MIT
# Installs BUILD under a folder of its own and asks whether what users look for is there.
cmake_minimum_required(VERSION 3.25)
set(prefix ${BUILD}/installed)
file(REMOVE_RECURSE ${prefix})
execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD} --prefix ${prefix}
  RESULT_VARIABLE status OUTPUT_QUIET ERROR_VARIABLE errors)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "cmake --install: ${errors}")
endif()
foreach(file IN ITEMS bin/ringside share/man/man1/ringside.1 share/man/man1/ringside-run.1
    share/bash-completion/completions/ringside share/zsh/site-functions/_ringside
    share/fish/vendor_completions.d/ringside.fish)
  if(NOT EXISTS ${prefix}/${file})
    message(FATAL_ERROR "not installed: ${file}")
  endif()
endforeach()
execute_process(COMMAND ${prefix}/bin/ringside --version RESULT_VARIABLE status OUTPUT_QUIET)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "the installed ringside does not run: ${status}")
endif()
file(REMOVE_RECURSE ${prefix})
