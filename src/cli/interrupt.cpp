// SPDX-License-Identifier: MIT
#include "cli/interrupt.hpp"

#include <atomic>
#include <csignal>

namespace ringside::cli {
namespace {

// A signal handler can reach nothing but static storage.
std::atomic<guest::Machine*> running_machine = nullptr;
std::atomic<bool> interrupted = false;

extern "C" void ringside_on_interrupt(int) {
    interrupted.store(true);
    if (guest::Machine* const machine = running_machine.load()) {
        machine->interrupt();
    }
}

}  // namespace

InterruptGuard::InterruptGuard(guest::Machine& machine) {
    running_machine.store(&machine);
    struct sigaction action {};
    action.sa_handler = &ringside_on_interrupt;
    // SA_RESTART is left out, so that a wait for input comes back.
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, nullptr);
}

InterruptGuard::~InterruptGuard() {
    std::signal(SIGINT, SIG_DFL);
    running_machine.store(nullptr);
}

bool was_interrupted() {
    return interrupted.load();
}

void ignore_broken_pipes() {
    std::signal(SIGPIPE, SIG_IGN);
}

}  // namespace ringside::cli
