// SPDX-License-Identifier: MIT
#include "nt/test_kernel.hpp"

#include <algorithm>

namespace ringside::nt {

guest::Image tiny_program() {
    guest::Image image;
    image.file = "tiny.exe";
    image.preferred_base = 0x00400000;
    image.size = 0x3000;
    image.entry = 0x1000;
    image.subsystem = 3;
    image.stack_reserve = 0x00100000;
    image.stack_commit = 0x1000;
    image.headers = std::vector<std::byte>(0x200, std::byte{0x4D});
    image.sections.push_back({.name = ".text",
                              .rva = 0x1000,
                              .size = 0x1000,
                              .readable = true,
                              .executable = true,
                              .bytes = std::vector<std::byte>(16, std::byte{0xC3})});
    image.sections.push_back({.name = ".data",
                              .rva = 0x2000,
                              .size = 0x1000,
                              .readable = true,
                              .writable = true,
                              .bytes = std::vector<std::byte>(4, std::byte{0x11})});
    image.symbols.push_back({.name = "main", .rva = 0x1000, .size = 16});
    return image;
}

TestKernel::TestKernel(const World& world) : console(world.input), ram(world.ram), mmu(ram) {
    folder.write("data.txt", "hello, world");
    mounts.add_directory(u"C:\\app", folder.path().string(), world.writable);
    KernelConfig config;
    config.program = std::make_shared<const guest::Image>(tiny_program());
    config.program_path = u"C:\\app\\tiny.exe";
    config.command_line = u"tiny.exe one two";
    config.environment = {{u"PATH", u"C:\\windows"}, {u"home", u"C:\\app"}};
    config.flat = true;
    config.stop_on_missing = world.stop_on_missing;
    config.warn = [this](std::string_view line) { warnings.emplace_back(line); };
    config.debug_print = [this](std::string_view text) { debug_output.emplace_back(text); };
    config.watch_frames = world.watch_frames;
    kernel =
        std::make_unique<Kernel>(config, mmu, host::Host{.mounts = mounts, .console = console});
    state = kernel->boot();
    LinearAddress base{};
    std::uint32_t size = 0x100000;
    REQUIRE(kernel->memory.allocate(base, size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE,
                                    highest_user_address) == STATUS_SUCCESS);
    scratch_next_ = base.value;
    scratch_end_ = base.value + size;
}

std::uint32_t TestKernel::id_of(std::string_view service) const {
    const auto found = std::find_if(state.thunks.begin(), state.thunks.end(),
                                    [service](const ThunkRow& row) { return row.name == service; });
    REQUIRE(found != state.thunks.end());
    return found->id;
}

HypercallResult TestKernel::call_raw(std::uint32_t id,
                                     const std::vector<std::uint32_t>& arguments) {
    // Well below the base frame, where a dispatcher would have copied them to.
    const LinearAddress esp = state.base_trap_frame - 0x200;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        kernel->structures.write(esp + 4 + static_cast<std::uint32_t>(i) * 4, arguments[i]);
    }
    return kernel->hypercall(id, esp, now);
}

NTSTATUS TestKernel::call(std::string_view service, const std::vector<std::uint32_t>& arguments) {
    const auto result = call_raw(id_of(service), arguments);
    CHECK_FALSE(result.stop);
    return {result.eax};
}

std::uint32_t TestKernel::scratch(std::uint32_t size) {
    const std::uint32_t at = scratch_next_;
    scratch_next_ += align_up(size, 16U);
    REQUIRE(scratch_next_ <= scratch_end_);
    return at;
}

std::uint32_t TestKernel::put(std::span<const std::byte> bytes) {
    const std::uint32_t at = scratch(static_cast<std::uint32_t>(bytes.size()));
    REQUIRE(kernel->user_memory.write(LinearAddress{at}, bytes, guest::ProcessorMode::user));
    return at;
}

std::uint32_t TestKernel::put_string(std::u16string_view text) {
    const std::uint32_t buffer = put(std::as_bytes(std::span(text)));
    const auto length = static_cast<std::uint16_t>(text.size() * 2);
    return put_value(UNICODE_STRING{length, length, buffer});
}

std::uint32_t TestKernel::put_name(std::u16string_view name, std::uint32_t root) {
    constexpr std::uint32_t OBJ_CASE_INSENSITIVE = 0x40;
    return put_value(OBJECT_ATTRIBUTES{.Length = sizeof(OBJECT_ATTRIBUTES),
                                       .RootDirectory = root,
                                       .ObjectName = put_string(name),
                                       .Attributes = OBJ_CASE_INSENSITIVE});
}

std::string TestKernel::text_at(std::uint32_t at, std::uint32_t size) {
    std::string text(size, '\0');
    REQUIRE(kernel->user_memory.read(LinearAddress{at}, std::as_writable_bytes(std::span(text)),
                                     guest::ProcessorMode::user));
    return text;
}

NTSTATUS TestKernel::open(std::u16string_view name, std::uint32_t access, std::uint32_t& handle,
                          std::uint32_t disposition, std::uint32_t options, std::uint32_t share) {
    const std::uint32_t out = put_value(std::uint32_t{0});
    const NTSTATUS status = call("NtCreateFile", {out, access, put_name(name), scratch(8), 0, 0,
                                                  share, disposition, options, 0, 0});
    handle = get<std::uint32_t>(out);
    return status;
}

KTRAP_FRAME TestKernel::frame() {
    return kernel->structures.read<KTRAP_FRAME>(state.base_trap_frame);
}

}  // namespace ringside::nt
