// SPDX-License-Identifier: MIT
#include "nt/persist/kernel_archive.hpp"

#include <algorithm>
#include <set>

#include "base/ensure.hpp"
#include "host/journal.hpp"
#include "nt/kernel.hpp"
#include "nt/memory/data_section.hpp"
#include "nt/memory/image_section.hpp"
#include "nt/objects/event_object.hpp"
#include "nt/objects/file_object.hpp"
#include "nt/objects/kernel_objects.hpp"
#include "nt/objects/mutant_object.hpp"
#include "nt/objects/semaphore_object.hpp"
#include "nt/objects/timer_object.hpp"

namespace ringside::nt {
namespace {

constexpr std::uint32_t most_section_pages = 0x80000;

std::uint64_t number_of(const std::shared_ptr<host::File>& file) {
    if (!file) {
        return 0;
    }
    const auto* const journaled = dynamic_cast<const host::JournaledFile*>(file.get());
    ensure(journaled != nullptr, "files of a run that is saved go through a journal");
    return journaled->number();
}

}  // namespace

KernelArchive::KernelArchive(Kernel& owner, bool in_memory) : kernel(owner) {
    set_in_memory(in_memory);
}

KernelArchive::KernelArchive(Kernel& owner, Archive&& rest)
    : Archive(std::move(rest)), kernel(owner) {}

template <typename T>
void KernelArchive::numbered(Table<T>& table, std::shared_ptr<T>& thing) {
    std::uint32_t number_of_it = loading() ? 0 : table.number_of(thing);
    number(number_of_it);
    if (loading()) {
        require(number_of_it <= table.things.size(), "something is pointed to that is not there");
        thing = number_of_it == 0 ? nullptr : table.things[number_of_it - 1];
    }
}

void KernelArchive::object(std::shared_ptr<Object>& object) {
    numbered(objects_, object);
}

void KernelArchive::pages(std::shared_ptr<SectionPages>& pages) {
    numbered(pages_, pages);
}

void KernelArchive::image(std::shared_ptr<const guest::Image>& image) {
    numbered(images_, image);
}

void KernelArchive::file(std::shared_ptr<host::File>& file) {
    std::uint64_t journaled = loading() ? 0 : number_of(file);
    number(journaled);
    if (loading()) {
        file = file_of(journaled);
    }
}

std::shared_ptr<host::File> KernelArchive::file_of(std::uint64_t number) {
    if (number == 0) {
        return nullptr;
    }
    auto& file = files_[number];
    if (!file) {
        require(kernel.host.journal != nullptr, "there are open files, and no journal knows them");
        file = std::make_shared<host::JournaledFile>(*kernel.host.journal, number);
    }
    return file;
}

void KernelArchive::persist_contents() {
    for (std::size_t i = 0; i < objects_.things.size(); ++i) {
        objects_.things[i]->persist(*this);
    }
    number_what_things_are_made_of();
    for (const auto& pages : pages_.things) {
        pages->persist(*this);
    }
}

// The tables are written behind all this, and must not name anything new then.
void KernelArchive::number_what_things_are_made_of() {
    if (loading()) {
        return;
    }
    for (const auto& object : objects_.things) {
        if (const auto* const section = dynamic_cast<const SectionObject*>(object.get())) {
            static_cast<void>(pages_.number_of(section->pages));
            static_cast<void>(images_.number_of(section->image));
        }
    }
    for (const auto& pages : pages_.things) {
        static_cast<void>(images_.number_of(pages->backing().image));
    }
}

void KernelArchive::make_image(Archive& archive, std::shared_ptr<const guest::Image>& image) {
    if (archive.in_memory()) {
        archive.mark("i");
        archive.carry(image);
        return;
    }
    // Those that the program begins with are there again.
    const std::array known{kernel.config.program, kernel.config.ntdll, kernel.config.kernel32};
    std::uint8_t which = 0;
    if (!archive.loading()) {
        which =
            static_cast<std::uint8_t>(std::find(known.begin(), known.end(), image) - known.begin());
    }
    archive.below(which, known.size() + 1);
    if (which < known.size()) {
        image = known[which];
        archive.require(image != nullptr, "an image is missing");
        return;
    }
    guest::Image bytes = archive.loading() ? guest::Image{} : *image;
    persist(archive, bytes);
    if (archive.loading()) {
        image = std::make_shared<const guest::Image>(std::move(bytes));
    }
}

void KernelArchive::make_pages(Archive& archive, std::shared_ptr<SectionPages>& pages) {
    SectionBacking backing = archive.loading() ? SectionBacking{} : pages->backing();
    std::uint32_t count = archive.loading() ? 0 : pages->count();
    std::uint32_t of_image = archive.loading() ? 0 : images_.number_of(backing.image);
    std::uint64_t of_file = archive.loading() ? 0 : number_of(backing.file);
    persist_all(archive, count, of_image, of_file, backing.size, backing.keeps);
    if (!archive.loading()) {
        return;
    }
    archive.require(of_image <= images_.things.size() && count <= most_section_pages &&
                        (!backing.keeps || of_file != 0),
                    "a section comes from nowhere");
    if (of_image != 0) {
        pages = image_section_pages(kernel.pages, images_.things[of_image - 1]);
        return;
    }
    backing.file = file_of(of_file);
    archive.require(!backing.file || backing.size > std::uint64_t{count} * page_size - page_size,
                    "a section is longer than its file");
    pages = data_section_pages(kernel, count, std::move(backing));
}

void KernelArchive::make_object(Archive& archive, std::shared_ptr<Object>& object) {
    const bool loading = archive.loading();
    ObjectType type = loading ? ObjectType{} : object->type();
    archive.below(type, 9);
    switch (type) {
        case ObjectType::file: {
            const auto* const old = static_cast<const FileObject*>(object.get());
            Device device = loading ? Device{} : old->device;
            host::Stream stream = loading ? host::Stream{} : old->stream;
            std::uint64_t file = loading ? 0 : number_of(old->file);
            archive.below(device, 3);
            archive.below(stream, 3);
            archive.number(file);
            if (loading) {
                archive.require((device == Device::disk) == (file != 0), "a file has no device");
                object = std::make_shared<FileObject>(device, stream, file_of(file));
            }
            return;
        }
        case ObjectType::section: {
            const auto* const old = static_cast<const SectionObject*>(object.get());
            std::uint32_t pages = loading ? 0 : pages_.number_of(old->pages);
            std::uint32_t image = loading ? 0 : images_.number_of(old->image);
            std::uint64_t size = loading ? 0 : old->size;
            std::uint32_t protection = loading ? 0 : old->protection;
            std::uint32_t attributes = loading ? 0 : old->attributes;
            std::string name = loading ? std::string() : old->name;
            persist_all(archive, pages, image, size, protection, attributes, name);
            if (loading) {
                archive.require(
                    pages != 0 && pages <= pages_.things.size() && image <= images_.things.size(),
                    "a section has no pages");
                auto section = std::make_shared<SectionObject>(pages_.things[pages - 1], size,
                                                               protection, attributes, name);
                section->image = image != 0 ? images_.things[image - 1] : nullptr;
                object = std::move(section);
            }
            return;
        }
        case ObjectType::event: {
            EventType kind = loading ? EventType{} : static_cast<EventObject&>(*object).kind;
            archive.below(kind, 2);
            if (loading) {
                object = std::make_shared<EventObject>(kind, false);
            }
            return;
        }
        case ObjectType::semaphore: {
            std::int32_t limit = loading ? 0 : static_cast<SemaphoreObject&>(*object).limit;
            archive.number(limit);
            if (loading) {
                object = std::make_shared<SemaphoreObject>(0, limit);
            }
            return;
        }
        case ObjectType::timer: {
            TimerType kind = loading ? TimerType{} : static_cast<TimerObject&>(*object).kind;
            archive.below(kind, 2);
            if (loading) {
                object = std::make_shared<TimerObject>(kind);
            }
            return;
        }
        case ObjectType::mutant:
            object = loading ? std::make_shared<MutantObject>() : object;
            return;
        case ObjectType::directory:
            object = loading ? std::make_shared<DirectoryObject>() : object;
            return;
        case ObjectType::process:
            object = loading ? std::make_shared<ProcessObject>() : object;
            return;
        case ObjectType::thread:
            object = loading ? std::make_shared<ThreadObject>() : object;
            return;
    }
}

void KernelArchive::tables(Archive& archive) {
    archive.mark("Things");
    images_.things.resize(archive.length(images_.things.size()));
    for (auto& image : images_.things) {
        make_image(archive, image);
    }
    pages_.things.resize(archive.length(pages_.things.size()));
    for (auto& pages : pages_.things) {
        make_pages(archive, pages);
    }
    objects_.things.resize(archive.length(objects_.things.size()));
    for (auto& object : objects_.things) {
        make_object(archive, object);
    }
}

void KernelArchive::write_tables(Archive& archive) {
    tables(archive);
}

void KernelArchive::read_tables() {
    tables(*this);
}

void KernelArchive::check() const {
    std::set<PhysicalAddress> owned;
    const auto claim = [&](PhysicalAddress page) {
        require(kernel.pages.is_taken(page) && owned.insert(page).second,
                "a page has two owners or none");
    };
    for (const auto& pages : pages_.things) {
        pages->for_each_page(claim);
    }
    kernel.memory.for_each_owned_page(claim);
    require(kernel.dispatcher.is_possible(), "a thread runs, or is about to, that cannot");
    require(kernel.dispatcher.has_possible_timers(), "a timer ran out long ago");
    for (const auto& object : objects_.things) {
        require(object->has_right_line(), "somebody stands in a line for something else");
        if (const auto* const thread = dynamic_cast<const ThreadObject*>(object.get())) {
            require(thread->stands_in_lines() && thread->suspended->has_right_line(),
                    "somebody waits and stands in no line");
            require(thread->state == kernelkit::ThreadState::terminated
                        ? !thread->is_waiting()
                        : kernel.dispatcher.knows(*thread),
                    "a thread lives that nobody knows");
        }
    }
}

// --- things that objects are --------------------------------------------------------------------

void persist(KernelArchive& archive, std::shared_ptr<kernelkit::Waitable>& waitable) {
    auto object = std::dynamic_pointer_cast<Object>(waitable);
    bool is_gate = waitable && !object;
    persist_all(archive, is_gate);
    if (!is_gate) {
        archive.object(object);
        waitable = object;
        return;
    }
    std::shared_ptr<ThreadObject> owner;
    if (!archive.loading()) {
        owner = archive.kernel.dispatcher.owner_of(static_cast<const SuspendGate&>(*waitable));
    }
    persist(archive, owner);
    archive.require(owner != nullptr, "a suspended thread waits for nobody's gate");
    if (archive.loading()) {
        waitable = owner->suspended;
    }
}

void persist(KernelArchive& archive, std::shared_ptr<Ownable>& ownable) {
    auto mutant = std::dynamic_pointer_cast<MutantObject>(ownable);
    persist(archive, mutant);
    archive.require(mutant != nullptr, "a thread owns nothing");
    ownable = mutant;
}

void persist(KernelArchive& archive, std::shared_ptr<TimerOwner>& owner) {
    auto object = std::dynamic_pointer_cast<Object>(owner);
    archive.object(object);
    owner = std::dynamic_pointer_cast<TimerOwner>(object);
    archive.require(!object || owner != nullptr, "a timer is nobody's");
}

namespace {

/// A pointer that only refers. When loading, what it referred to may be gone already: nobody looks.
template <typename Part>
void persist_reference(KernelArchive& archive, Part*& part) {
    std::shared_ptr<ThreadObject> thread;
    if (!archive.loading() && part != nullptr) {
        thread = static_cast<ThreadObject*>(part)->shared_from_this();
    }
    persist(archive, thread);
    part = thread.get();
}

}  // namespace

void persist(KernelArchive& archive, kernelkit::Waiter*& waiter) {
    persist_reference(archive, waiter);
}

void persist(KernelArchive& archive, kernelkit::Schedulable*& schedulable) {
    persist_reference(archive, schedulable);
}

}  // namespace ringside::nt
