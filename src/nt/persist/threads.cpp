// SPDX-License-Identifier: MIT
#include <set>

#include "nt/kernel.hpp"
#include "nt/persist/kernel_archive.hpp"
#include "nt/scheduling/resume.hpp"
#include "nt/service_ledger.hpp"
#include "nt/service_trace.hpp"

namespace ringside::guest {

static void persist(Archive& archive, ServiceArgument& argument) {
    auto& [name, value, text] = argument;
    persist_all(archive, name, value, text);
}

}  // namespace ringside::guest

namespace ringside::nt {

/// A call that somebody observes; without an observer there is none.
static void persist(KernelArchive& archive, std::shared_ptr<ObservedCall>& call) {
    bool observed = call != nullptr;
    persist_all(archive, observed);
    if (archive.loading()) {
        call = observed ? std::make_shared<ObservedCall>() : nullptr;
    }
    if (!observed) {
        return;
    }
    const auto& table = service_table();
    auto& [described, row, words] = *call;
    auto& [name, number, thread_id, arguments, argument_bytes, decoded, standing, from_user] =
        described;
    std::uint32_t service = archive.loading() ? 0 : static_cast<std::uint32_t>(row - table.data());
    archive.below(service, table.size());
    persist_all(archive, words, number, thread_id, arguments, argument_bytes, decoded, from_user);
    if (archive.loading()) {
        row = &table[service];
        name = row->name;
        standing = standing_of(row->name);
        archive.require(words.size() == row->arguments.size(), "a call has other arguments");
    }
}

static void persist(KernelArchive& archive, PendingService& pending) {
    auto& [resume, waits, interrupted, call, callback, callback_size] = pending;
    persist_all(archive, resume, waits, interrupted, call, callback, callback_size);
    archive.require(resume.number() < resume_numbers, "a service goes on in an unknown way");
}

static void persist(Archive& archive, CallbackAnswer& answer) {
    auto& [status, output, output_length] = answer;
    persist_all(archive, status, output, output_length);
}

static void persist(Archive& archive, WindowsHook& hook) {
    auto& [handle, procedure] = hook;
    persist_all(archive, handle, procedure);
}

static void persist(Archive& archive, GuiThread& gui) {
    auto& [w32thread, hooks, batches, commands] = gui;
    persist_all(archive, w32thread, hooks, batches, commands);
}

void ThreadObject::persist(KernelArchive& archive) {
    Object::persist(archive);
    persist_all(archive, priority, quantum);
    archive.below(state, 6);
    persist_wait(archive);
    persist_all(archive, suspended->count);
    suspended->persist_line(archive);
    persist_all(archive, id, kthread, teb, start_address, exit_status, create_time, exit_time,
                boost_disabled, owned, pending, callback_answer, gui);
}

// --- the dispatcher -----------------------------------------------------------------------------

std::shared_ptr<ThreadObject> Dispatcher::owner_of(const SuspendGate& gate) const {
    for (const auto* const threads : {&threads_, &ended_}) {
        for (const auto& thread : *threads) {
            if (thread->suspended.get() == &gate) {
                return thread;
            }
        }
    }
    return nullptr;
}

bool Dispatcher::knows(const ThreadObject& thread) const {
    const auto has = [&thread](const auto& threads) {
        return std::any_of(threads.begin(), threads.end(),
                           [&thread](const auto& other) { return other.get() == &thread; });
    };
    // One that has ended is the current one until the guest has switched from it.
    return idle_.get() == &thread || has(threads_) || has(ended_);
}

bool Dispatcher::is_possible() const {
    std::set<const kernelkit::Schedulable*> all{idle_.get()};
    for (const auto& thread : threads_) {
        if (thread->state == kernelkit::ThreadState::terminated ||
            !all.insert(thread.get()).second) {
            return false;
        }
    }
    for (const auto& thread : ended_) {
        if (thread->state != kernelkit::ThreadState::terminated ||
            !all.insert(thread.get()).second) {
            return false;
        }
    }
    return scheduler_.is_possible(all) && &scheduler_.running() == kernel_.thread.get();
}

bool Dispatcher::has_possible_timers() const {
    // A tick takes out all that are due; a periodic one of long ago would never come to its end.
    constexpr kernelkit::GuestTime second = 10'000'000;
    const auto due = timers_.next_due();
    return !due || *due >= kernel_.interrupt_time || kernel_.interrupt_time - *due <= second;
}

void Dispatcher::persist(KernelArchive& archive) {
    archive.mark("Dispatcher");
    persist_all(archive, threads_, ended_, idle_, scheduler_, timers_, timer_owners_,
                deliver_kernel_apc_, current_thread_slot_);
    for (const auto* const threads : {&threads_, &ended_}) {
        for (const auto& thread : *threads) {
            archive.require(thread != nullptr, "a thread is missing");
        }
    }
    archive.require(idle_ != nullptr, "the idle thread is missing");
    // What has room for a kernel stack. Checks that look at each pair of threads end soon, then.
    constexpr std::size_t most_threads =
        (KernelStacks::end - KernelStacks::base) / kernel_stack_size;
    archive.require(threads_.size() + ended_.size() <= most_threads,
                    "there are more threads than there can be");
}

}  // namespace ringside::nt
