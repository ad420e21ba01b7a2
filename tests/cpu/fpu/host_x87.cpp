// SPDX-License-Identifier: MIT
#include "cpu/fpu/host_x87.hpp"

#include "base/bits.hpp"
#include "base/ensure.hpp"
#include "cpu/fpu/environment.hpp"

#if defined(__x86_64__) && defined(__linux__)
#include <sys/mman.h>
#endif

namespace ringside::test {

#if defined(__x86_64__) && defined(__linux__)

namespace {

constexpr std::size_t code_size = 4096;
constexpr std::size_t instruction_at = 4;

// rdi: FSAVE image; rsi: memory operand; edx: EFLAGS; ecx: EAX. Gives EAX and, above it, EFLAGS.
constexpr std::array<unsigned char, 22> stub{
    0xDD, 0x27,              // frstor [rdi]
    0x89, 0xC8,              // mov eax, ecx; flags follow below
    0x90, 0x90,              // the instruction
    0x9C, 0x5A,              // pushfq; pop rdx
    0xDD, 0x37,              // fnsave [rdi]
    0x48, 0xC1, 0xE2, 0x20,  // shl rdx, 32
    0x89, 0xC0,              // mov eax, eax
    0x48, 0x09, 0xD0,        // or rax, rdx
    0xC3,                    // ret
    0xCC, 0xCC,
};

constexpr std::uint32_t compared_flags = 0x45;

}  // namespace

const char* HostX87::missing() {
    return nullptr;
}

HostX87::HostX87() {
    void* const page = mmap(nullptr, code_size, PROT_READ | PROT_WRITE | PROT_EXEC,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ensure(page != MAP_FAILED, "an executable page for the judge");
    code_ = static_cast<std::byte*>(page);
}

HostX87::~HostX87() {
    munmap(code_, code_size);
}

void HostX87::execute(std::uint8_t escape, std::uint8_t modrm, X87Step& step) const {
    // Each instruction has a copy of the stub of its own, so that no code is modified twice.
    std::array<unsigned char, stub.size() + 2> code{};
    std::size_t n = 0;
    const auto emit = [&](unsigned byte) { code[n++] = static_cast<unsigned char>(byte); };
    emit(0x52);  // push rdx
    emit(0x9D);  // popfq
    for (const unsigned char byte : stub) {
        emit(byte);
    }
    code[instruction_at + 2] = escape;
    code[instruction_at + 3] =
        static_cast<unsigned char>(modrm >= 0xC0 ? modrm : (modrm & 0x38U) | 6U);
    if (std::memcmp(code_, code.data(), code.size()) != 0) {
        std::memcpy(code_, code.data(), code.size());
    }
    using Entry = std::uint64_t (*)(std::byte*, std::byte*, std::uint64_t, std::uint64_t);
    Entry entry = nullptr;
    std::memcpy(&entry, &code_, sizeof entry);

    constexpr cpu::fpu::ImageFormat format{};
    alignas(16) std::array<std::byte, 112> image{};
    store_save_area(step.state, format, image);
    const std::uint64_t answer =
        entry(image.data(), step.memory.data(), 0x202U | step.eflags, step.eax);
    const cpu::fpu::Pointers pointers = step.state.pointers;
    load_save_area(step.state, format, image);
    step.state.pointers = pointers;
    step.eax = static_cast<std::uint32_t>(answer);
    step.eflags = static_cast<std::uint32_t>(answer >> 32) & compared_flags;
}

#else

const char* HostX87::missing() {
    return "this host has no x87 to judge by";
}
HostX87::HostX87() = default;
HostX87::~HostX87() = default;
void HostX87::execute(std::uint8_t, std::uint8_t, X87Step&) const {
    ensure(false, "a judge where there is one");
}

#endif

}  // namespace ringside::test
