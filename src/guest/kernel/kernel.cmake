# SPDX-License-Identifier: MIT
# The guest kernels and the tables they share with the host. Included by src/guest.
set(nt_folder ${CMAKE_CURRENT_SOURCE_DIR}/kernel/nt)
set(nt_includes ${CMAKE_CURRENT_BINARY_DIR}/kernel_xp.includes)
set(nt_data ${PROJECT_SOURCE_DIR}/data)
set(nt_awk ${nt_folder}/assembler_include.awk)

ringside_assembler_include(${nt_includes}/nt_offsets.inc SCRIPT ${nt_awk}
  FORM structures INPUT ${nt_data}/nt/structures-xp.tsv)
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
  ki_system_service.S ki_fast_call_entry.S ki_service_exit.S ki_service_outcome.S
  ki_trap.S ki_trap_0d.S ki_trap_0e.S ki_trap_npx.S ki_trap_tasks.S
  ki_interrupt.S ki_interrupt_dispatch.S ke_interrupt_object.S ki_soft_interrupts.S irql.S hypercalls.S data.S)
list(TRANSFORM nt_sources PREPEND ${nt_folder}/)

ringside_kernel_image(kernel_xp BASE 0x804D7000 SCRIPT ${nt_folder}/kernel.ld
  SOURCES ${nt_sources}
  GENERATED ${nt_includes}/nt_offsets.inc ${nt_includes}/nt_interrupt.inc ${nt_includes}/nt_boot_block.inc
            ${nt_includes}/nt_status.inc ${nt_includes}/nt_hypercalls.inc)

list(APPEND guest_embedded
  kernel_xp_image=${CMAKE_CURRENT_BINARY_DIR}/kernel_xp.bin
  kernel_xp_symbols=${CMAKE_CURRENT_BINARY_DIR}/kernel_xp.sym)
