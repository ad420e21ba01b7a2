// SPDX-License-Identifier: MIT
// The frames of KiTrap00-KiTrap13 from ring 3, and what each trap makes of its frame.
#include "nt/frames/frame_check.hpp"

using namespace ringside;
using namespace ringside::test;

namespace {

constexpr std::uint32_t rf = 0x10000;

/// One way for a program to trap.
struct Trap {
    std::string program;
    std::string handler;
    bool fault;  ///< Eip is the instruction and RF is set; else Eip is behind it
    std::uint32_t error_code;
};

// Vectors 09, 0F, 10 and 13 no processor of this machine raises: their gates are opened to INT n.
const std::vector<Trap> traps{
    {"trap00", "KiTrap00", true, 0},      {"trap03", "KiTrap03", false, 0},
    {"trap04", "KiTrap04", false, 0},     {"trap05", "KiTrap05", true, 0},
    {"trap06", "KiTrap06", true, 0},      {"trap07", "KiTrap07", true, 0},
    {"int09", "KiTrap09", false, 0},      {"trap0a", "KiTrap0A", true, 0x60},
    {"trap0b", "KiTrap0B", true, 0x60},   {"trap0c", "KiTrap0C", true, 0x60},
    {"trap0d", "KiTrap0D", true, 0},      {"trap0d_gate_of_ring_0", "KiTrap0D", true, 0x30 * 8 + 2},
    {"trap0e_read", "KiTrap0E", true, 4}, {"trap0e_write", "KiTrap0E", true, 7},
    {"int0F", "KiTrap0F", false, 0},      {"int10", "KiTrap10", false, 0},
    {"trap11", "KiTrap11", true, 0},      {"int12", "KiTrap0F", false, 0},
    {"int13", "KiTrap13", false, 0},      {"int2d", "KiDebugService", false, 0},
};

/// Makes the processor ready to raise it.
void prepare(TestNtMachine& nt, const std::string& program) {
    constexpr std::uint8_t not_raised[] = {0x09, 0x0F, 0x10, 0x12, 0x13};
    for (const std::uint8_t vector : not_raised) {
        nt.open_gate(vector);
    }
    constexpr std::uint64_t task_gate_to_60 = 0x0000E50000600000;
    constexpr std::uint64_t short_tss = 0x0000890000000010;
    constexpr std::uint64_t absent_data_of_ring_3 = 0x00CF73000000FFFF;
    nt.set_gate(0x21, task_gate_to_60);
    nt.set_descriptor(0x60, program == "trap0a" ? short_tss : absent_data_of_ring_3);
    if (program == "trap11") {
        nt.cpu().cr0 |= cpu::cr0::am;
    }
    if (program == "trap07" || program == "int10" || program == "int13") {
        nt.cpu().cr0 |= cpu::cr0::em;  // as on a machine without a coprocessor
    }
}

void check_trap_frame(const TestNtMachine& nt, LinearAddress frame, const CpuState& user,
                      std::uint32_t eip, std::uint32_t error_code, std::uint32_t kept) {
    check_frame(nt, frame, FrameSize::allocated,
                {{"DbgEbp", user.ebp},
                 {"DbgEip", eip},
                 {"DbgArgMark", 0xBADB0D00},
                 {"DbgArgPointer", user.edx},
                 {"TempSegCs", kept},
                 {"TempEsp", kept},
                 {"Dr0", kept},
                 {"Dr1", kept},
                 {"Dr2", kept},
                 {"Dr3", kept},
                 {"Dr6", kept},
                 {"Dr7", 0},
                 {"SegGs", user.gs},
                 {"SegEs", user.es},
                 {"SegDs", user.ds},
                 {"Edx", user.edx},
                 {"Ecx", user.ecx},
                 {"Eax", user.eax},
                 {"PreviousPreviousMode", 0xFFFFFFFF},
                 {"ExceptionList", seh_record},
                 {"SegFs", user.fs},
                 {"Edi", user.edi},
                 {"Esi", user.esi},
                 {"Ebx", user.ebx},
                 {"Ebp", user.ebp},
                 {"ErrCode", error_code},
                 {"Eip", eip},
                 {"SegCs", user.cs},
                 {"EFlags", user.eflags},
                 {"HardwareEsp", user.esp},
                 {"HardwareSegSs", user.ss},
                 {"V86Es", kept},
                 {"V86Ds", kept},
                 {"V86Fs", kept},
                 {"V86Gs", kept}});
}

/// A trap touches neither the thread nor PCR[0], and runs with the kernel's selectors.
void check_trapped(const TestNtMachine& nt) {
    const CpuState kernel = nt.state();
    CHECK(kernel.esp == kernel.ebp);
    CHECK(kernel.cs == 0x08);
    CHECK(kernel.ss == 0x10);
    CHECK(kernel.ds == 0x23);
    CHECK(kernel.es == 0x23);
    CHECK(kernel.fs == 0x30);
    CHECK((kernel.eflags & (cpu::flag::intf | cpu::flag::tf | cpu::flag::df)) == 0);
    CHECK(nt.exception_list() == seh_record);
    CHECK(nt.thread("TrapFrame") == older_frame);
    CHECK(nt.thread("PreviousMode") == 1);
}

}  // namespace

