// SPDX-License-Identifier: MIT
// The frames of KiTrap00-KiTrap13 from ring 0: they end behind EFLAGS, at 0x74.
#include "nt/frames/frame_check.hpp"

using namespace ringside;
using namespace ringside::test;

namespace {

constexpr std::uint32_t rf = 0x10000;
constexpr std::uint32_t kernel_seh_record = 0xF8005E44;

struct Trap {
    std::string service;
    std::string handler;
    bool fault;  ///< Eip is the instruction and RF is set; else Eip is behind it
    std::uint32_t error_code;
};

const std::vector<Trap> traps{
    {"int00", "KiTrap00", false, 0},    {"int01", "KiTrap01", false, 0},
    {"int03", "KiTrap03", false, 0},    {"int04", "KiTrap04", false, 0},
    {"int05", "KiTrap05", false, 0},    {"int06", "KiTrap06", false, 0},
    {"int07", "KiTrap07", false, 0},    {"int09", "KiTrap09", false, 0},
    {"trap0a", "KiTrap0A", true, 0x60}, {"trap0b", "KiTrap0B", true, 0x60},
    {"trap0c", "KiTrap0C", true, 0x60}, {"trap0d", "KiTrap0D", true, 0x7F8},
    {"trap0e", "KiTrap0E", true, 2},    {"int0F", "KiTrap0F", false, 0},
    {"int10", "KiTrap10", false, 0},    {"trap11", "KiTrap11", false, 0},
    {"int12", "KiTrap0F", false, 0},    {"int13", "KiTrap13", false, 0},
};

/// At the instruction of a service that is about to trap.
CpuState at_trap(TestNtMachine& nt, const std::string& service) {
    nt.replace_service(0, "ring0_" + service, 8);
    nt.set_gate(0x21, 0x0000850000600000);  // a task gate
    constexpr std::uint64_t short_tss = 0x0000890000000010;
    constexpr std::uint64_t absent_data_of_ring_0 = 0x00CF13000000FFFF;
    constexpr std::uint64_t absent_data_of_ring_3 = 0x00CF73000000FFFF;
    nt.set_descriptor(0x60, service == "trap0a"   ? short_tss
                            : service == "trap0c" ? absent_data_of_ring_0
                                                  : absent_data_of_ring_3);
    nt.run_to("int2e_gate");
    nt.run_to("ring0_" + service + "_gate");
    nt.set_exception_list(kernel_seh_record);
    nt.mark_stack();
    return nt.state();
}

std::vector<Slot> kernel_frame(const CpuState& kernel, std::uint32_t eip, std::uint32_t error_code,
                               std::uint32_t kept) {
    return {{"DbgEbp", kernel.ebp},
            {"DbgEip", eip},
            {"DbgArgMark", 0xBADB0D00},
            {"DbgArgPointer", kernel.edx},
            {"TempSegCs", kept},
            {"TempEsp", kept},
            {"Dr0", kept},
            {"Dr1", kept},
            {"Dr2", kept},
            {"Dr3", kept},
            {"Dr6", kept},
            {"Dr7", 0},
            {"SegGs", kernel.gs},
            {"SegEs", kernel.es},
            {"SegDs", kernel.ds},
            {"Edx", kernel.edx},
            {"Ecx", kernel.ecx},
            {"Eax", kernel.eax},
            {"PreviousPreviousMode", 0xFFFFFFFF},
            {"ExceptionList", kernel_seh_record},
            {"SegFs", 0x30},
            {"Edi", kernel.edi},
            {"Esi", kernel.esi},
            {"Ebx", kernel.ebx},
            {"Ebp", kernel.ebp},
            {"ErrCode", error_code},
            {"Eip", eip},
            {"SegCs", 0x08},
            {"EFlags", kernel.eflags}};
}

}  // namespace

