// SPDX-License-Identifier: MIT
#include "host/persist.hpp"
#include "nt/kernel.hpp"
#include "nt/objects/event_object.hpp"
#include "nt/objects/file_object.hpp"
#include "nt/objects/kernel_objects.hpp"
#include "nt/objects/mutant_object.hpp"
#include "nt/objects/semaphore_object.hpp"
#include "nt/objects/timer_object.hpp"
#include "nt/persist/kernel_archive.hpp"

namespace ringside::nt {

void Object::persist(KernelArchive& archive) {
    archive.mark("Ob");
    persist_all(archive, object_name_);
    persist_line(archive);
}

void EventObject::persist(KernelArchive& archive) {
    Object::persist(archive);
    persist_all(archive, signal);
}

void SemaphoreObject::persist(KernelArchive& archive) {
    Object::persist(archive);
    persist_all(archive, count_);
    archive.require(count_ >= 0 && count_ <= limit, "a semaphore counts beyond its limit");
}

void MutantObject::persist(KernelArchive& archive) {
    Object::persist(archive);
    persist_all(archive, owner_, count_, abandoned_);
}

void TimerObject::persist(KernelArchive& archive) {
    Object::persist(archive);
    persist_all(archive, signal_, timer_, due_, period_, apc_);
}

void DirectoryObject::persist(KernelArchive& archive) {
    Object::persist(archive);
    std::map<std::u16string, std::shared_ptr<Object>> alive;
    for (const auto& [name, entry] : entries_) {
        if (auto object = entry.lock()) {
            alive.emplace(name, std::move(object));
        }
    }
    persist_all(archive, alive);
    entries_.clear();
    for (auto& [name, object] : alive) {
        archive.require(object != nullptr, "a name leads nowhere");
        entries_.emplace(name, object);
    }
}

void FileObject::persist(KernelArchive& archive) {
    Object::persist(archive);
    bool shares = shares_ != nullptr;
    persist_all(archive, path, synchronous, append_only, delete_on_close, position, shares,
                identity_, use_.access, use_.share);
    bool scans = scan.has_value();
    persist_all(archive, scans);
    if (archive.loading()) {
        scan = scans ? std::optional<Scan>(Scan{}) : std::nullopt;
        archive.require(!delete_on_close || file != nullptr, "no file is to be deleted");
        if (shares) {
            shares_ = &archive.kernel.shares;
            shares_->add(identity_, use_);
        }
    }
    if (scans) {
        auto& [pattern, entries, next] = *scan;
        persist_all(archive, pattern, entries, next);
        archive.require(next <= entries.size(), "a folder is listed beyond its end");
    }
}

void ProcessObject::persist(KernelArchive& archive) {
    Object::persist(archive);
    persist_all(archive, id, last_id, kprocess, peb, exit_status);
}

}  // namespace ringside::nt
