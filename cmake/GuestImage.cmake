# SPDX-License-Identifier: MIT

# Guest user-mode programs and libraries for NT: PE32 files, made by the i686 mingw-w64 compiler
# without its run-time library. Every instruction is one that an i386 without FPU executes.
find_program(RINGSIDE_PE_CC i686-w64-mingw32-gcc REQUIRED)
find_program(RINGSIDE_PE_DLLTOOL i686-w64-mingw32-dlltool REQUIRED)
set(RINGSIDE_PE_FLAGS
  -std=c11 -O2 -march=i386 -mtune=i686 -mno-sse -mno-mmx -mno-80387 -ffreestanding -fno-common
  -mno-accumulate-outgoing-args -mpreferred-stack-boundary=2 -mno-stack-arg-probe
  -Wframe-larger-than=3072
  -fno-stack-protector -fno-asynchronous-unwind-tables -fno-exceptions -fno-ident
  -fno-omit-frame-pointer -fno-optimize-sibling-calls -fno-strict-aliasing
  -Wall -Wextra -Werror -Wshadow
  CACHE INTERNAL "")
set(RINGSIDE_PE_LINK_FLAGS
  -nostdlib -Wl,--kill-at -Wl,--no-insert-timestamp -Wl,--enable-stdcall-fixup
  -Wl,--disable-auto-import -Wl,--disable-runtime-pseudo-reloc -Wl,--disable-dynamicbase
  -Wl,--disable-nxcompat -Wl,--major-subsystem-version=4 -Wl,--subsystem=console:4.0
  CACHE INTERNAL "")

# Compiles guest sources to objects in FOLDER; OUT receives their names.
function(ringside_pe_objects out folder sources flags)
  set(objects "")
  foreach(source IN LISTS sources)
    cmake_path(ABSOLUTE_PATH source NORMALIZE)
    cmake_path(GET source FILENAME file)
    set(object ${folder}/${file}.o)
    add_custom_command(OUTPUT ${object}
      COMMAND ${CMAKE_COMMAND} -E make_directory ${folder}
      COMMAND ${RINGSIDE_PE_CC} ${RINGSIDE_PE_FLAGS} ${flags} -MD -MF ${object}.d -c ${source}
              -o ${object}
      DEPENDS ${source} DEPFILE ${object}.d
      COMMENT "Guest ${file}" VERBATIM)
    list(APPEND objects ${object})
  endforeach()
  set(${out} ${objects} PARENT_SCOPE)
endfunction()

# ringside_guest_dll(<name> BASE address DEF file SOURCES ... [OBJECTS ...] [MODULE file-name]
#                    [ENTRY symbol] [IMPORTS dll ...] [FLAGS ...])
#
# Builds MODULE.dll (default: <name>.dll) at its preferred base and its import library, both in the
# folder of the variable <name>_folder set for the caller. DEF lists the exports as NAME@BYTES.
function(ringside_guest_dll name)
  cmake_parse_arguments(PARSE_ARGV 1 dll "" "BASE;DEF;ENTRY;MODULE" "SOURCES;OBJECTS;IMPORTS;FLAGS")
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/${name})
  file(MAKE_DIRECTORY ${folder})
  if(NOT dll_MODULE)
    set(dll_MODULE ${name})
  endif()
  ringside_pe_objects(objects ${folder} "${dll_SOURCES}" "${dll_FLAGS}")
  list(APPEND objects ${dll_OBJECTS})
  set(libraries "")
  foreach(import IN LISTS dll_IMPORTS)
    get_property(library GLOBAL PROPERTY ringside_import_library_${import})
    list(APPEND libraries ${library})
  endforeach()
  set(entry -Wl,--entry=0)
  if(dll_ENTRY)
    set(entry -Wl,--entry=${dll_ENTRY})
  endif()
  set(file ${folder}/${dll_MODULE}.dll)
  add_custom_command(OUTPUT ${file}
    COMMAND ${RINGSIDE_PE_CC} -shared ${RINGSIDE_PE_LINK_FLAGS} -Wl,--image-base=${dll_BASE}
            ${entry} -o ${file} ${objects} ${dll_DEF} ${libraries} -lgcc
    DEPENDS ${objects} ${dll_DEF} ${libraries} COMMENT "Guest ${name}.dll" VERBATIM)
  # dlltool names symbols after the path it is given, and images keep them.
  set(library lib${dll_MODULE}.a)
  add_custom_command(OUTPUT ${folder}/${library}
    COMMAND ${RINGSIDE_PE_DLLTOOL} -k -d ${dll_DEF} -D ${dll_MODULE}.dll -l ${library}
    DEPENDS ${dll_DEF} WORKING_DIRECTORY ${folder} COMMENT "Guest ${library}" VERBATIM)
  add_custom_target(guest_${name} DEPENDS ${file} ${folder}/${library})
  set_property(GLOBAL PROPERTY ringside_import_library_${name} ${folder}/${library})
  set(${name}_folder ${folder} PARENT_SCOPE)
