// SPDX-License-Identifier: MIT
// Kernel::boot: what a boot loader and the creator of the first process leave behind.
#include <fmt/format.h>

#include "nt/boot/kernel_image.hpp"
#include "nt/boot/process.hpp"
#include "nt/kernel.hpp"
#include "nt/structures/boot_block.hpp"

namespace ringside::nt {
namespace {

constexpr LinearAddress boot_block_page{0x80010000};
constexpr LinearAddress gdt{0x8003F000};
constexpr LinearAddress idt{0x8003F400};
constexpr LinearAddress tss{0x80042000};
constexpr LinearAddress shared_data_kernel{0xFFDF0000};
constexpr LinearAddress shared_data_user{0x7FFE0000};
constexpr std::uint32_t cr0_pe_et_pg = 0x80000011;

/// Flat segments for the first instructions: KiSystemStartup loads its own GDT at once.
constexpr std::uint64_t boot_descriptors[] = {0, 0x00CF9B000000FFFF, 0x00CF93000000FFFF};

KernelStack make_stack(Kernel& kernel) {
    const auto stack = kernel.stacks.allocate(kernel_stack_size, kernel_stack_size);
    if (!stack) {
        throw InputError(126, "the kernel does not fit into the RAM; use a larger --memory");
    }
    return *stack;
}

/// One physical page at two addresses: the kernel writes it, everybody reads it.
void map_shared_data(Kernel& kernel) {
    map_kernel_pages(kernel, shared_data_kernel, page_size);
    const PhysicalAddress page{kernel.tables.entry(shared_data_kernel) & mmu::entry::frame};
    kernel.memory.map_fixed(shared_data_user, page, allocation_granularity, PAGE_READONLY);
    std::u16string_view root = u"C:\\windows";
    kernel.structures.write_bytes(
        kernel.structures.place(shared_data_kernel, "KUSER_SHARED_DATA", "NtSystemRoot"),
        std::as_bytes(std::span(root)));
}

std::uint32_t low(std::uint64_t value) {
    return static_cast<std::uint32_t>(value);
}

std::uint32_t ntdll_address(const Kernel& kernel, std::string_view name) {
    const auto rva = kernel.config.ntdll ? kernel.config.ntdll->rva_of(name) : std::nullopt;
    return rva ? (kernel.boot_state.ntdll_base + *rva).value : 0;
}

void write_boot_block(Kernel& kernel, const KernelImage& image, KernelStack idle, KernelStack dpc) {
    const BootState& state = kernel.boot_state;
    BootBlock block;
    const auto boot_time = static_cast<std::uint64_t>(kernel.host.boot_date.ticks);
    block.set("Magic", 0x53474E52);
    block.set("Size", block.size());
    block.set("RamBytes", kernel.mmu.memory().size());
    block.set("Pcr", state.pcr.value);
    block.set("Gdt", gdt.value);
    block.set("Idt", idt.value);
    block.set("Tss", tss.value);
    block.set("IdleThread", state.idle_thread.value);
    block.set("FirstThread", state.first_thread.value);
    block.set("FirstProcess", kernel.process->kprocess.value);
    block.set("BootStackTop", idle.top.value);
    block.set("DpcStackTop", dpc.top.value);
    block.set("ServiceDescriptorTable", image.at("KeServiceDescriptorTable").value);
    block.set("ServiceDescriptorTableShadow", image.at("KeServiceDescriptorTableShadow").value);
    block.set("NtdllBase", state.ntdll_base.value);
    for (const std::string_view name :
         {"LdrInitializeThunk", "KiUserApcDispatcher", "KiUserCallbackDispatcher",
          "KiUserExceptionDispatcher", "KiRaiseUserExceptionDispatcher", "KiFastSystemCall",
          "KiFastSystemCallRet", "KiIntSystemCall"}) {
        block.set(name, ntdll_address(kernel, name));
    }
    block.set("EntryChoice", static_cast<std::uint32_t>(kernel.config.entry));
    block.set("BootTimeLow", low(boot_time));
    block.set("BootTimeHigh", low(boot_time >> 32));
    block.set("TickCountMultiplier", kernel.profile.tick_count_multiplier);
    block.set("Mhz", kernel.config.mhz);
    block.set("NtMajor", kernel.profile.major);
    block.set("NtMinor", kernel.profile.minor);
    block.set("BuildNumber", kernel.profile.build);
    block.set("FirstTrapFrame", state.base_trap_frame.value);
    kernel.structures.write_bytes(state.boot_block, block.bytes());
}

}  // namespace

BootState Kernel::boot() {
    mmu.set_mode({.enabled = true, .directory = tables.directory()});
    boot_state.cr0 = cr0_pe_et_pg;
    boot_state.directory = tables.directory();

    const KernelImage image = place_kernel_image(*this);
    boot_state.pcr = profile.pcr;
    boot_state.service_descriptor_table = image.at("KeServiceDescriptorTable");
    boot_state.thread_startup = image.at("KiThreadStartup");
    boot_state.suspend_nop = image.at("KiSuspendNop");
    boot_state.suspend_thread = image.at("KiSuspendThread");
    boot_state.user_thread_startup = image.at("PspUserThreadStartup");
    place_service_tables(*this, image);
    map_kernel_pages(*this, page_of(gdt), page_size);
    map_kernel_pages(*this, tss, align_up(profile.layout.size("KTSS"), page_size));
    map_kernel_pages(*this, boot_state.pcr, page_size);
    map_kernel_pages(*this, boot_block_page, page_size);
    map_shared_data(*this);
    pool.emplace(tables, pages, structures);
    const KernelStack idle = make_stack(*this);
    const KernelStack dpc = make_stack(*this);
    const KernelStack stack = make_stack(*this);

    boot_state.boot_block = boot_block_page;
    boot_state.boot_gdt = boot_block_page + 0x800;
    boot_state.boot_gdt_limit = sizeof boot_descriptors - 1;
    structures.write_bytes(boot_state.boot_gdt, std::as_bytes(std::span(boot_descriptors)));
    boot_state.entry = image.at("KiSystemStartup");
    // As after a call of KiSystemStartup(LoaderBlock): a return address, then the argument.
    // Well below what the first switch to the idle thread finds at the top.
    boot_state.stack = idle.top - page_size - 8;
    structures.write(boot_state.stack + 4, boot_block_page.value);

    create_user_process(*this);
    create_system_threads(*this,
                          {.idle = idle, .first = stack, .idle_loop = image.at("KiIdleLoop")});
    write_boot_block(*this, image, idle, dpc);
#ifdef NDEBUG
    const bool watch = config.watch_frames;
#else
    const bool watch = true;
#endif
    user_memory.set_watch(watch ? &frame_watch : nullptr);
    return boot_state;
}

}  // namespace ringside::nt
