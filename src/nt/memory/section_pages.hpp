// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>

#include "guest/image.hpp"
#include "host/file.hpp"
#include "nt/memory/page_allocator.hpp"

namespace ringside::nt {

/// Fills a page of a section with what backs it: an image, a file, or nothing (zeros). False when
/// the backing store cannot be read.
using FillPage = std::function<bool(std::uint32_t index, std::span<std::byte, page_size>)>;
/// Puts a changed page back.
using KeepPage = std::function<void(std::uint32_t index, std::span<const std::byte, page_size>)>;

/// What a section's pages come from and go back to, by which a snapshot knows it: an image, a
/// file, or neither.
struct SectionBacking {
    std::shared_ptr<const guest::Image> image;
    std::shared_ptr<host::File> file;
    std::uint64_t size = 0;  ///< bytes of the file that belong to the section
    bool keeps = false;      ///< changes go back to the file
};

/// The pages of one section, shared by all its views: NT's prototype entries. A page comes into
/// being when it is first asked for.
class SectionPages {
  public:
    SectionPages(PageAllocator& pages, std::uint32_t count, FillPage fill, KeepPage keep = {},
                 SectionBacking backing = {})
        : pages_(pages),
          count_(count),
          fill_(std::move(fill)),
          keep_(std::move(keep)),
          backing_(std::move(backing)) {}
    SectionPages(const SectionPages&) = delete;
    SectionPages& operator=(const SectionPages&) = delete;
    ~SectionPages();

    enum class Failure { none, no_memory, in_page_error };
    struct Page {
        PhysicalAddress address;
        Failure failure = Failure::none;
    };
    [[nodiscard]] Page page(std::uint32_t index);

    /// What page() would answer, if that can be told without making the page: of one that is there,
    /// and of an image's.
    [[nodiscard]] bool preview(std::uint32_t index, bool image,
                               std::span<std::byte, page_size> to) const;

    /// A view may now change this page.
    void mark_dirty(std::uint32_t index) { existing_.at(index).dirty = true; }
    /// Puts every changed page back into what backs the section. Whoever may still write to one
    /// has to mark it again.
    void keep_changes();

    [[nodiscard]] std::uint32_t count() const { return count_; }
    [[nodiscard]] const SectionBacking& backing() const { return backing_; }

    /// Which pages exist; count and backing are the maker's.
    void persist(Archive& archive);
    template <typename Visit>
    void for_each_page(const Visit& visit) const {
        for (const auto& [index, page] : existing_) {
            visit(page.address);
        }
    }

  private:
    struct Existing {
        PhysicalAddress address;
        bool dirty = false;
    };
    PageAllocator& pages_;
    std::uint32_t count_;
    FillPage fill_;
    KeepPage keep_;
    SectionBacking backing_;
    std::map<std::uint32_t, Existing> existing_;
};

}  // namespace ringside::nt
