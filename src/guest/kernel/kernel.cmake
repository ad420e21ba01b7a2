# SPDX-License-Identifier: MIT
# The guest kernels and the tables they share with the host. Included by src/guest.
set(nt_folder ${CMAKE_CURRENT_SOURCE_DIR}/kernel/nt)
set(nt_includes ${CMAKE_CURRENT_BINARY_DIR}/kernel.includes)
set(nt_data ${PROJECT_SOURCE_DIR}/data)
set(nt_awk ${nt_folder}/assembler_include.awk)

ringside_assembler_include(${nt_includes}/nt_interrupt.inc SCRIPT ${nt_awk}
  FORM structures INPUT ${nt_data}/nt/kinterrupt.tsv)
ringside_assembler_include(${nt_includes}/nt_boot_block.inc SCRIPT ${nt_awk}
  FORM loader_block INPUT ${nt_data}/nt/boot_block.tsv)
ringside_assembler_include(${nt_includes}/nt_status.inc SCRIPT ${nt_awk}
  FORM status INPUT ${nt_data}/ntstatus.tsv)
ringside_assembler_include(${nt_includes}/nt_hypercalls.inc SCRIPT ${nt_awk}
  FORM hypercalls INPUT ${nt_data}/nt/hypercalls.tsv)

# In the order of the path; KiSystemStartup is the first byte of the image.
set(nt_sources
  ki_system_startup.S ki_processor.S ke_init_exceptions.S
  ki_system_service.S ki_fast_call_entry.S ki_service_exit.S ki_service_outcome.S ki_swap_context.S ki_apc.S
  ki_trap.S ki_trap_0d.S ki_trap_0e.S ki_trap_npx.S ki_trap_tasks.S
  ki_interrupt.S ki_interrupt_dispatch.S ke_interrupt_object.S ki_soft_interrupts.S
  ki_callback.S ki_gui_thread.S irql.S hypercalls.S data.S)
list(TRANSFORM nt_sources PREPEND ${nt_folder}/)

# One kernel for each profile, from the same sources.
ringside_profile_names(nt_profiles)
foreach(profile IN LISTS nt_profiles)
  ringside_profile_id(id ${profile})
  ringside_profile_value(base ${profile} kernel_base)
  ringside_profile_value(layers ${profile} structures)
  string(REGEX REPLACE "([^ ]+) *" "${nt_data}/nt/structures-\\1.tsv;" layers "${layers}")
  set(includes ${CMAKE_CURRENT_BINARY_DIR}/kernel_${id}.includes)
  ringside_assembler_include(${includes}/nt_offsets.inc SCRIPT ${nt_awk}
    FORM structures INPUT ${layers})
  ringside_assembler_include(${includes}/nt_profile.inc SCRIPT ${nt_awk}
    FORM profile PROFILE ${profile} INPUT ${RINGSIDE_PROFILES})
  ringside_kernel_image(kernel_${id} BASE ${base} SCRIPT ${nt_folder}/kernel.ld
    SOURCES ${nt_sources}
    GENERATED ${includes}/nt_offsets.inc ${includes}/nt_profile.inc
              ${nt_includes}/nt_interrupt.inc ${nt_includes}/nt_boot_block.inc
              ${nt_includes}/nt_status.inc ${nt_includes}/nt_hypercalls.inc)
  list(APPEND guest_embedded
    kernel_${id}_image=${CMAKE_CURRENT_BINARY_DIR}/kernel_${id}.bin
    kernel_${id}_symbols=${CMAKE_CURRENT_BINARY_DIR}/kernel_${id}.sym)
endforeach()
