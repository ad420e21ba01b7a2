// SPDX-License-Identifier: MIT
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "host/mounts.hpp"
#include "nt/kernel.hpp"
#include "nt/ktrap_frame.hpp"
#include "support/temporary_folder.hpp"

/// Failed checks show statuses by name.
template <>
struct Catch::StringMaker<ringside::nt::NTSTATUS> {
    static std::string convert(ringside::nt::NTSTATUS status) {
        return ringside::nt::to_text(status);
    }
};

namespace ringside::nt {

/// A booted kernel without a CPU: services are called as their thunks would, by hypercalls with
/// the arguments on the first thread's kernel stack.
class TestKernel {
  public:
    struct World {
        std::string input{};
        bool writable = true;
        std::uint64_t ram = 32U << 20;
        bool stop_on_missing = false;
        bool watch_frames = true;
    };
    TestKernel() : TestKernel(World{}) {}
    explicit TestKernel(const World& world);

    /// Calls a service by name and answers its status; fails the test when the run would end.
    NTSTATUS call(std::string_view service, const std::vector<std::uint32_t>& arguments);
    HypercallResult call_raw(std::uint32_t id, const std::vector<std::uint32_t>& arguments);
    [[nodiscard]] std::uint32_t id_of(std::string_view service) const;

    // Scratch memory of the user: each call answers a fresh place.
    [[nodiscard]] std::uint32_t scratch(std::uint32_t size);
    std::uint32_t put(std::span<const std::byte> bytes);
    template <typename T>
    std::uint32_t put_value(const T& value) {
        return put(std::as_bytes(std::span(&value, 1)));
    }
    /// OBJECT_ATTRIBUTES with that name.
    std::uint32_t put_name(std::u16string_view name, std::uint32_t root = 0);
    std::uint32_t put_string(std::u16string_view text);
    template <typename T>
    [[nodiscard]] T get(std::uint32_t at) {
        T value{};
        const auto done = kernel->user_memory.read(LinearAddress{at},
                                                   std::as_writable_bytes(std::span(&value, 1)),
                                                   guest::ProcessorMode::user);
        REQUIRE(done);
        return value;
    }
    [[nodiscard]] std::string text_at(std::uint32_t at, std::uint32_t size);

    /// Opens by NtCreateFile; the handle comes back, 0 when the status is not a success.
    NTSTATUS open(std::u16string_view name, std::uint32_t access, std::uint32_t& handle,
                  std::uint32_t disposition = 1, std::uint32_t options = 0x60,
                  std::uint32_t share = 7);

    [[nodiscard]] KTRAP_FRAME frame();

    host::TemporaryFolder folder;
    host::Mounts mounts;
    host::CapturedConsole console;
    mmu::PhysicalMemory ram;
    mmu::Mmu mmu;
    std::vector<std::string> warnings;
    std::vector<std::string> debug_output;
    std::unique_ptr<Kernel> kernel;
    BootState state;
    std::uint64_t now = 0;

  private:
    std::uint32_t scratch_next_ = 0;
    std::uint32_t scratch_end_ = 0;
};

/// A program of one section without imports, at 0x400000.
[[nodiscard]] guest::Image tiny_program();

}  // namespace ringside::nt