endfunction()

# ringside_guest_exe(<name> FOLDER output SOURCES ... [ENTRY symbol] [IMPORTS dll ...]
#                    [FLAGS ...] [LINK_FLAGS ...])
#
# Builds FOLDER/<name>.exe at 0x00400000 with 1 MiB of stack. ENTRY defaults to _start.
function(ringside_guest_exe name)
  cmake_parse_arguments(PARSE_ARGV 1 exe "" "FOLDER;ENTRY" "SOURCES;IMPORTS;FLAGS;LINK_FLAGS")
  if(NOT exe_ENTRY)
    set(exe_ENTRY _start)
  endif()
  set(libraries "")
  set(targets "")
  foreach(import IN LISTS exe_IMPORTS)
    get_property(library GLOBAL PROPERTY ringside_import_library_${import})
    list(APPEND libraries ${library})
    list(APPEND targets guest_${import})
  endforeach()
  ringside_pe_objects(objects ${CMAKE_CURRENT_BINARY_DIR}/${name}.objects "${exe_SOURCES}"
                      "${exe_FLAGS}")
  add_custom_command(OUTPUT ${exe_FOLDER}/${name}.exe
    COMMAND ${CMAKE_COMMAND} -E make_directory ${exe_FOLDER}
    COMMAND ${RINGSIDE_PE_CC} ${RINGSIDE_PE_LINK_FLAGS} -Wl,--image-base=0x400000
            -Wl,--entry=${exe_ENTRY} -Wl,--stack=0x100000 ${exe_LINK_FLAGS} -o ${exe_FOLDER}/${name}.exe
            ${objects} ${libraries} -lgcc
    DEPENDS ${objects} ${libraries} COMMENT "Guest ${name}.exe" VERBATIM)
  add_custom_target(guest_${name}_exe ALL DEPENDS ${exe_FOLDER}/${name}.exe)
  if(targets)
    add_dependencies(guest_${name}_exe ${targets})
  endif()
endfunction()

# Guest kernels: assembled without a compiler, linked at their address, carried as flat bytes.
find_program(RINGSIDE_AS as REQUIRED)
find_program(RINGSIDE_LD ld REQUIRED)
find_program(RINGSIDE_OBJCOPY objcopy REQUIRED)
find_program(RINGSIDE_NM nm REQUIRED)
find_program(RINGSIDE_AWK awk REQUIRED)

# ringside_assembler_include(<output> SCRIPT file FORM name INPUT table ... [PROFILE name])
#
# Derives an assembler include from data tables.
function(ringside_assembler_include output)
  cmake_parse_arguments(PARSE_ARGV 1 inc "" "SCRIPT;FORM;PROFILE" "INPUT")
  cmake_path(GET output PARENT_PATH folder)
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${folder}
    COMMAND ${RINGSIDE_AWK} -v form=${inc_FORM} -v profile=${inc_PROFILE} -f ${inc_SCRIPT}
            ${inc_INPUT} > ${output}
    DEPENDS ${inc_SCRIPT} ${inc_INPUT} VERBATIM)
endfunction()

# ringside_kernel_image(<name> BASE address SCRIPT linker-script SOURCES ... [GENERATED file ...])
#
# Builds in the current binary folder <name>.elf, <name>.bin (the bytes from BASE on, every
# section included) and <name>.sym (rows address, size, name of the global symbols, ascending).
# GENERATED files are includes; sources find them and the includes beside them by name.
function(ringside_kernel_image name)
  cmake_parse_arguments(PARSE_ARGV 1 image "" "BASE;SCRIPT" "SOURCES;GENERATED")
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/${name}.objects)
  set(stem ${CMAKE_CURRENT_BINARY_DIR}/${name})
  set(includes "")
  foreach(file IN LISTS image_GENERATED image_SOURCES)
    cmake_path(ABSOLUTE_PATH file NORMALIZE)
    cmake_path(GET file PARENT_PATH include)
    list(APPEND includes ${include})
  endforeach()
  list(REMOVE_DUPLICATES includes)
  list(TRANSFORM includes PREPEND -I)
  set(objects "")
  foreach(source IN LISTS image_SOURCES)
    cmake_path(ABSOLUTE_PATH source NORMALIZE)
    cmake_path(GET source FILENAME file)
    set(object ${folder}/${file}.o)
    add_custom_command(OUTPUT ${object}
      COMMAND ${CMAKE_COMMAND} -E make_directory ${folder}
      COMMAND ${RINGSIDE_AS} --32 --fatal-warnings ${includes} --MD ${object}.d -o ${object}
              ${source}
      DEPENDS ${source} ${image_GENERATED} DEPFILE ${object}.d
      COMMENT "Kernel ${file}" VERBATIM)
    list(APPEND objects ${object})
  endforeach()
  set(symbols_script ${PROJECT_SOURCE_DIR}/src/guest/kernel/symbols.awk)
  add_custom_command(OUTPUT ${stem}.elf
    COMMAND ${RINGSIDE_LD} -m elf_i386 --fatal-warnings --defsym=KERNEL_BASE=${image_BASE}
            -T ${image_SCRIPT} -o ${stem}.elf ${objects}
    DEPENDS ${objects} ${image_SCRIPT} COMMENT "Kernel ${name}.elf" VERBATIM)
  add_custom_command(OUTPUT ${stem}.bin
    COMMAND ${RINGSIDE_OBJCOPY} -O binary ${stem}.elf ${stem}.bin DEPENDS ${stem}.elf VERBATIM)
  add_custom_command(OUTPUT ${stem}.sym
    COMMAND ${RINGSIDE_NM} -n -g --defined-only --format=posix ${stem}.elf > ${stem}.names
    COMMAND ${RINGSIDE_AWK} -f ${symbols_script} ${stem}.names > ${stem}.sym
    DEPENDS ${stem}.elf ${symbols_script} VERBATIM)
  add_custom_target(guest_${name} DEPENDS ${stem}.bin ${stem}.sym)
