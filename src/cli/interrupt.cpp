// SPDX-License-Identifier: MIT
#include "cli/interrupt.hpp"

#include <array>
#include <atomic>
#include <csignal>

#include "base/ensure.hpp"

namespace ringside::cli {
namespace {

// A signal handler can reach nothing but static storage. Cases run on up to 256 threads, each with
// one machine.
std::array<std::atomic<guest::Machine*>, 256> running_machines{};
std::atomic<unsigned> guards = 0;
std::atomic<bool> interrupted = false;

extern "C" void ringside_on_interrupt(int) {
    interrupted.store(true);
    for (auto& slot : running_machines) {
        if (guest::Machine* const machine = slot.load()) {
            machine->interrupt();
        }
    }
}

}  // namespace

InterruptGuard::InterruptGuard() {
    guards.fetch_add(1);
    struct sigaction action {};
    action.sa_handler = &ringside_on_interrupt;
    // SA_RESTART is left out, so that a wait for input comes back.
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, nullptr);
}

InterruptGuard::InterruptGuard(guest::Machine& machine) : InterruptGuard() {
    for (std::size_t slot = 0; slot < running_machines.size() && !slot_; ++slot) {
        guest::Machine* free = nullptr;
        if (running_machines[slot].compare_exchange_strong(free, &machine)) {
            slot_ = slot;
        }
    }
    ensure(slot_.has_value(), "a slot for each machine that runs");
}

InterruptGuard::~InterruptGuard() {
    if (slot_) {
        running_machines[*slot_].store(nullptr);
    }
    if (guards.fetch_sub(1) == 1) {
        std::signal(SIGINT, SIG_DFL);
    }
}

bool was_interrupted() {
    return interrupted.load();
}

void ignore_broken_pipes() {
    std::signal(SIGPIPE, SIG_IGN);
}

}  // namespace ringside::cli
