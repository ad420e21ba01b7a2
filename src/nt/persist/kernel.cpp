// SPDX-License-Identifier: MIT
#include "nt/kernel.hpp"
#include "host/journal.hpp"
#include "host/persist.hpp"
#include "nt/persist/kernel_archive.hpp"

namespace ringside::nt {
namespace {

void persist_random(Archive& archive, host::Random& random) {
    std::uint64_t state = random.state();
    archive.number(state);
    random = host::Random(state);
}

}  // namespace

static void persist(Archive& archive, HardError& error) {
    auto& [status, message] = error;
    persist_all(archive, status, message);
}

void Kernel::discard(bool discarding) {
    pages.set_discarding(discarding);
    shares.set_discarding(discarding);
    if (host.journal != nullptr) {
        host.journal->set_discarding(discarding);
    }
}

void Kernel::persist_parts(KernelArchive& archive) {
    archive.mark("Kernel");
    ensure(pool.has_value(), "a kernel that has not booted has no state");
    persist_all(archive, process, thread, names, handles, dispatcher, pages, stacks, *pool, memory,
                symbols, interrupt_time, tick_count, hard_error, warned_, now_, service_ticks_,
                host.boot_date);
    persist_random(archive, host.random);
    archive.require(process && thread && (!archive.loading() || dispatcher.knows(*thread)),
                    "the thread that runs is missing");
    archive.persist_contents();
}

void Kernel::persist(Archive& archive) {
    if (!archive.loading()) {
        KernelArchive parts(*this, archive.in_memory());
        persist_parts(parts);
        parts.write_tables(archive);
        archive.append(std::move(parts));
        return;
    }
    // Whatever goes wrong from here on, this kernel is of no more use.
    discard(true);
    dispatcher.forget_threads();
    shares.clear();
    {
        KernelArchive parts(*this, std::move(archive));
        parts.read_tables();
        persist_parts(parts);
        parts.check();
        archive = std::move(static_cast<Archive&>(parts));
    }
    discard(false);
}

}  // namespace ringside::nt
