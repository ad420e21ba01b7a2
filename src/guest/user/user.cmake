# SPDX-License-Identifier: MIT
# The guest's ntdll.dll and kernel32.dll.
set(user_nt ${CMAKE_CURRENT_SOURCE_DIR}/user/nt)
set(ntdll_folder ${CMAKE_CURRENT_BINARY_DIR}/ntdll)
set(user_nt_profile ${PROJECT_SOURCE_DIR}/data/profiles/xp.tsv)

# A program of its own, since the library that the stub generator belongs to carries its output.
add_executable(ntdll_stubs tools/ntdll_stubs.cpp assembler.cpp stub_generator.cpp)
target_link_libraries(ntdll_stubs PRIVATE ringside_options ringside_base Zydis::Zydis)
add_custom_command(OUTPUT ${ntdll_folder}/stubs.S ${ntdll_folder}/ntdll.def
  COMMAND ${CMAKE_COMMAND} -E make_directory ${ntdll_folder}
  COMMAND ntdll_stubs ${user_nt_profile} ${user_nt}/ntdll/ntdll.def ${ntdll_folder}/stubs.S
          ${ntdll_folder}/ntdll.def
  DEPENDS ntdll_stubs ${user_nt_profile} ${user_nt}/ntdll/ntdll.def
  COMMENT "Guest system-call stubs" VERBATIM)

set(ntdll_sources
  critical_section.c crt.c debug.c dispatch.S environment.c error.c exception.c format.c
  format_output.c heap.c heap_blocks.c ldr_api.c ldr_attach.c ldr_export.c ldr_import.c
  ldr_init.c ldr_map.c
  ldr_modules.c ldr_tls.c path.c string.c unwind.S wide.c)
list(TRANSFORM ntdll_sources PREPEND ${user_nt}/ntdll/)
ringside_guest_dll(ntdll
  BASE    0x7C900000
  DEF     ${ntdll_folder}/ntdll.def
  SOURCES ${ntdll_sources} ${ntdll_folder}/stubs.S
  FLAGS   -I${user_nt}/include)

list(APPEND guest_embedded ntdll_dll=${ntdll_folder}/ntdll.dll)

set(kernel32_sources
  base.c console.c environment.c exception.c file_io.c file_open.c memory.c module.c process.c
  start.S string.c synchronise.c system.c time.c tls.c)
list(TRANSFORM kernel32_sources PREPEND ${user_nt}/kernel32/)
ringside_guest_dll(kernel32
  BASE    0x7C800000
  DEF     ${user_nt}/kernel32/kernel32.def
  ENTRY   _BaseDllMain@12
  SOURCES ${kernel32_sources}
  IMPORTS ntdll
  FLAGS   -I${user_nt}/include)

list(APPEND guest_embedded kernel32_dll=${kernel32_folder}/kernel32.dll)
