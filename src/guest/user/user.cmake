# SPDX-License-Identifier: MIT
# The guest's ntdll.dll, one for each profile, and kernel32.dll, one for all.
set(user_nt ${CMAKE_CURRENT_SOURCE_DIR}/user/nt)

# A program of its own, since the library that the stub generator belongs to carries its output.
add_executable(ntdll_stubs tools/ntdll_stubs.cpp assembler.cpp stub_form.cpp stub_generator.cpp)
target_link_libraries(ntdll_stubs PRIVATE ringside_options ringside_base Zydis::Zydis)

# All but the stubs is the same everywhere and compiled once.
set(ntdll_sources
  critical_section.c crt.c debug.c dispatch.S environment.c error.c exception.c format.c
  format_output.c heap.c heap_blocks.c ldr_api.c ldr_attach.c ldr_export.c ldr_import.c
  ldr_init.c ldr_map.c
  ldr_modules.c ldr_tls.c path.c string.c thread.c unwind.S wide.c)
list(TRANSFORM ntdll_sources PREPEND ${user_nt}/ntdll/)
ringside_pe_objects(ntdll_objects ${CMAKE_CURRENT_BINARY_DIR}/ntdll "${ntdll_sources}"
                    -I${user_nt}/include)

ringside_profile_names(profiles)
foreach(name IN LISTS profiles)
  ringside_profile_id(profile ${name})
  ringside_profile_value(form ${name} stub)
  ringside_profile_value(services ${name} services)
  set(table ${PROJECT_SOURCE_DIR}/data/profiles/${services}.tsv)
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/ntdll_${profile})
  file(MAKE_DIRECTORY ${folder})
  add_custom_command(OUTPUT ${folder}/stubs.S ${folder}/ntdll.def
    COMMAND ntdll_stubs ${form} ${table} ${user_nt}/ntdll/ntdll.def ${folder}/stubs.S
            ${folder}/ntdll.def
    DEPENDS ntdll_stubs ${table} ${user_nt}/ntdll/ntdll.def
    COMMENT "Guest system-call stubs of ${name}" VERBATIM)
  # A link fails when the library calls a service that this profile lacks.
  ringside_guest_dll(ntdll_${profile} MODULE ntdll
    BASE    0x7C900000
    DEF     ${folder}/ntdll.def
    SOURCES ${folder}/stubs.S
    OBJECTS ${ntdll_objects})
  list(APPEND guest_embedded ntdll_${profile}_dll=${folder}/ntdll.dll)
endforeach()

# What programs are linked with: imports are by name, so any profile's serves.
get_property(library GLOBAL PROPERTY ringside_import_library_ntdll_xp)
set_property(GLOBAL PROPERTY ringside_import_library_ntdll ${library})
add_custom_target(guest_ntdll DEPENDS guest_ntdll_xp)

# The stubs of win32k's services are written at run time, from the profile's table; programs are
# linked with the names that have a body here.
set(win32u_folder ${CMAKE_CURRENT_BINARY_DIR}/win32u)
add_custom_command(OUTPUT ${win32u_folder}/libwin32u.a
  COMMAND ${CMAKE_COMMAND} -E make_directory ${win32u_folder}
  COMMAND ${CMAKE_COMMAND} -E chdir ${win32u_folder}
          ${RINGSIDE_PE_DLLTOOL} -k -d ${user_nt}/win32u.def -D win32u.dll -l libwin32u.a
  DEPENDS ${user_nt}/win32u.def COMMENT "Guest libwin32u.a" VERBATIM)
add_custom_target(guest_win32u DEPENDS ${win32u_folder}/libwin32u.a)
set_property(GLOBAL PROPERTY ringside_import_library_win32u ${win32u_folder}/libwin32u.a)

set(kernel32_sources
  base.c console.c environment.c exception.c file_io.c file_open.c memory.c module.c process.c
  start.S string.c sync_name.c sync_object.c synchronise.c system.c thread.c time.c tls.c
  wait.c waitable_timer.c)
list(TRANSFORM kernel32_sources PREPEND ${user_nt}/kernel32/)
ringside_guest_dll(kernel32
  BASE    0x7C800000
  DEF     ${user_nt}/kernel32/kernel32.def
  ENTRY   _BaseDllMain@12
  SOURCES ${kernel32_sources}
  IMPORTS ntdll
  FLAGS   -I${user_nt}/include)

list(APPEND guest_embedded kernel32_dll=${kernel32_folder}/kernel32.dll)