TEST_CASE("traps: the frame of each from ring 3, slot by slot", "[nt][frames]") {
    const auto& trap = traps.at(GENERATE(range(std::size_t{0}, traps.size())));
    const cpu::Model model = GENERATE(cpu::Model::i486, cpu::Model::p6);
    INFO(trap.program);
    TestNtMachine nt = frame_machine({.model = model}, trap.program);
    prepare(nt, trap.program);
    CpuState user = at_gate(nt, trap.program);
    const std::uint32_t eip = trap.fault ? user.eip : nt.at(trap.program + "_next").value;
    nt.run_to(trap.handler + "FrameBuilt");
    CHECK(nt.state().ebp == nt.user_frame().value);
    user.eflags |= trap.fault ? rf : 0;
    check_trap_frame(nt, nt.user_frame(), user, eip, trap.error_code, not_written);
    check_trapped(nt);
    CHECK(user.gs == 0x20);
    CHECK(user.es == 0x22);
    CHECK(user.ds == 0x21);
    CHECK(user.fs == 0x39);
}

TEST_CASE("traps: the frame of a single step, slot by slot", "[nt][frames]") {
    TestNtMachine nt = frame_machine({}, "trap01");
    CpuState user = at_gate(nt, "trap01");
    nt.run_to("KiTrap01FrameBuilt");
    user.esp += 4;  // the gate of this program is the POPFD that sets TF
    user.eflags |= cpu::flag::tf;
    check_trap_frame(nt, nt.user_frame(), user, nt.at("trap01_next").value, 0, not_written);
    check_trapped(nt);
    // The handler of ring 3 is not to be stepped.
    nt.run_to("KiDispatchException");
    CHECK(nt.dword(nt.user_frame() + 0x70) == (user.eflags & ~cpu::flag::tf));
}

TEST_CASE("traps: the frame of a task gate holds what the TSS does", "[nt][frames]") {
    const std::string vector = GENERATE("02", "08");
    TestNtMachine nt = frame_machine({}, "int" + vector);
    nt.open_gate(vector == "02" ? 0x02 : 0x08);
    const CpuState user = at_gate(nt, "int" + vector);
    nt.run_to("KiTrap" + vector + "FrameBuilt");
    const LinearAddress stack = nt.at(vector == "02" ? "KiNmiStackTop" : "KiDoubleFaultStackTop");
    CHECK(nt.state().ebp == stack.value - 0x8C);
    const std::uint32_t fresh = 0;  // what that stack held
    check_trap_frame(nt, LinearAddress{nt.state().ebp}, user, user.eip + 2, 0, fresh);
    check_trapped(nt);
}

TEST_CASE("traps: a double fault reports the instruction that had no stack to enter on",
          "[nt][frames]") {
    TestNtMachine nt = frame_machine({}, "int2e");
    CpuState user = at_gate(nt, "int2e");
    const LinearAddress esp0{0x80042004};
    nt.set_dword(esp0, 0x90000000);  // where nothing is mapped
    nt.run_to("KiTrap08FrameBuilt");
    const LinearAddress frame{nt.state().ebp};
    CHECK(frame.value == nt.at("KiDoubleFaultStackTop").value - 0x90);  // below the error code
    user.eflags |= rf;  // of the page fault that came first
    check_trap_frame(nt, frame, user, user.eip, 0, 0);
    nt.run_to("KeBugCheckTrap");
    CHECK(nt.dword(LinearAddress{nt.state().esp + 4}) == 0x7F);
    CHECK(nt.dword(LinearAddress{nt.state().esp + 8}) == frame.value);
    CHECK(nt.dword(LinearAddress{nt.state().esp + 12}) == 0x08);
}

