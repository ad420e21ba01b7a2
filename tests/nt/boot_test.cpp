// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "nt/boot/process_parameters.hpp"
#include "nt/test_kernel.hpp"

using namespace ringside;
using namespace ringside::nt;

TEST_CASE("boot: the page tables appear at their classical place", "[nt][boot]") {
    TestKernel test;
    KernelMemory& memory = test.kernel->structures;
    const auto entry = memory.read<std::uint32_t>(LinearAddress{0xC0300000 + 0x300 * 4});
    CHECK((entry & mmu::entry::frame) == test.state.directory.value);
    const auto kernel_pte =
        memory.read<std::uint32_t>(LinearAddress{0xC0000000 + (0x804D7000U >> 12) * 4});
    CHECK((kernel_pte & mmu::entry::present) != 0);
    CHECK((kernel_pte & mmu::entry::user) == 0);
}

TEST_CASE("boot: the shared page is one page at two addresses", "[nt][boot]") {
    TestKernel test;
    test.kernel->structures.write(LinearAddress{0xFFDF0123}, std::uint8_t{0x77});
    CHECK(test.get<std::uint8_t>(0x7FFE0123) == 0x77);
    CHECK(test.get<char16_t>(0x7FFE0030) == u'C');
    const std::byte zero{};
    CHECK_FALSE(test.kernel->user_memory.write(LinearAddress{0x7FFE0000}, std::span(&zero, 1),
                                               guest::ProcessorMode::user));
}

TEST_CASE("boot: the hand-over leaves the boot block at [ESP+4]", "[nt][boot]") {
    TestKernel test;
    KernelMemory& memory = test.kernel->structures;
    CHECK(memory.read<std::uint32_t>(test.state.stack + 4) == test.state.boot_block.value);
    CHECK(memory.read<std::uint32_t>(test.state.boot_block) == 0x53474E52);
    CHECK(memory.read<std::uint32_t>(test.state.boot_block + 0x7C) ==
          test.state.base_trap_frame.value);
    CHECK(test.kernel->symbols.describe(test.state.entry) == "nt!KiSystemStartup");
}

TEST_CASE("boot: the first thread's geometry is the one KiFastCallEntry checks", "[nt][boot]") {
    TestKernel test;
    KernelMemory& memory = test.kernel->structures;
    const LinearAddress kthread = test.kernel->thread->kthread;
    const auto initial_stack = memory.get(kthread, "KTHREAD", "InitialStack");
    CHECK(test.state.base_trap_frame.value == initial_stack - 0x29C);
    CHECK(memory.get(kthread, "KTHREAD", "Teb") == 0x7FFDE000);
    CHECK(test.frame().SegCs == 0x1B);
    CHECK(test.frame().HardwareSegSs == 0x23);
    CHECK(test.frame().PreviousPreviousMode == 1);
    CHECK(test.frame().Eip == 0x00401000);
    const auto below = memory.get(kthread, "KTHREAD", "StackLimit") - 1;
    CHECK_FALSE(
        test.mmu.translate(LinearAddress{below}, mmu::Access::read, mmu::Privilege::supervisor));
}

TEST_CASE("boot: PEB, TEB and process parameters hang together", "[nt][boot]") {
    TestKernel test;
    KernelMemory& memory = test.kernel->structures;
    const LinearAddress peb{0x7FFDF000};
    CHECK(memory.get(LinearAddress{0x7FFDE000}, "TEB", "ProcessEnvironmentBlock") == peb.value);
    CHECK(test.get<std::uint32_t>(0x7FFDE018) == 0x7FFDE000);
    CHECK(memory.get(peb, "PEB", "ImageBaseAddress") == 0x00400000);
    const LinearAddress parameters{memory.get(peb, "PEB", "ProcessParameters")};
    CHECK(parameters == LinearAddress{0x20000});
    const auto command = test.get<UNICODE_STRING>(
        memory.place(parameters, "RTL_USER_PROCESS_PARAMETERS", "CommandLine").value);
    CHECK(command.Length == 32);
    CHECK(test.get<char16_t>(command.Buffer + 2) == u'i');
    CHECK(memory.get(parameters, "RTL_USER_PROCESS_PARAMETERS", "StandardOutput") == 8);
    CHECK(memory.get(parameters, "RTL_USER_PROCESS_PARAMETERS", "Environment") == 0x10000);
    CHECK(test.get<char16_t>(0x10000) == u'h');
}

TEST_CASE("boot: the environment is sorted without case and ends twice", "[nt][boot]") {
    CHECK(environment_block({{u"b", u"2"}, {u"A", u"1"}}) == std::u16string(u"A=1\0b=2\0\0", 9));
    CHECK(environment_block({}) == std::u16string(u"\0\0", 2));
}

TEST_CASE("boot: a machine too small for the kernel is said plainly", "[nt][boot]") {
    CHECK_THROWS_WITH(TestKernel({.ram = 64 << 10}), Catch::Contains("--memory"));
}

TEST_CASE("boot: two boots leave the same bytes", "[nt][boot]") {
    TestKernel a;
    TestKernel b;
    for (std::uint32_t at = 0; at < a.ram.size(); at += 4096) {
        std::array<std::byte, 4096> left{};
        std::array<std::byte, 4096> right{};
        a.ram.read_bytes(PhysicalAddress{at}, left);
        b.ram.read_bytes(PhysicalAddress{at}, right);
        ensure(left == right, "the same page");
    }
    SUCCEED();
}
