// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/archive.hpp"
#include "guest/image.hpp"
#include "host/file.hpp"
#include "nt/memory/section_pages.hpp"
#include "nt/objects/directory_object.hpp"
#include "nt/objects/object.hpp"
#include "nt/objects/thread_object.hpp"

namespace ringside::nt {

class Kernel;

/// What the kernel's state is made of beside values: things that several others point to. Each has
/// a number, in the order in which they are met, and stands in a table. The tables come first, with
/// what things are made of; so on loading all exist before anything is said of them, and they may
/// point to each other as they like.
class KernelArchive : public Archive {
  public:
    /// Saves into memory of its own; write_tables() and its bytes make the whole.
    KernelArchive(Kernel& kernel, bool in_memory);
    /// Goes on with what another archive loads.
    KernelArchive(Kernel& kernel, Archive&& rest);

    void object(std::shared_ptr<Object>& object);
    void pages(std::shared_ptr<SectionPages>& pages);
    void image(std::shared_ptr<const guest::Image>& image);
    void file(std::shared_ptr<host::File>& file);

    /// What every object and section says of itself; saving meets more of them meanwhile.
    void persist_contents();
    void write_tables(Archive& archive);
    void read_tables();
    /// Throws DamagedArchive when what was loaded contradicts itself.
    void check() const;

    [[nodiscard]] const std::vector<std::shared_ptr<Object>>& objects() const {
        return objects_.things;
    }
    Kernel& kernel;

  private:
    template <typename T>
    struct Table {
        std::vector<std::shared_ptr<T>> things;
        std::unordered_map<const T*, std::uint32_t> numbers;  ///< from 1

        std::uint32_t number_of(const std::shared_ptr<T>& thing) {
            if (!thing) {
                return 0;
            }
            const auto next = static_cast<std::uint32_t>(things.size() + 1);
            const auto [entry, added] = numbers.try_emplace(thing.get(), next);
            if (added) {
                things.push_back(thing);
            }
            return entry->second;
        }
    };
    template <typename T>
    void numbered(Table<T>& table, std::shared_ptr<T>& thing);
    void make_image(Archive& archive, std::shared_ptr<const guest::Image>& image);
    void make_pages(Archive& archive, std::shared_ptr<SectionPages>& pages);
    void make_object(Archive& archive, std::shared_ptr<Object>& object);
    void tables(Archive& archive);
    void number_what_things_are_made_of();
    [[nodiscard]] std::shared_ptr<host::File> file_of(std::uint64_t number);

    Table<Object> objects_;
    Table<SectionPages> pages_;
    Table<const guest::Image> images_;
    std::map<std::uint64_t, std::shared_ptr<host::File>> files_;
};

inline void persist(KernelArchive& archive, std::shared_ptr<Object>& object) {
    archive.object(object);
}
inline void persist(KernelArchive& archive, std::shared_ptr<SectionPages>& pages) {
    archive.pages(pages);
}

/// An object of a certain type, or null.
template <typename T>
requires std::is_base_of_v<Object, T>
void persist(KernelArchive& archive, std::shared_ptr<T>& object) {
    std::shared_ptr<Object> any = object;
    archive.object(any);
    object = std::dynamic_pointer_cast<T>(any);
    archive.require(!any || object != nullptr, "an object has another type");
}

template <typename T>
void persist(KernelArchive& archive, std::weak_ptr<T>& object) {
    std::shared_ptr<T> held = object.lock();
    persist(archive, held);
    object = held;
}

// Things that objects are beside being objects.
void persist(KernelArchive& archive, std::shared_ptr<kernelkit::Waitable>& waitable);
void persist(KernelArchive& archive, std::shared_ptr<Ownable>& ownable);
void persist(KernelArchive& archive, std::shared_ptr<TimerOwner>& owner);
void persist(KernelArchive& archive, kernelkit::Waiter*& waiter);
void persist(KernelArchive& archive, kernelkit::Schedulable*& thread);

inline void persist(Archive& archive, NTSTATUS& status) {
    archive.number(status.value);
}

}  // namespace ringside::nt
