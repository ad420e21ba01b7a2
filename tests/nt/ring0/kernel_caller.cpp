// SPDX-License-Identifier: MIT
#include "nt/ring0/kernel_caller.hpp"

namespace ringside::test {
namespace {

const GuestCode& caller() {
    static const GuestCode code = GuestCode::read(std::string(RINGSIDE_RING0_GUESTS) + "/caller",
                                                  TestNtMachine::program_base);
    return code;
}

const GuestCode& kernel_code() {
    static const GuestCode code = GuestCode::read(
        std::string(RINGSIDE_RING0_GUESTS) + "/kernel_code", TestNtMachine::driver_base);
    return code;
}

}  // namespace

KernelCaller::KernelCaller(std::string_view start)
    : TestNtMachine({}, caller(), kernel_code(), start) {
    replace_service(0, "call_service", 0);
    replace_service(1, "recurse", 4);
}

void KernelCaller::begin(LinearAddress function, const std::vector<std::uint32_t>& arguments) {
    set_dword(at("call_target"), function.value);
    set_dword(at("call_count"), static_cast<std::uint32_t>(arguments.size()));
    std::uint32_t offset = 0;
    for (const std::uint32_t argument : arguments) {
        set_dword(at("call_arguments") + offset, argument);
        offset += 4;
    }
    run_to(function);
}

std::uint32_t KernelCaller::call(LinearAddress function,
                                 const std::vector<std::uint32_t>& arguments) {
    begin(function, arguments);
    run_to("call_returned");
    return dword(at("call_result"));
}

void KernelCaller::jump(std::string_view place) {
    set_dword(at("next_place"), at(place).value);
    run_to(place);
}

}  // namespace ringside::test