TEST_CASE("traps: with debug registers in use the frame has them", "[nt][frames]") {
    TestNtMachine nt = frame_machine({}, "trap06");
    at_gate(nt, "trap06");
    const bool active = GENERATE(true, false);
    // Traps look at the PCR's flag, not at the thread's, where the PCR has one.
    if (facts_of(nt).pcr_debug_active) {
        nt.set_pcr("DebugActive", active ? 1 : 0);
        nt.set_thread("DebugActive", active ? 0 : 1);
    } else {
        nt.set_thread("DebugActive", active ? 1 : 0);
    }
    nt.cpu().dr = {0x401000, 0x401100, 0x401200, 0x401300};
    nt.cpu().dr6 = 0xFFFF0FF1;
    nt.cpu().dr7 = 0x455;
    nt.run_to("KiTrap06FrameBuilt");
    const LinearAddress frame = nt.user_frame();
    CHECK(nt.dword(frame + 0x18) == (active ? 0x401000 : not_written));
    CHECK(nt.dword(frame + 0x1C) == (active ? 0x401100 : not_written));
    CHECK(nt.dword(frame + 0x20) == (active ? 0x401200 : not_written));
    CHECK(nt.dword(frame + 0x24) == (active ? 0x401300 : not_written));
    CHECK(nt.dword(frame + 0x28) == (active ? 0xFFFF0FF1 : not_written));
    CHECK(nt.dword(frame + 0x2C) == (active ? 0x455 : 0));
}

TEST_CASE("traps: the exception that each becomes", "[nt][frames]") {
    struct Row {
        std::string program;
        std::uint32_t code;
        std::uint32_t address;  ///< from the gate's instruction on
        std::vector<std::uint32_t> parameters;
    };
    const std::vector<Row> rows{
        {"trap00", 0xC0000094, 0, {}},
        {"trap03", 0x80000003, 0, {0, 0xC0C0C0C0, 0xD0D0D0D0}},
        {"trap04", 0xC0000095, 0, {}},
        {"trap05", 0xC000008C, 0, {}},
        {"trap06", 0xC000001D, 0, {}},
        {"trap07", 0xC000014A, 0, {}},
        {"trap0a", 0xC0000005, 0, {0, 0xFFFFFFFF}},
        {"trap0b", 0xC0000005, 0, {0, 0xFFFFFFFF}},
        {"trap0c", 0xC0000005, 0, {0, 0xFFFFFFFF}},
        {"trap0d", 0xC0000096, 0, {}},
        {"trap0d_gate_of_ring_0", 0xC0000005, 0, {0, 0xFFFFFFFF}},
        {"trap0e_read", 0xC0000005, 0, {0, 0x14}},
        {"trap0e_write", 0xC0000005, 0, {1, 0x8003F000}},
        {"int10", 0xC000014A, 2, {}},
        {"trap11", 0x80000002, 0, {}},
        {"int13", 0xC000014A, 2, {}},
        {"int2d", 0x80000003, 2, {0xA0A0A0A0, 0xC0C0C0C0, 0xD0D0D0D0}},
    };
    const Row& row = rows.at(GENERATE_COPY(range(std::size_t{0}, rows.size())));
    INFO(row.program);
    TestNtMachine nt = frame_machine({}, row.program);
    prepare(nt, row.program);
    const CpuState user = at_gate(nt, row.program);
    nt.run_to("KiDispatchException");
    const LinearAddress esp{nt.state().esp};
    CHECK((nt.state().eflags & cpu::flag::intf) != 0);
    CHECK(nt.dword(esp + 8) == 0);                       // ExceptionFrame
    CHECK(nt.dword(esp + 12) == nt.user_frame().value);  // TrapFrame
    CHECK(nt.dword(esp + 16) == 1);                      // PreviousMode
    CHECK(nt.dword(esp + 20) == 1);                      // FirstChance
    const LinearAddress record{nt.dword(esp + 4)};
    CHECK(nt.dword(record) == row.code);
    CHECK(nt.dword(record + 4) == 0);  // ExceptionFlags
    CHECK(nt.dword(record + 8) == 0);  // ExceptionRecord
    CHECK(nt.dword(record + 12) == user.eip + row.address);
    REQUIRE(nt.dword(record + 16) == row.parameters.size());
    for (std::uint32_t i = 0; i < row.parameters.size(); ++i) {
        CHECK(nt.dword(record + 20 + i * 4) == row.parameters[i]);
    }
}