TEST_CASE("traps: the frame of each from ring 0, slot by slot", "[nt][frames]") {
    const auto& trap = traps.at(GENERATE(range(std::size_t{0}, traps.size())));
    INFO(trap.service);
    TestNtMachine nt = frame_machine({}, "int2e");
    CpuState kernel = at_trap(nt, trap.service);
    const std::uint32_t eip =
        trap.fault ? kernel.eip : nt.at("ring0_" + trap.service + "_next").value;
    nt.run_to(trap.handler + "FrameBuilt");
    const LinearAddress frame{nt.state().ebp};
    // SS:ESP is not pushed: the interrupted stack begins where the frame ends. An error code is
    // part of the frame.
    CHECK(frame.value + static_cast<std::uint32_t>(FrameSize::kernel) == kernel.esp);
    kernel.eflags |= trap.fault ? rf : 0;
    check_frame(nt, frame, FrameSize::kernel,
                kernel_frame(kernel, eip, trap.error_code, not_written));
    CHECK(kernel.gs == 0x20);
    CHECK(kernel.es == 0x22);
    CHECK(kernel.ds == 0x21);
    CHECK(nt.state().ds == 0x23);
    CHECK(nt.state().es == 0x23);
    CHECK(nt.state().fs == 0x30);
    CHECK((nt.state().eflags & cpu::flag::intf) == 0);
    // The service's frame stays the thread's.
    CHECK(nt.thread("TrapFrame") == nt.user_frame().value);
    CHECK(nt.thread("PreviousMode") == 1);
    CHECK(nt.exception_list() == kernel_seh_record);
}

TEST_CASE("traps: a task gate from ring 0 saves SS:ESP as well", "[nt][frames]") {
    const std::string vector = GENERATE("02", "08");
    TestNtMachine nt = frame_machine({}, "int2e");
    const CpuState kernel = at_trap(nt, "int" + vector);
    nt.run_to("KiTrap" + vector + "FrameBuilt");
    const LinearAddress frame{nt.state().ebp};
    const LinearAddress stack = nt.at(vector == "02" ? "KiNmiStackTop" : "KiDoubleFaultStackTop");
    CHECK(frame.value == stack.value - 0x8C);
    auto slots = kernel_frame(kernel, kernel.eip + 2, 0, 0);
    slots.push_back({"HardwareEsp", kernel.esp});
    slots.push_back({"HardwareSegSs", 0x10});
    check_frame(nt, frame, FrameSize::user, slots);
}

TEST_CASE("traps: those of ring 0 end the run and name the instruction", "[nt][frames]") {
    struct Row {
        std::string service;
        std::uint32_t bugcheck;
        std::uint32_t vector;
    };
    const Row row =
        GENERATE(Row{"int00", 0x7F, 0x00}, Row{"int01", 0x7F, 0x01}, Row{"int02", 0x80, 0x02},
                 Row{"int03", 0x7F, 0x03}, Row{"int04", 0x7F, 0x04}, Row{"int05", 0x7F, 0x05},
                 Row{"int06", 0x7F, 0x06}, Row{"int07", 0x7F, 0x07}, Row{"int08", 0x7F, 0x08},
                 Row{"int09", 0x7F, 0x09}, Row{"trap0a", 0x7F, 0x0A}, Row{"trap0b", 0x7F, 0x0B},
                 Row{"trap0c", 0x7F, 0x0C}, Row{"trap0e", 0x50, 0x0E}, Row{"int0F", 0x7F, 0x0F},
                 Row{"int10", 0x7F, 0x10}, Row{"trap11", 0x7F, 0x11}, Row{"int12", 0x7F, 0x0F},
                 Row{"int13", 0x7F, 0x13});
    INFO(row.service);
    TestNtMachine nt = frame_machine({}, "int2e");
    at_trap(nt, row.service);
    nt.run_to("KeBugCheckTrap");
    const LinearAddress esp{nt.state().esp};
    CHECK(nt.dword(esp + 4) == row.bugcheck);
    CHECK(nt.dword(esp + 8) == nt.state().ebp);
    CHECK(nt.dword(esp + 12) == row.vector);
    const guest::StopReason stop = nt.run();
    CHECK(stop.kind == guest::StopKind::guest_failure);
    CHECK(stop.status == row.bugcheck);
}

TEST_CASE("traps: #GP of ring 0 under a user's DS is tried again with the flat one",
          "[nt][frames]") {
    TestNtMachine nt = frame_machine({}, "int2e");
    at_trap(nt, "trap0d");
    nt.run_to("KiTrap0DFrameBuilt");
    nt.run_to("KiTrap0DFrameBuilt");
    const LinearAddress frame{nt.state().ebp};
    CHECK(nt.dword(frame + 0x34) == 0x23);
    CHECK(nt.dword(frame + 0x38) == 0x23);
    nt.run_to("KeBugCheckTrap");
    CHECK(nt.dword(LinearAddress{nt.state().esp + 12}) == 0x0D);
}
