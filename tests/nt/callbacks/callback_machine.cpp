// SPDX-License-Identifier: MIT
#include "nt/callbacks/callback_machine.hpp"

namespace ringside::test {
namespace {

constexpr LinearAddress tss_esp0{0x80042004};
constexpr LinearAddress pcr_stack_base{0xFFDFF004};
constexpr LinearAddress pcr_stack_limit{0xFFDFF008};

const GuestCode& program() {
    static const GuestCode code =
        GuestCode::read(RINGSIDE_FRAME_GUESTS "/callback_program", TestNtMachine::program_base);
    return code;
}

GuestCode driver(const std::string& profile) {
    return GuestCode::read(RINGSIDE_FRAME_GUESTS "/callback_driver_" + nt::profile_id(profile),
                           TestNtMachine::driver_base);
}

}  // namespace

CallbackMachine::CallbackMachine(std::string_view start, std::string_view dispatcher,
                                 std::string_view service, const std::string& profile)
    : TestNtMachine({.profile = profile}, program(), driver(profile), start) {
    replace_service(0, service, 0);
    set_dword(at("KeUserCallbackDispatcher"), at(dispatcher).value);
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
