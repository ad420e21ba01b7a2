// SPDX-License-Identifier: MIT
#include "support/nt_machine.hpp"

#include <fstream>
#include <iterator>
#include <optional>

#include "base/text.hpp"
#include "guest/flat_image.hpp"
#include "nt/boot/kernel_image.hpp"

namespace ringside::test {
namespace {

constexpr std::uint64_t memory_bytes = std::uint64_t{32} << 20;
constexpr std::uint64_t clock_limit = 20'000'000;
constexpr LinearAddress gdt{0x8003F000};
constexpr LinearAddress idt{0x8003F400};
constexpr std::uint8_t gate_dpl_3 = 0x60;

/// Stops at one address, but not while the machine still stands there.
class StopAt : public cpu::CpuObserver {
  public:
    StopAt(guest::Machine& machine, LinearAddress place)
        : machine_(machine), place_(place), start_(machine.cpu().clock) {
        machine_.observers().add(*this, {place.value});
    }
    ~StopAt() override { machine_.observers().remove(*this); }
    StopAt(const StopAt&) = delete;
    StopAt& operator=(const StopAt&) = delete;

    void transition(const cpu::Transition&) override {}
    void reached(LinearAddress) override {
        if (machine_.cpu().clock != start_) {
            machine_.stop();
        }
    }

