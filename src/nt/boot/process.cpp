// SPDX-License-Identifier: MIT
#include "nt/boot/process.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "host/utf16.hpp"
#include "nt/boot/process_parameters.hpp"
#include "nt/kernel.hpp"
#include "nt/ktrap_frame.hpp"
#include "nt/memory/image_section.hpp"
#include "nt/scheduling/kthread.hpp"
#include "nt/scheduling/thread_creation.hpp"

namespace ringside::nt {
namespace {

constexpr LinearAddress environment_address{0x00010000};
constexpr LinearAddress parameters_address{0x00020000};
constexpr LinearAddress stack_end{0x00130000};
constexpr LinearAddress first_peb{0x7FFDF000};
constexpr LinearAddress first_teb{0x7FFDE000};
constexpr std::uint32_t default_stack = 0x00100000;

/// IDs of NT come from one table of handles: multiples of four, small ones taken by the system.
constexpr std::uint32_t process_id = 0x0100;
constexpr std::uint32_t thread_id = 0x0104;
constexpr std::uint32_t first_standard_handle = 4;

constexpr std::uint32_t idle_priority = 0;
constexpr std::uint32_t base_priority = 8;
constexpr std::uint32_t foreground_quantum = 18;
constexpr std::uint32_t process_object = 3;
constexpr std::uint32_t platform_nt = 2;
[[noreturn]] void no_room(const Kernel& kernel, const char* what) {
    throw InputError(126, fmt::format("{}: {} has no room in the address space",
                                      host::to_printable(kernel.config.program_path), what));
}

/// Reserved and committed user memory at a fixed or free place.
LinearAddress allocate_user(Kernel& kernel, LinearAddress wanted, std::uint32_t size) {
    for (const LinearAddress at : {wanted, LinearAddress{}}) {
        LinearAddress base = at;
        std::uint32_t rounded = size;
        if (nt_success(kernel.memory.allocate(base, rounded, MEM_RESERVE | MEM_COMMIT,
                                              PAGE_READWRITE, highest_user_address))) {
            return base;
        }
    }
    no_room(kernel, "the process's data");
}

/// PEB and TEB stand side by side, which allocation granularity would forbid.
void reserve_pages(Kernel& kernel, LinearAddress at, std::uint32_t size) {
    if (!kernel.memory.place_private(at, size, PAGE_READWRITE)) {
        no_room(kernel, "the process's environment block");
    }
}

enum class Placement { preferred_only, anywhere };

LinearAddress map_image(Kernel& kernel, const std::shared_ptr<const guest::Image>& image,
                        const std::string& module, Placement placement) {
    auto pages = image_section_pages(kernel.pages, image);
    LinearAddress base{image->preferred_base};
    NTSTATUS status = map_image_view(kernel.memory, pages, *image, base);
    if (status == STATUS_CONFLICTING_ADDRESSES && placement == Placement::anywhere &&
        image->relocatable) {
        base = {};
        status = map_image_view(kernel.memory, pages, *image, base);
    }
    if (!nt_success(status)) {
        no_room(kernel, "the image");
    }
    kernel.symbols.add(symbols_of(*image, module, base));
    return base;
}

/// `readfile` of `C:\app\readfile.exe`.
std::string module_of(std::u16string_view path) {
    const auto slash = path.rfind(u'\\');
    std::string name =
        host::to_printable(slash == std::u16string_view::npos ? path : path.substr(slash + 1));
    return name.substr(0, name.rfind('.'));
}

void create_peb_and_teb(Kernel& kernel, const UserStackBounds& stack, LinearAddress parameters) {
    KernelMemory& memory = kernel.structures;
    const auto& program = *kernel.config.program;
    const auto peb = [&](std::string_view field, std::uint32_t value) {
        memory.set(first_peb, "PEB", field, value);
    };
    reserve_pages(kernel, first_teb, page_size);
    reserve_pages(kernel, first_peb, page_size);
    peb("Mutant", 0xFFFFFFFF);
    peb("ImageBaseAddress", kernel.boot_state.program_base.value);
    peb("ProcessParameters", parameters.value);
    peb("NumberOfProcessors", 1);
    // 30 days, as a relative time: what an image without a load configuration gets.
    const std::int64_t timeout = -std::int64_t{25'920'000'000'000};
    memory.write(memory.place(first_peb, "PEB", "CriticalSectionTimeout"), timeout);
    peb("HeapSegmentReserve", 0x00100000);
    peb("HeapSegmentCommit", 0x00002000);
    peb("HeapDeCommitTotalFreeThreshold", 0x00010000);
    peb("HeapDeCommitFreeBlockThreshold", 0x00001000);
    const std::uint32_t peb_size = memory.layout().size("PEB");
    peb("MaximumNumberOfHeaps", (page_size - peb_size) / 4);
    peb("ProcessHeaps", first_peb.value + peb_size);
    peb("OSMajorVersion", kernel.profile.major);
    peb("OSMinorVersion", kernel.profile.minor);
    peb("OSBuildNumber", kernel.profile.build);
    peb("OSCSDVersion", kernel.profile.csd_version);
    peb("OSPlatformId", platform_nt);
    peb("ImageSubsystem", program.subsystem);
    peb("ImageSubsystemMajorVersion", program.subsystem_major);
    peb("ImageSubsystemMinorVersion", program.subsystem_minor);

    initialize_teb(kernel, first_teb, {process_id, thread_id}, stack);
}

/// Reserves the stack below 0x130000, as the first thread of XP has it, and commits its top with a
/// guard page below.
UserStackBounds create_user_stack(Kernel& kernel) {
    const auto& program = *kernel.config.program;
    const std::uint32_t wanted = program.stack_reserve != 0 ? program.stack_reserve : default_stack;
    if (wanted > 0x40000000) {
        no_room(kernel, "the stack");
    }
    std::uint32_t size = align_up(std::max(wanted, 0x4000U), allocation_granularity);
    LinearAddress base = size < stack_end.value ? stack_end - size : LinearAddress{};
    if (base.value == 0 || !kernel.memory.space().is_free(base, size)) {
        base = {};
    }
    if (!nt_success(kernel.memory.allocate(base, size, MEM_RESERVE, PAGE_READWRITE,
                                           highest_user_address))) {
        no_room(kernel, "the stack");
    }
    // The lowest page is never committed, and one is the guard.
    const std::uint32_t commit =
        std::clamp(align_up(program.stack_commit, page_size), page_size, size - 2 * page_size);
    const LinearAddress top = base + size;
    LinearAddress limit = top - commit;
    LinearAddress guard = limit - page_size;
    std::uint32_t committed = commit;
    std::uint32_t guarded = page_size;
    const bool done =
        nt_success(kernel.memory.allocate(limit, committed, MEM_COMMIT, PAGE_READWRITE,
                                          highest_user_address)) &&
        nt_success(kernel.memory.allocate(guard, guarded, MEM_COMMIT, PAGE_READWRITE | PAGE_GUARD,
                                          highest_user_address));
    if (!done) {
        no_room(kernel, "the stack");
    }
    return {.base = top, .limit = limit, .deallocation = base};
}

void open_standard_handles(Kernel& kernel) {
    for (const auto stream : {host::Stream::input, host::Stream::output, host::Stream::error}) {
        const bool input = stream == host::Stream::input;
        const std::uint32_t rights = input ? file_mapping.read : file_mapping.write;
        const auto handle =
            kernel.handles.insert(std::make_shared<FileObject>(Device::console, stream),
                                  rights | SYNCHRONIZE | FILE_READ_ATTRIBUTES);
        ensure(handle == first_standard_handle + 4 * static_cast<std::uint32_t>(stream),
               "the standard handles are the first three");
    }
}

}  // namespace

void create_user_process(Kernel& kernel) {
    const KernelConfig& config = kernel.config;
    BootState& state = kernel.boot_state;
    open_standard_handles(kernel);

    const std::u16string environment = environment_block(config.environment);
    const LinearAddress environment_at = allocate_user(
        kernel, environment_address, static_cast<std::uint32_t>(environment.size() * 2));
    kernel.structures.write_bytes(environment_at, std::as_bytes(std::span(environment)));

    const ProcessStrings strings{.current_directory = config.current_directory,
                                 .dll_path = u"C:\\app;C:\\windows\\system32;C:\\windows",
                                 .image_path = config.program_path,
                                 .command_line = config.command_line};
    const auto size = static_cast<std::uint32_t>(
        process_parameters(kernel.profile.layout, {}, strings, {}, 0).size());
    const LinearAddress parameters = allocate_user(kernel, parameters_address, size);
    kernel.structures.write_bytes(
        parameters, process_parameters(kernel.profile.layout, parameters, strings, environment_at,
                                       first_standard_handle));

    const UserStackBounds stack = create_user_stack(kernel);
    // The system DLL first: nothing can relocate it, while the loader relocates a program.
    if (config.ntdll) {
        state.ntdll_base = map_image(kernel, config.ntdll, "ntdll", Placement::preferred_only);
    }
    state.program_base =
        map_image(kernel, config.program, module_of(config.program_path), Placement::anywhere);
    state.program_entry = state.program_base + config.program->entry;
    kernel.process->id = process_id;
    kernel.process->last_id = thread_id;
    kernel.process->peb = first_peb;
    create_peb_and_teb(kernel, stack, parameters);
    kernel.thread->id = thread_id;
    kernel.thread->teb = first_teb;
}

namespace {

LinearAddress allocate_pool(Kernel& kernel, std::string_view structure) {
    const auto block = kernel.pool->allocate(kernel.profile.layout.size(structure));
    if (!block) {
        throw InputError(126, "the kernel does not fit into the RAM; use a larger --memory");
    }
    return *block;
}

/// KeInitializeProcess.
LinearAddress create_kprocess(Kernel& kernel, std::uint32_t priority) {
    KernelMemory& memory = kernel.structures;
    const LinearAddress kprocess = allocate_pool(kernel, "KPROCESS");
    memory.set(kprocess, "DISPATCHER_HEADER", "Type", process_object);
    memory.set(kprocess, "DISPATCHER_HEADER", "Size", memory.layout().size("KPROCESS") / 4);
    memory.initialize_list(memory.place(kprocess, "DISPATCHER_HEADER", "WaitListHead"));
    memory.write(memory.place(kprocess, "KPROCESS", "DirectoryTableBase"),
                 kernel.boot_state.directory.value);
    memory.set(kprocess, "KPROCESS", "IopmOffset", memory.layout().size("KTSS"));
    memory.set(kprocess, "KPROCESS", "BasePriority", priority);
    memory.set(kprocess, "KPROCESS", "ThreadQuantum", foreground_quantum);
    memory.set(kprocess, "KPROCESS", "Affinity", 1);
    memory.set(kprocess, "KPROCESS", "ActiveProcessors", 1);
    memory.initialize_list(memory.place(kprocess, "KPROCESS", "ReadyListHead"));
    memory.initialize_list(memory.place(kprocess, "KPROCESS", "ThreadListHead"));
    return kprocess;
}

LinearAddress create_kthread(Kernel& kernel, LinearAddress kprocess, KernelStack stack) {
    KernelMemory& memory = kernel.structures;
    const LinearAddress kthread = allocate_pool(kernel, "KTHREAD");
    initialize_kthread(kernel, kthread, kprocess, stack);
    memory.insert_tail(memory.place(kprocess, "KPROCESS", "ThreadListHead"),
                       memory.place(kthread, "KTHREAD", "ThreadListEntry"));
    return kthread;
}

/// The idle thread belongs to a process of its own, which shares the page directory.
std::shared_ptr<ThreadObject> create_idle_thread(Kernel& kernel, const SystemThreads& threads) {
    const LinearAddress kprocess = create_kprocess(kernel, idle_priority);
    auto thread = std::make_shared<ThreadObject>();
    thread->kthread = create_kthread(kernel, kprocess, threads.idle);
    push_switch_frame(kernel, thread->kthread, threads.idle.top - base_frame_below_stack,
                      threads.idle_loop);
    kernel.boot_state.idle_thread = thread->kthread;
    return thread;
}

/// Where the thread begins in user mode, as the creator of a process chooses it.
CONTEXT start_context(Kernel& kernel) {
    CONTEXT context{};
    context.ContextFlags = CONTEXT::full;
    context.SegCs = KGDT_R3_CODE;
    context.SegSs = context.SegDs = context.SegEs = KGDT_R3_DATA;
    context.SegFs = KGDT_R3_TEB;
    const LinearAddress tib = kernel.structures.place(first_teb, "TEB", "NtTib");
    const std::uint32_t stack_base = kernel.structures.get(tib, "NT_TIB", "StackBase");
    context.Eip = kernel.boot_state.program_entry.value;
    context.Esp = stack_base - 4;
    const auto& kernel32 = kernel.config.kernel32;
    const auto thunk = kernel32 ? kernel32->rva_of("BaseProcessStartThunk") : std::nullopt;
    if (thunk) {
        context.Eax = context.Eip;
        context.Ebx = first_peb.value;
        context.Eip = kernel32->preferred_base + *thunk;
    }
    return context;
}

LinearAddress ntdll_export(const Kernel& kernel, std::string_view name) {
    if (!kernel.config.ntdll) {
        return {};
    }
    const auto rva = kernel.config.ntdll->rva_of(name);
    if (!rva) {
        throw InputError(126, fmt::format("ntdll.dll: no export {}; it is not a DLL for this "
                                          "profile",
                                          name));
    }
    return kernel.boot_state.ntdll_base + *rva;
}

}  // namespace

void create_system_threads(Kernel& kernel, const SystemThreads& threads) {
    BootState& state = kernel.boot_state;
    kernel.process->kprocess = create_kprocess(kernel, base_priority);
    const auto idle = create_idle_thread(kernel, threads);
    const LinearAddress kthread = create_kthread(kernel, kernel.process->kprocess, threads.first);
    state.first_thread = kthread;
    const auto frame = initialize_user_thread(kernel, kthread, first_teb, start_context(kernel));
    ensure(frame.has_value(), "the first thread's context is a user's");
    state.base_trap_frame = *frame;

    kernel.thread->kthread = kthread;
    kernel.thread->start_address = state.program_entry;
    kernel.thread->create_time = kernel.system_time().ticks;
    kernel.thread->priority = base_priority;
    kernel.thread->quantum = foreground_quantum;
    kernel.dispatcher.start(kernel.thread, idle);
    state.user_apc_dispatcher = ntdll_export(kernel, "KiUserApcDispatcher");
    state.user_exception_dispatcher = ntdll_export(kernel, "KiUserExceptionDispatcher");
    state.raise_user_exception_dispatcher = ntdll_export(kernel, "KiRaiseUserExceptionDispatcher");
    state.loader_init_routine = ntdll_export(kernel, "LdrInitializeThunk");
    ensure(PspUserThreadStartup(kernel), "there is pool for the first APC");
}

}  // namespace ringside::nt
