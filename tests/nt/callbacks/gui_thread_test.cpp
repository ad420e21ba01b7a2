// SPDX-License-Identifier: MIT
// The first call to win32k: a larger kernel stack, the frame in its new place, the shadow table.
#include "nt/callbacks/callback_machine.hpp"
#include "nt/ntstatus.hpp"

using namespace ringside;
using namespace ringside::test;
using namespace ringside::nt;

namespace {

constexpr std::uint32_t frame_size = 0x8C;
constexpr LinearAddress teb_batch_count{0x7FFDEF70};
constexpr LinearAddress teb_win32_thread{0x7FFDE040};

std::vector<std::uint32_t> words_at(const TestNtMachine& nt, LinearAddress at) {
    std::vector<std::uint32_t> words;
    for (std::uint32_t offset = 0; offset < frame_size; offset += 4) {
        words.push_back(nt.dword(at + offset));
    }
    return words;
}

}  // namespace

TEST_CASE("KeSwitchKernelStack: the frame moves, as it is", "[nt][gui]") {
    CallbackMachine nt("gui", "by_int2b");
    nt.run_to("PsConvertToGuiThread");
    const LinearAddress old_frame = nt.user_frame();
    const StackState old = stack_state(nt);
    const std::uint32_t old_esp = nt.state().esp;
    CHECK(nt.thread("LargeStack") == 0);
    CHECK(nt.state().ebp == old_frame.value);
    auto frame = words_at(nt, old_frame);
    // The link to the frame before it: the thread's first, in the same place.
    CHECK(frame.at(0x3C / 4) == old_frame.value);

    nt.run_to("KeSwitchKernelStackDone");
    const LinearAddress new_frame = nt.user_frame();
    CHECK(new_frame != old_frame);
    frame.at(0x3C / 4) = new_frame.value;
    CHECK(words_at(nt, new_frame) == frame);
    CHECK(nt.thread("TrapFrame") == new_frame.value);
    CHECK(nt.state().ebp == new_frame.value);
    CHECK(nt.thread("LargeStack") == 1);
    CHECK(nt.thread("InitialStack") == nt.thread("StackBase"));
    CHECK(nt.thread("StackLimit") == nt.thread("StackBase") - 0x3000);
    CHECK(nt.state().eax == old.stack_base);
    check_stack_registers(nt);
    // Below the new stack's reserve there is nothing, and within it nothing yet.
    CHECK(nt.thread("StackBase") - nt.state().esp < 0x400);
    CHECK(old.stack_base - old_esp < 0x400);

    nt.run_to("gui_converted");
    CHECK(nt.state().eax == 0);
    CHECK(nt.thread("ServiceTable") == nt.at("KeServiceDescriptorTableShadow").value);
    CHECK(nt.thread("TrapFrame") == new_frame.value);
    const std::uint32_t w32thread = nt.thread("Win32Thread");
    CHECK(w32thread != 0);
    CHECK(nt.dword(LinearAddress{w32thread}) == nt.dword(LinearAddress{0xFFDFF124}));
    CHECK(nt.dword(teb_win32_thread) == w32thread);
}

TEST_CASE("PsConvertToGuiThread: a service called from ring 0 does not make a GUI thread",
          "[nt][gui]") {
    CallbackMachine nt("plain", "by_int2b", "nested_win32k_service");
    const StackState before = stack_state(nt);
    nt.run_to("PsConvertToGuiThreadReturn");
    CHECK(nt.state().eax == STATUS_INVALID_PARAMETER.value);
    // The byte behind the table: NtUserGetThreadState answers zero.
    nt.run_to("nested_win32k_service_back");
    CHECK(nt.state().eax == 0);
    nt.run_to("call_back");
    CHECK(nt.thread("ServiceTable") == nt.at("KeServiceDescriptorTable").value);
    CHECK(nt.thread("Win32Thread") == 0);
    CHECK(stack_state(nt).stack_base == before.stack_base);
}

TEST_CASE("PsConvertToGuiThread: a number beyond win32k's table converts first, then fails",
          "[nt][gui]") {
    CallbackMachine nt("beyond", "by_int2b");
    nt.run_to("beyond_back");
    CHECK(nt.state().eax == STATUS_INVALID_SYSTEM_SERVICE.value);
    CHECK(nt.thread("LargeStack") == 1);
    const StackState once = stack_state(nt);
    nt.run_to("PsConvertToGuiThreadReturn");
    CHECK(nt.state().eax == 0x4000001B);  // STATUS_ALREADY_WIN32
    nt.run_to("beyond_again_back");
    CHECK(nt.state().eax == STATUS_INVALID_SYSTEM_SERVICE.value);
    CHECK(stack_state(nt) == once);
}

TEST_CASE("PsConvertToGuiThread: without win32k there are no GUI threads", "[nt][gui]") {
    CallbackMachine nt("gui", "by_int2b");
    nt.set_dword(nt.at("KeServiceDescriptorTableShadow") + 0x10, 0);
    nt.set_dword(nt.at("KeServiceDescriptorTableShadow") + 0x18, 0);
    nt.run_to("PsConvertToGuiThreadReturn");
    CHECK(nt.state().eax == STATUS_ACCESS_DENIED.value);
    nt.run_to("gui_converted");
    CHECK(nt.state().eax == STATUS_INVALID_SYSTEM_SERVICE.value);
    CHECK(nt.thread("LargeStack") == 0);
}

TEST_CASE("PsConvertToGuiThread: what a failed conversion answers is a byte behind the table",
          "[nt][gui]") {
    constexpr std::uint32_t NtUserGetThreadState = 0x1B3;
    const auto [byte, answer] =
        GENERATE(std::pair{std::uint8_t{0}, 0U}, std::pair{std::uint8_t{0xFF}, 0xFFFFFFFFU},
                 std::pair{std::uint8_t{1}, STATUS_INVALID_SYSTEM_SERVICE.value},
                 std::pair{std::uint8_t{0x7F}, STATUS_INVALID_SYSTEM_SERVICE.value});
    CallbackMachine nt("plain", "by_int2b", "nested_win32k_service");
    const std::uint32_t limit = nt.dword(nt.at("KeServiceDescriptorTableShadow") + 0x18);
    nt.set_byte(nt.at("W32pServiceTable") + limit * 4 + NtUserGetThreadState, byte);
    nt.run_to("nested_win32k_service_back");
    CHECK(nt.state().eax == answer);
}

TEST_CASE("KeGdiFlushUserBatch: plays the batch before a win32k service", "[nt][gui]") {
    CallbackMachine nt("gui", "by_int2b");
    nt.set_dword(teb_batch_count, 7);
    nt.run_to("gui_converted");
    CHECK(nt.dword(teb_batch_count) == 0);
}

TEST_CASE("KeSwitchKernelStack: pointers that lead elsewhere stay", "[nt][gui]") {
    CallbackMachine nt("gui", "by_int2b");
    nt.run_to("KeSwitchKernelStack");
    const LinearAddress link = nt.user_frame() + 0x3C;
    nt.set_dword(link, older_frame + 0x01000000);
    nt.cpu().registers[cpu::GeneralRegister::ebp] = 0xEBEBEBEB;
    nt.run_to("KeSwitchKernelStackDone");
    CHECK(nt.dword(nt.user_frame() + 0x3C) == older_frame + 0x01000000);
    CHECK(nt.state().ebp == 0xEBEBEBEB);
}