  private:
    guest::Machine& machine_;
    LinearAddress place_;
    std::uint64_t start_;
};

std::shared_ptr<const guest::Image> image_of(const GuestCode& program, LinearAddress start) {
    auto image = guest::read_flat(program.name, program.bytes, program.base, {0x7FFF0000});
    REQUIRE(image);
    image->entry = start.value - program.base.value;
    for (const auto& [name, address] : program.symbols) {
        image->symbols.push_back({name, address.value - program.base.value, 0});
    }
    guest::arrange_symbols(*image);
    return std::make_shared<const guest::Image>(*std::move(image));
}

LinearAddress label(const GuestCode& code, std::string_view name) {
    for (const auto& [symbol, address] : code.symbols) {
        if (symbol == name) {
            return address;
        }
    }
    FAIL("no label " << name << " in " << code.name);
    return {};
}

}  // namespace

GuestCode GuestCode::read(const std::string& stem, LinearAddress base) {
    GuestCode code;
    code.name = stem.substr(stem.rfind('/') + 1);
    code.base = base;
    std::ifstream flat(stem + ".flat", std::ios::binary);
    for (std::istreambuf_iterator<char> at(flat), end; at != end; ++at) {
        code.bytes.push_back(static_cast<std::byte>(*at));
    }
    REQUIRE_FALSE(code.bytes.empty());
    std::ifstream rows(stem + ".sym");
    for (std::string line; std::getline(rows, line);) {
        const auto cells = split(line, '\t');
        const LinearAddress address{static_cast<std::uint32_t>(*parse_number(cells.at(0)))};
        if (address - base < code.bytes.size()) {
            code.symbols.emplace_back(cells.at(2), address);
        }
    }
    return code;
}

TestNtMachine::TestNtMachine(const World& world, const GuestCode& program, const GuestCode& driver,
                             std::string_view start)
    : machine_({.model = world.model,
                .memory_bytes = memory_bytes,
                .mhz = world.mhz,
                .block_limit = world.block_limit,
                .timing = world.timing}) {
    nt::KernelConfig config;
    config.profile = world.profile;
    config.program = image_of(program, label(program, start));
    config.flat = true;
    config.entry = world.entry;
    config.watch_frames = true;
    nt_ = std::make_unique<nt::Personality>(std::move(config), machine_,
                                            host::Host{.mounts = mounts_, .console = console_});
    nt_->boot(machine_);
    nt::Kernel& kernel = nt_->kernel();
    nt::map_kernel_pages(kernel, driver.base,
                         align_up(static_cast<std::uint32_t>(driver.bytes.size()), page_size));
    structures().write_bytes(driver.base, driver.bytes);
    guest::Module module{driver.name, driver.base, page_size, {}};
    for (const auto& [name, address] : driver.symbols) {
        module.symbols.push_back({.address = address, .name = name});
    }
    kernel.symbols.add(std::move(module));
    run_to(start);
}

void TestNtMachine::run_to(LinearAddress place) {
    INFO("to " << nt_->symbols().describe(place));
    const StopAt stop_at(machine_, place);
    const guest::StopReason stop = machine_.run(
        *nt_, {.max_cycles = machine_.cpu().cycles().value + clock_limit, .timeout = {}});
    INFO(stop.message << "\n" << stop.report);
    REQUIRE(stop.kind == guest::StopKind::observer);
    REQUIRE(machine_.cpu().eip == place.value);
}

guest::StopReason TestNtMachine::run() {
    return machine_.run(*nt_,
                        {.max_cycles = machine_.cpu().cycles().value + clock_limit, .timeout = {}});
}

LinearAddress TestNtMachine::at(std::string_view symbol) const {
    const auto found = nt_->symbols().find(symbol);
    INFO("symbol " << symbol);
    REQUIRE(found);
    return *found;
}

CpuState TestNtMachine::state() const {
    using cpu::GeneralRegister;
    using cpu::SegmentRegister;
    const cpu::Cpu& cpu = machine_.cpu();
    const auto general = [&cpu](GeneralRegister r) { return cpu.registers[r]; };
    const auto selector = [&cpu](SegmentRegister r) -> std::uint32_t {
        return cpu.segment(r).selector.value();
    };
    return {.eax = general(GeneralRegister::eax),
            .ecx = general(GeneralRegister::ecx),
            .edx = general(GeneralRegister::edx),
            .ebx = general(GeneralRegister::ebx),
            .esp = general(GeneralRegister::esp),
            .ebp = general(GeneralRegister::ebp),
            .esi = general(GeneralRegister::esi),
            .edi = general(GeneralRegister::edi),
            .eip = cpu.eip,
            .eflags = cpu.eflags(),
            .es = selector(SegmentRegister::es),
            .cs = cpu.point().cs.value(),
            .ss = selector(SegmentRegister::ss),
            .ds = selector(SegmentRegister::ds),
            .fs = selector(SegmentRegister::fs),
            .gs = selector(SegmentRegister::gs),
            .clock = cpu.cycles().value};
}

std::uint32_t TestNtMachine::dword(LinearAddress from) const {
    return structures().read<std::uint32_t>(from);
}

void TestNtMachine::set_dword(LinearAddress to, std::uint32_t value) {
    nt_->kernel().user_memory.set_watch(nullptr);  // the test may do to frames what it likes
    structures().write(to, value);
    nt_->kernel().user_memory.set_watch(&nt_->kernel().frame_watch);
}

void TestNtMachine::set_byte(LinearAddress to, std::uint8_t value) {
    structures().write(to, value);
}

std::uint32_t TestNtMachine::thread(std::string_view field) const {
    return structures().get(kthread(), "KTHREAD", field);
}

void TestNtMachine::set_thread(std::string_view field, std::uint32_t value) {
    structures().set(kthread(), "KTHREAD", field, value);
}

LinearAddress TestNtMachine::thread_field(std::string_view field) const {
    return structures().place(kthread(), "KTHREAD", field);
}

std::uint32_t TestNtMachine::thread_dword(std::string_view field) const {
    return dword(thread_field(field));
}

std::uint32_t TestNtMachine::pcr(std::string_view field) const {
    return structures().get(pcr_base(), "KPCR", field);
}

void TestNtMachine::set_pcr(std::string_view field, std::uint32_t value) {
    structures().set(pcr_base(), "KPCR", field, value);
}

LinearAddress TestNtMachine::user_frame() const {
    return {thread("InitialStack") - 0x29C};
}

void TestNtMachine::mark_stack() {
    const CpuState now = state();
    const LinearAddress end{(now.cs & 3) != 0 ? thread("InitialStack") - 0x210 : now.esp};
    for (LinearAddress to{thread("StackLimit")}; to < end; to = to + 4) {
        set_dword(to, stack_mark);
    }
}

void TestNtMachine::replace_service(std::uint32_t number, std::string_view symbol,
                                    std::uint8_t argument_bytes) {
    set_dword(at("KiServiceTable") + number * 4, at(symbol).value);
    set_byte(at("KiArgumentTable") + number, argument_bytes);
}

void TestNtMachine::open_gate(std::uint8_t vector) {
    const LinearAddress access = idt + vector * 8U + 5;
    set_byte(access,
             static_cast<std::uint8_t>(structures().read<std::uint8_t>(access) | gate_dpl_3));
}

void TestNtMachine::set_gate(std::uint8_t vector, std::uint64_t gate) {
    structures().write(idt + vector * 8U, gate);
}

void TestNtMachine::set_descriptor(std::uint16_t selector, std::uint64_t descriptor) {
    structures().write(gdt + selector, descriptor);
}

}  // namespace ringside::test
