// SPDX-License-Identifier: MIT
#include "nt/callbacks/callback_machine.hpp"

namespace ringside::test {
namespace {

constexpr LinearAddress tss_esp0{0x80042004};
constexpr LinearAddress pcr_stack_base{0xFFDFF004};
constexpr LinearAddress pcr_stack_limit{0xFFDFF008};

}  // namespace

TestNtMachine callback_machine(std::string_view start, std::string_view dispatcher,
                               std::string_view service) {
    static const std::string folder = RINGSIDE_FRAME_GUESTS;
    static const GuestCode program =
        GuestCode::read(folder + "/callback_program", TestNtMachine::program_base);
    static const GuestCode driver =
        GuestCode::read(folder + "/callback_driver", TestNtMachine::driver_base);
    TestNtMachine nt({}, program, driver, start);
    nt.replace_service(0, service, 0);
    nt.set_dword(nt.at("KeUserCallbackDispatcher"), nt.at(dispatcher).value);
    return nt;
}

void check_stack_registers(const TestNtMachine& nt) {
    CHECK(nt.dword(tss_esp0) == nt.thread("InitialStack") - 0x220);
    CHECK(nt.dword(pcr_stack_base) == nt.thread("InitialStack") - 0x210);
    CHECK(nt.dword(pcr_stack_limit) == nt.thread("StackLimit"));
}

StackState stack_state(const TestNtMachine& nt) {
    return {.initial_stack = nt.thread("InitialStack"),
            .stack_base = nt.thread("StackBase"),
            .trap_frame = nt.thread("TrapFrame"),
            .callback_stack = nt.thread("CallbackStack"),
            .previous_mode = nt.thread("PreviousMode")};
}

}  // namespace ringside::test
