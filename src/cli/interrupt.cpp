// SPDX-License-Identifier: MIT
#include "cli/interrupt.hpp"

#include <array>
#include <atomic>
#include <csignal>

#include <fcntl.h>
#include <unistd.h>

#include "base/ensure.hpp"

namespace ringside::cli {
namespace {

// A signal handler can reach nothing but static storage. Cases run on up to 256 threads, each with
// one machine.
std::array<std::atomic<guest::Machine*>, 256> running_machines{};
std::atomic<unsigned> guards = 0;
std::atomic<bool> interrupted = false;
std::atomic<bool> told_to_end = false;
constexpr std::array ending_signals{SIGINT, SIGTERM, SIGHUP};

extern "C" void ringside_on_interrupt(int signal) {
    if (signal != SIGINT) {
        told_to_end.store(true);
    }
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
    for (const int signal : ending_signals) {
        struct sigaction before {};
        sigaction(signal, nullptr, &before);
        // nohup means it.
        if (signal == SIGINT || before.sa_handler != SIG_IGN) {
            sigaction(signal, &action, nullptr);
        }
    }
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
        for (const int signal : ending_signals) {
            struct sigaction before {};
            sigaction(signal, nullptr, &before);
            if (before.sa_handler == &ringside_on_interrupt) {
                std::signal(signal, SIG_DFL);
            }
        }
    }
}

bool was_interrupted() {
    return interrupted.load();
}

bool was_told_to_end() {
    return told_to_end.load();
}

void fill_standard_streams() {
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(stream, F_GETFD) < 0) {
            static_cast<void>(::open("/dev/null", stream == STDIN_FILENO ? O_RDONLY : O_WRONLY));
        }
    }
}

void ignore_broken_pipes() {
    std::signal(SIGPIPE, SIG_IGN);
}

}  // namespace ringside::cli
