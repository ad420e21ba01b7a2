// SPDX-License-Identifier: MIT
#include "cpu/simd/host_sse.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/ensure.hpp"

#if defined(__x86_64__) && defined(__linux__)
#include <sys/mman.h>
#include <ucontext.h>

#include <csignal>
#endif

namespace ringside::test {

#if defined(__x86_64__) && defined(__linux__)

namespace {

static_assert(offsetof(SseStep, mm0) == 0x20 && offsetof(SseStep, mxcsr) == 0x28 &&
              offsetof(SseStep, eax) == 0x2C && offsetof(SseStep, eflags) == 0x30 &&
              offsetof(SseStep, hosts_mxcsr) == 0x3C && offsetof(SseStep, mm1) == 0x40);

// rdi: the step.
constexpr std::array<unsigned char, 26> before{
    0x0F, 0xAE, 0x57, 0x28,  // ldmxcsr [rdi+28h]
    0x0F, 0x10, 0x07,        // movups xmm0, [rdi]
    0x0F, 0x10, 0x4F, 0x10,  // movups xmm1, [rdi+10h]
    0x0F, 0x6F, 0x47, 0x20,  // movq mm0, [rdi+20h]
    0x0F, 0x6F, 0x4F, 0x40,  // movq mm1, [rdi+40h]
    0x8B, 0x47, 0x2C,        // mov eax, [rdi+2Ch]
    0xFF, 0x77, 0x30,        // push qword [rdi+30h]
    0x9D,                    // popfq
};
constexpr std::array<unsigned char, 25> after{
    0x9C,                    // pushfq
    0x8F, 0x47, 0x30,        // pop qword [rdi+30h]
    0x89, 0x47, 0x2C,        // mov [rdi+2Ch], eax
    0x0F, 0x11, 0x07,        // movups [rdi], xmm0
    0x0F, 0x7F, 0x47, 0x20,  // movq [rdi+20h], mm0
    0x0F, 0xAE, 0x5F, 0x28,  // stmxcsr [rdi+28h]
    0x0F, 0xAE, 0x57, 0x3C,  // ldmxcsr [rdi+3Ch]
    0x0F, 0x77,              // emms
    0xC3,                    // ret
};
constexpr std::size_t longest = 6;
constexpr unsigned char nop = 0x90;
constexpr std::uint64_t arithmetic_flags = 0x8D5;

std::uintptr_t instruction_address = 0;
volatile std::sig_atomic_t exception_seen = 0;

/// Goes on behind the instruction that raised the exception.
void skip(int, siginfo_t*, void* context) {
    auto& registers = static_cast<ucontext_t*>(context)->uc_mcontext.gregs;
    if (static_cast<std::uintptr_t>(registers[REG_RIP]) != instruction_address) {
        std::signal(SIGFPE, SIG_DFL);
        return;
    }
    exception_seen = 1;
    registers[REG_RIP] = static_cast<greg_t>(instruction_address + longest);
}

}  // namespace

struct HostSse::Code {
    std::array<unsigned char, before.size()> load;
    std::array<unsigned char, longest> instruction;
    std::array<unsigned char, after.size()> store;
};

const char* HostSse::missing() {
    return nullptr;
}

HostSse::HostSse() {
    void* const page = mmap(nullptr, sizeof(Code), PROT_READ | PROT_WRITE | PROT_EXEC,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ensure(page != MAP_FAILED, "an executable page for the judge");
    code_ = static_cast<Code*>(page);
    code_->load = before;
    code_->store = after;
    instruction_address = reinterpret_cast<std::uintptr_t>(code_->instruction.data());
    struct sigaction action {};
    action.sa_sigaction = &skip;
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGFPE, &action, nullptr);
}

HostSse::~HostSse() {
    std::signal(SIGFPE, SIG_DFL);
    munmap(code_, sizeof(Code));
}

void HostSse::prepare(std::span<const std::byte> instruction) {
    code_->instruction.fill(nop);
    std::memcpy(code_->instruction.data(), instruction.data(), instruction.size());
}

void HostSse::execute(SseStep& step) const {
    using Entry = void (*)(SseStep*);
    Entry entry = nullptr;
    std::memcpy(&entry, &code_, sizeof entry);
    constexpr std::uint64_t fixed = 0x202;
    step.eflags |= fixed;
    exception_seen = 0;
    entry(&step);
    step.eflags &= arithmetic_flags;
    step.faulted = static_cast<std::uint32_t>(exception_seen);
}

#else

struct HostSse::Code {};

const char* HostSse::missing() {
    return "this host has no SSE to judge by";
}
HostSse::HostSse() = default;
HostSse::~HostSse() = default;
void HostSse::prepare(std::span<const std::byte>) {}
void HostSse::execute(SseStep&) const {
    ensure(false, "a judge where there is one");
}

#endif

}  // namespace ringside::test
