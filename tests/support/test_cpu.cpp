// SPDX-License-Identifier: MIT
#include "support/test_cpu.hpp"

#include <catch2/catch.hpp>

#include <span>
#include <vector>

namespace ringside::test {
namespace {

using cpu::Selector;

// Physical addresses of what the processor looks at.
constexpr std::uint32_t ram_bytes = 2U << 20;
constexpr std::uint32_t page_directory = 0x1FE000;
constexpr std::uint32_t page_table = 0x1FF000;
constexpr std::uint32_t gdt = 0x2000;
constexpr std::uint32_t idt = 0x2800;
constexpr std::uint32_t tss = 0x3000;
constexpr std::uint32_t inner_stack_top = 0x5000;
/// One HLT for each vector.
constexpr std::uint32_t handlers = 0x6000;
constexpr std::uint8_t hlt = 0xF4;

constexpr std::uint16_t code_selector = 0x08;
constexpr std::uint16_t data_selector = 0x10;
constexpr std::uint16_t user_code_selector = 0x1B;
constexpr std::uint16_t user_data_selector = 0x23;
constexpr std::uint16_t tss_selector = 0x28;

constexpr std::uint32_t flat_low = 0x0000FFFF;
constexpr std::uint32_t flat_code = 0x00CF9B00;
constexpr std::uint32_t flat_data = 0x00CF9300;
constexpr std::uint32_t ring_3 = 3U << 13;

std::vector<std::byte> from_hex(std::string_view hex) {
    std::vector<std::byte> bytes;
    unsigned value = 0;
    unsigned digits = 0;
    for (const char c : hex) {
        if (c == ' ') {
            continue;
        }
        const bool decimal = c >= '0' && c <= '9';
        REQUIRE((decimal || (c >= 'a' && c <= 'f')));
        value = value * 16 + static_cast<unsigned>(decimal ? c - '0' : c - 'a' + 10);
        if (++digits % 2 == 0) {
            bytes.push_back(static_cast<std::byte>(value));
            value = 0;
        }
    }
    REQUIRE(digits % 2 == 0);
    return bytes;
}

bool is_same(const cpu::Transition& t, const cpu::Fault& fault) {
    return t.kind == cpu::TransitionKind::exception && t.vector == fault.vector &&
           t.error_code == fault.error_code && t.page_fault_address == fault.page_fault_address;
}

}  // namespace

TestCpu::TestCpu(std::string_view code, cpu::Model model, unsigned ring, cpu::timing::Level level)
    : memory_(ram_bytes), mmu_(memory_), cpu_(std::make_unique<cpu::Cpu>(model, mmu_, level)) {
    const auto bytes = from_hex(code);
    memory_.write_bytes({code_address}, bytes);
    memory_.write({code_address + static_cast<std::uint32_t>(bytes.size())}, hlt);
    build_tables();
    enter(ring);
    cpu_->observer = this;
}

TestCpu::~TestCpu() {
    cpu_->observer = nullptr;
}

void TestCpu::build_tables() {
    const auto descriptor = [this](Selector s, std::uint32_t low, std::uint32_t high) {
        write(gdt + s.offset(), low);
        write(gdt + s.offset() + 4, high);
    };
    descriptor(Selector{code_selector}, flat_low, flat_code);
    descriptor(Selector{data_selector}, flat_low, flat_data);
    descriptor(Selector{user_code_selector}, flat_low, flat_code | ring_3);
    descriptor(Selector{user_data_selector}, flat_low, flat_data | ring_3);
    descriptor(Selector{tss_selector}, (tss << 16) | 0x67, 0x00008B00);
    write(tss + 4, inner_stack_top);
    write(tss + 8, std::uint32_t{data_selector});
    for (std::uint32_t vector = 0; vector < 256; ++vector) {
        constexpr std::uint32_t user_interrupt_gate = 0xEE00;
        write(idt + vector * 8, (std::uint32_t{code_selector} << 16) | (handlers + vector));
        write(idt + vector * 8 + 4, user_interrupt_gate);
        write(handlers + vector, hlt);
    }
    constexpr std::uint32_t all_rights = 7;
    write(page_directory, page_table | all_rights);
    for (std::uint32_t page = 0; page < ram_bytes; page += page_size) {
        write(page_table + page / page_size * 4, page | all_rights);
    }
}

void TestCpu::enter(unsigned ring) {
    using cpu::Segment;
    using cpu::SegmentRegister;
    const Selector code{ring == 0 ? code_selector : user_code_selector};
    const Selector data{ring == 0 ? data_selector : user_data_selector};
    const auto loaded = [this](Selector s) {
        return Segment::from(
            s, {read<std::uint32_t>(gdt + s.offset()), read<std::uint32_t>(gdt + s.offset() + 4)});
    };
    cpu_->segment(SegmentRegister::cs) = loaded(code);
    for (const auto r : {SegmentRegister::ds, SegmentRegister::es, SegmentRegister::ss}) {
        cpu_->segment(r) = loaded(data);
    }
    for (const auto r : {SegmentRegister::fs, SegmentRegister::gs}) {
        cpu_->segment(r) = Segment::null(Selector{});
    }
    cpu_->gdtr = {{gdt}, 0x7F};
    cpu_->idtr = {{idt}, 0x7FF};
    cpu_->tr = {Selector{tss_selector}, {tss}, 0x67, cpu::SystemType::tss32_busy, true};
    cpu_->cr0 = cpu::cr0::pe | cpu::cr0::pg | cpu::cr0::et | cpu::cr0::am;
    cpu_->cr3 = page_directory;
    cpu_->eip = code_address;
    edx() = 0;
    esp() = stack_top;
    cpu_->cpl = ring;
    cpu_->paging_changed();
}

void TestCpu::write_bytes(std::uint32_t address, std::string_view hex) {
    memory_.write_bytes({address}, from_hex(hex));
}

void TestCpu::set_page(std::uint32_t address, Page page) {
    constexpr std::uint32_t present = 1;
    constexpr std::uint32_t writable = 2;
    constexpr std::uint32_t user = 4;
    const std::uint32_t rights = page == Page::absent      ? user | writable
                                 : page == Page::read_only ? present | user
                                                           : present | writable | user;
    const LinearAddress a{address};
    write(page_table + address / page_size * 4, page_of(a).value | rights);
    mmu_.invalidate_page(a);
}

std::uint32_t TestCpu::offset() const {
    return (delivered_ ? delivered_->before.eip : cpu_->eip) - code_address;
}

void TestCpu::transition(const cpu::Transition& transition) {
    delivered_ = transition;
    moved_ = true;
}

void TestCpu::reached(LinearAddress) {}

void TestCpu::run_until(std::uint64_t tick) {
    moved_ = false;
    const cpu::Exit exit = cpu_->run(tick);
    if (exit.kind == cpu::ExitKind::shutdown || exit.kind == cpu::ExitKind::port_io) {
        FAIL("the CPU came back at +" << offset());
    }
    judge();
}

void TestCpu::judge() {
    const bool announced = expected_ || expected_vector_;
    if (!moved_) {
        if (announced) {
            FAIL("the announced fault or trap did not come; EIP is +" << offset());
        }
        return;
    }
    const cpu::Transition& t = *delivered_;
    CAPTURE(static_cast<unsigned>(t.vector), t.error_code, t.page_fault_address.value, offset());
    if (expected_vector_) {
        REQUIRE(t.vector == *expected_vector_);
    } else if (expected_) {
        CAPTURE(static_cast<unsigned>(expected_->vector), expected_->error_code,
                expected_->page_fault_address.value);
        REQUIRE(is_same(t, *expected_));
    } else {
        FAIL("an unannounced fault, trap or interrupt");
    }
    expected_.reset();
    expected_vector_.reset();
}

void TestCpu::step(unsigned instructions) {
    for (unsigned i = 0; i < instructions; ++i) {
        run_until(cpu_->clock + 1);
    }
}

void TestCpu::run(std::uint64_t clocks) {
    run_until(cpu_->clock + clocks * cpu::traits(cpu_->model).ticks_per_clock);
}

}  // namespace ringside::test
