// SPDX-License-Identifier: MIT
#include "nt/personality.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/archive.hpp"
#include "guest/bare.hpp"
#include "nt/boot/kernel_image.hpp"
#include "nt/frame_registers.hpp"
#include "nt/service_ledger.hpp"
#include "nt/stage_details.hpp"
#include "nt/views.hpp"

namespace ringside::nt {
namespace {

constexpr std::uint16_t hypercall_port = 0xE8;
constexpr std::uint16_t resume_port = 0xEA;
constexpr std::uint32_t all_ones = 0xFFFFFFFF;

// The boot GDT's descriptors in the hidden parts of the segment registers.
constexpr cpu::Descriptor flat_code{0x0000FFFF, 0x00CF9B00};
constexpr cpu::Descriptor flat_data{0x0000FFFF, 0x00CF9300};

}  // namespace

Personality::Personality(KernelConfig config, guest::Machine& machine, host::Host host)
    : kernel_(
          [&config, &machine] {
              config.mhz = machine.mhz();
              config.ticks_per_second = machine.ticks_of(std::chrono::seconds{1});
              return std::move(config);
          }(),
          machine.mmu(), host) {
    kernel_.fault_address = [&machine] { return machine.cpu().cr2; };
    const std::uint32_t features = cpu::traits(machine.cpu().model).features;
    if ((features & cpu::feature::fpu) != 0) {
        kernel_.float_unit = {&machine.cpu(), (features & cpu::feature::fxsr) != 0};
    }
}

void Personality::boot(guest::Machine& machine) {
    const BootState state = kernel_.boot();
    ticks_to_a_tick_ = machine.ticks_of(
        std::chrono::nanoseconds{std::int64_t{kernel_.profile.time_increment} * 100});
    next_clock_ = machine.cpu().clock + ticks_to_a_tick_;
    for (const IrqRequest& request : kernel_.config.irqs) {
        raise_at(machine, request);
    }
    cpu::Cpu& cpu = machine.cpu();
    cpu.cr0 = state.cr0;
    cpu.cr3 = state.directory.value;
    cpu.cr4 = 0;
    cpu.gdtr = {state.boot_gdt, state.boot_gdt_limit};
    cpu.idtr = {{}, 0};
    cpu.segments.fill(cpu::Segment::from(cpu::Selector{0x10}, flat_data));
    cpu.segment(cpu::SegmentRegister::cs) = cpu::Segment::from(cpu::Selector{0x08}, flat_code);
    for (const auto unused : {cpu::SegmentRegister::fs, cpu::SegmentRegister::gs}) {
        cpu.segment(unused) = cpu::Segment{};
    }
    cpu.eip = state.entry.value;
    cpu.registers[cpu::GeneralRegister::esp] = state.stack.value;
    cpu.paging_changed();
    cpu.context_changed();
}

std::optional<guest::StopReason> Personality::port_io(guest::Machine& machine,
                                                      const cpu::Exit& exit) {
    cpu::Cpu& cpu = machine.cpu();
    // A hypercall is `out imm8,eax` of the kernel; anything else is a bus where nothing answers.
    const bool from_kernel = cpu.cpl == 0 && cpu.protected_mode();
    if (!exit.write) {
        cpu::complete_in(cpu, all_ones);
        return std::nullopt;
    }
    if (!from_kernel || !exit.immediate_port || exit.size != 4 ||
        (exit.port != hypercall_port && exit.port != resume_port)) {
        return std::nullopt;
    }
    HypercallResult result;
    if (exit.port == hypercall_port) {
        const LinearAddress esp{cpu.segment(cpu::SegmentRegister::ss).base +
                                cpu.registers[cpu::GeneralRegister::esp]};
        result = kernel_.hypercall(exit.value, esp, cpu.clock);
    } else {
        result = kernel_.resume(cpu.clock, exit.value);
    }
    cpu.registers[cpu::GeneralRegister::eax] = result.eax;
    cpu.registers[cpu::GeneralRegister::ecx] = result.ecx;
    if (const std::uint64_t ticks = kernel_.take_service_ticks(); ticks != 0) {
        machine.spend_in_service(ticks);
    }
    return std::move(result.stop);
}

bool Personality::make_present(guest::Machine& machine, LinearAddress at) {
    return nt_success(kernel_.memory.access_fault(at, mmu::Access::read)) &&
           machine.mmu().translate(at, mmu::Access::read, mmu::Privilege::supervisor).has_value();
}

bool Personality::preview(guest::Machine&, LinearAddress from, std::span<std::byte> to) const {
    std::array<std::byte, page_size> page{};
    const std::uint32_t offset = page_offset(from);
    if (offset + to.size() > page_size || !kernel_.memory.preview(from, page)) {
        return false;
    }
    std::copy_n(page.begin() + offset, to.size(), to.begin());
    return true;
}

std::optional<LinearAddress> Personality::place_kernel_module(guest::Machine&,
                                                              guest::Module module) {
    constexpr LinearAddress first_stack{0xF8000000};
    const std::uint32_t size = align_up(module.size, page_size);
    if (size == 0 || size > first_stack - next_module_) {
        return std::nullopt;
    }
    module.base = next_module_;
    map_kernel_pages(kernel_, module.base, size);
    next_module_ += size + page_size;  // a page between modules is never mapped
    for (guest::ModuleSymbol& symbol : module.symbols) {
        symbol.address += module.base.value;
    }
    kernel_.symbols.add(module);
    return module.base;
}

std::optional<guest::StopReason> Personality::halted(guest::Machine& machine) {
    const auto at = kernel_.symbols.describe(LinearAddress{machine.cpu().eip - 1});
    if ((machine.cpu().system_flags & cpu::flag::intf) == 0) {
        return guest::StopReason{
            guest::StopKind::deadlock, 0, fmt::format("HLT with interrupts off at {}", at), {}};
    }
    if (kernel_.dispatcher.is_deadlocked() && !interrupts_.expects_device(machine.cpu())) {
        const auto& threads = kernel_.dispatcher.threads();
        return guest::StopReason{
            guest::StopKind::deadlock, 0,
            fmt::format("deadlock: {} for something that nothing will signal",
                        threads.size() == 1 ? "the only thread waits"
                                            : fmt::format("all {} threads wait", threads.size())),
            kernel_.dispatcher.describe_waits()};
    }
    return std::nullopt;
}

std::optional<std::uint64_t> Personality::next_event() const {
    return std::min(next_clock_, interrupts_.next_look().value_or(next_clock_));
}

void Personality::on_event(guest::Machine& machine) {
    const bool clock_ticks = machine.cpu().clock >= next_clock_;
    if (clock_ticks) {
        next_clock_ += ticks_to_a_tick_;
    }
    interrupts_.update(machine.cpu(), clock_ticks);
}

void Personality::raise_at(guest::Machine& machine, IrqRequest request) {
    interrupts_.schedule(request.line,
                         request.clock * cpu::traits(machine.cpu().model).ticks_per_clock);
}

void Personality::persist(Archive& archive) {
    archive.mark("NT:");
    kernel_.persist(archive);
    persist_all(archive, next_clock_, next_module_, interrupts_);
}

guest::StopReason Personality::shutdown(guest::Machine& machine) {
    return {guest::StopKind::guest_failure, 0,
            fmt::format("triple fault at {}",
                        kernel_.symbols.describe(LinearAddress{machine.cpu().eip})),
            guest::register_text(machine.cpu())};
}

std::vector<guest::Layout> Personality::layouts() const {
    std::vector<guest::Layout> layouts;
    for (const auto& [structure, rows] : kernel_.profile.layout.structures()) {
        guest::Layout layout{.name = structure, .size = rows.size, .rows = {}};
        for (const FieldRow& row : rows.fields) {
            layout.rows.push_back(
                {.name = row.name, .offset = row.offset, .size = row.size, .type = row.type});
        }
        layouts.push_back(std::move(layout));
    }
    return layouts;
}

/// As the guest has it now: the host follows only at its next hypercall.
LinearAddress Personality::current_kthread(guest::Machine& machine) const {
    const Layout& layout = kernel_.profile.layout;
    const auto current =
        machine.peek<std::uint32_t>(kernel_.boot_state.pcr + layout.offset("KPCR", "PrcbData") +
                                    layout.offset("KPRCB", "CurrentThread"));
    return current && *current != 0 ? LinearAddress{*current} : kernel_.thread->kthread;
}

std::uint32_t Personality::current_thread(guest::Machine& machine) const {
    const auto thread = kernel_.dispatcher.thread_at(current_kthread(machine));
    return thread ? thread->id : 0;
}

std::vector<guest::SystemThread> Personality::threads(guest::Machine& machine) const {
    const Layout& layout = kernel_.profile.layout;
    const LinearAddress current = current_kthread(machine);
    std::vector<guest::SystemThread> threads;
    for (const auto& thread : kernel_.dispatcher.threads()) {
        guest::SystemThread& row = threads.emplace_back();
        row.id = thread->id;
        if (thread->kthread == current) {
            row.state = "running";
            continue;
        }
        const std::string wait = kernel_.dispatcher.describe_wait(*thread);
        row.state = wait.empty() ? "ready" : wait;
        // The KSWITCHFRAME ends in the address at which the switch returns.
        const auto stack =
            machine.peek<std::uint32_t>(thread->kthread + layout.offset("KTHREAD", "KernelStack"));
        const std::uint32_t address = layout.offset("KSWITCHFRAME", "RetAddr");
        const auto eip =
            stack ? machine.peek<std::uint32_t>(LinearAddress{*stack} + address) : std::nullopt;
        if (eip) {
            row.resumes = {.eip = *eip, .esp = *stack + layout.size("KSWITCHFRAME")};
        }
    }
    return threads;
}

unsigned Personality::callback_depth(guest::Machine& machine) const {
    constexpr unsigned deepest = 64;  // Deeper than any kernel stack reaches: a broken chain.
    const Layout& layout = kernel_.profile.layout;
    const auto outer = layout.offset("KCALLOUT_FRAME", "CallbackStack");
    LinearAddress link = current_kthread(machine) + layout.offset("KTHREAD", "CallbackStack");
    unsigned depth = 0;
    for (; depth < deepest; ++depth) {
        const auto frame = machine.peek<std::uint32_t>(link);
        if (!frame || *frame == 0) {
            break;
        }
        link = LinearAddress{*frame} + outer;
    }
    return depth;
}

std::optional<LinearAddress> Personality::current_frame(guest::Machine& machine) const {
    const LinearAddress kthread = current_kthread(machine);
    if (kthread.value == 0) {
        return std::nullopt;
    }
    const auto field = kernel_.profile.layout.offset("KTHREAD", "TrapFrame");
    const auto frame = machine.peek<std::uint32_t>(kthread + field);
    return frame && *frame != 0 ? std::optional(LinearAddress{*frame}) : std::nullopt;
}

// Code of ring 0 pushes no SS and ESP.
std::uint32_t Personality::frame_length(guest::Machine& machine, LinearAddress frame) const {
    constexpr std::uint32_t virtual_8086 = 0x00020000;
    const auto& layout = kernel_.profile.layout;
    const auto cs = machine.peek<std::uint32_t>(frame + layout.offset("KTRAP_FRAME", "SegCs"));
    const auto eflags = machine.peek<std::uint32_t>(frame + layout.offset("KTRAP_FRAME", "EFlags"));
    const bool from_kernel = cs && eflags && (*cs & 3) == 0 && (*eflags & virtual_8086) == 0;
    return from_kernel ? layout.offset("KTRAP_FRAME", "HardwareEsp") : layout.size("KTRAP_FRAME");
}

std::optional<LinearAddress> Personality::structure_at(guest::Machine& machine,
                                                       std::string_view layout) const {
    return layout == frame_layout() ? current_frame(machine)
                                    : nt::structure_at(kernel_, machine, layout);
}

std::optional<guest::InterruptedCode> Personality::interrupted_code(guest::Machine& machine,
                                                                    LinearAddress frame) const {
    return frame_registers(kernel_.profile.layout, machine, frame);
}

std::vector<guest::Stage> Personality::stages() const {
    // In the order of the path; both entries end in KiSystemServiceRepeat.
    constexpr std::pair<std::string_view, std::string_view> places[] = {
        {"frame", "KiSystemServiceFrameBuilt"},   {"lookup", "KiSystemServiceRepeat"},
        {"copy", "KiSystemServiceCopyArguments"}, {"service", "KiSystemServiceCall"},
        {"wait", "KiServiceOutcomeBlock"},        {"exit", "KiSystemServiceDone"},
        {"return", "KiSystemCallExitKernel"},     {"switch", "SwapContextThread"},
    };
    std::vector<guest::Stage> stages;
    for (const auto& [stage, symbol] : places) {
        if (const auto at = kernel_.symbols.find(fmt::format("nt!{}", symbol))) {
            stages.push_back({.name = std::string(stage), .at = *at});
        }
    }
    for (const LinearAddress at : trap_frame_places(kernel_.symbols)) {
        stages.push_back({.name = "trap", .at = at});
    }
    return stages;
}

std::optional<LinearAddress> Personality::program_entry() const {
    const LinearAddress entry = kernel_.boot_state.program_entry;
    return entry.value != 0 ? std::optional(entry) : std::nullopt;
}

std::vector<guest::ServiceEntry> Personality::services() const {
    std::vector<guest::ServiceEntry> entries;
    for (const auto* const table : {&kernel_.profile.services, &kernel_.profile.win32k}) {
        for (const ServiceNumber& number : *table) {
            entries.push_back({.number = number.index,
                               .name = number.name,
                               .argument_bytes = number.argument_bytes,
                               .standing = standing_of(number)});
        }
    }
    return entries;
}

std::optional<std::string> Personality::stub_of(std::string_view module,
                                                std::string_view symbol) const {
    if (module != "ntdll" && module != "win32u") {
        return std::nullopt;
    }
    if (symbol == "KiFastSystemCall" || symbol == "KiFastSystemCallRet" ||
        symbol == "KiIntSystemCall") {
        return "";
    }
    std::string service(symbol);
    if (symbol.starts_with("Zw")) {
        service.replace(0, 2, "Nt");
    }
    const auto names_it = [&service](const ServiceNumber& row) { return row.name == service; };
    for (const auto* const table : {&kernel_.profile.services, &kernel_.profile.win32k}) {
        if (std::any_of(table->begin(), table->end(), names_it)) {
            return service;
        }
    }
    return std::nullopt;
}

std::string Personality::status_name(std::uint32_t status) const {
    return std::string(name_of(NTSTATUS{status}));
}

std::optional<guest::View> Personality::view(guest::Machine& machine,
                                             std::string_view which) const {
    return kernel_view(kernel_, machine, which);
}

std::vector<std::string> Personality::view_names() const {
    return kernel_view_names();
}

}  // namespace ringside::nt