endfunction()

# ringside_guest_object(<name> FOLDER output SOURCE file)
#
# Assembles FOLDER/<name>.o, ring-0 code as `--patch-object` takes it.
function(ringside_guest_object name)
  cmake_parse_arguments(PARSE_ARGV 1 object "" "FOLDER;SOURCE" "")
  cmake_path(ABSOLUTE_PATH object_SOURCE NORMALIZE)
  add_custom_command(OUTPUT ${object_FOLDER}/${name}.o
    COMMAND ${CMAKE_COMMAND} -E make_directory ${object_FOLDER}
    COMMAND ${RINGSIDE_AS} --32 --fatal-warnings -o ${object_FOLDER}/${name}.o ${object_SOURCE}
    DEPENDS ${object_SOURCE} COMMENT "Guest ${name}.o" VERBATIM)
  add_custom_target(guest_${name}_object ALL DEPENDS ${object_FOLDER}/${name}.o)
endfunction()

# ringside_guest_embedded(<name> FOLDER output SERVICE file SOURCES ... [ENTRY symbol]
#                         [IMPORTS dll ...])
#
# Builds one service body into two things: FOLDER/<name>.exe, in which its caller reaches it by a
# near call, and FOLDER/<name>_service.o, to be placed in ring 0 behind a service number. SERVICE is
# assembly that both assemblers take, with the names of its functions undecorated.
function(ringside_guest_embedded name)
  cmake_parse_arguments(PARSE_ARGV 1 pair "" "FOLDER;SERVICE;ENTRY" "SOURCES;IMPORTS")
  ringside_guest_exe(${name} FOLDER ${pair_FOLDER} SOURCES ${pair_SOURCES} ${pair_SERVICE}
    ENTRY ${pair_ENTRY} IMPORTS ${pair_IMPORTS})
  ringside_guest_object(${name}_service FOLDER ${pair_FOLDER} SOURCE ${pair_SERVICE})
endfunction()

# ringside_bare_program(<name> FOLDER output SOURCE file ENTRY symbol LINK_FLAGS ... [ROM])
#
# Links FOLDER/<name>.elf for --os bare; with ROM also <name>.rom, the bytes of its text alone.
function(ringside_bare_program name)
  cmake_parse_arguments(PARSE_ARGV 1 bare "ROM" "FOLDER;SOURCE;ENTRY" "LINK_FLAGS")
  cmake_path(ABSOLUTE_PATH bare_SOURCE NORMALIZE)
  set(stem ${bare_FOLDER}/${name})
  set(object ${CMAKE_CURRENT_BINARY_DIR}/${name}.o)
  add_custom_command(OUTPUT ${stem}.elf
    COMMAND ${CMAKE_COMMAND} -E make_directory ${bare_FOLDER}
    COMMAND ${RINGSIDE_AS} --32 --fatal-warnings -o ${object} ${bare_SOURCE}
    COMMAND ${RINGSIDE_LD} -m elf_i386 -n --fatal-warnings --build-id=none ${bare_LINK_FLAGS}
            -e ${bare_ENTRY} -o ${stem}.elf ${object}
    DEPENDS ${bare_SOURCE} COMMENT "Guest ${name}.elf" VERBATIM)
  set(files ${stem}.elf)
  if(bare_ROM)
    add_custom_command(OUTPUT ${stem}.rom
      COMMAND ${RINGSIDE_OBJCOPY} -O binary -j .text ${stem}.elf ${stem}.rom
      DEPENDS ${stem}.elf VERBATIM)
    list(APPEND files ${stem}.rom)
  endif()
  add_custom_target(guest_${name}_elf ALL DEPENDS ${files})
endfunction()
