// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "base/address.hpp"
#include "cpu/memory_model/tag_store.hpp"

namespace ringside::cpu::memory_model {

/// What a walk found, as far as a TLB remembers it.
struct PageKind {
    bool large = false;   ///< 4 MiB
    bool global = false;  ///< stays over a load of CR3
};

/// The pages that the modelled processor would find in its TLB. It holds no translations: what an
/// access reaches is decided elsewhere, and this says only what finding it out has cost.
class ModelTlb {
  public:
    /// Without entries in `large` a 4 MiB page is kept by the 4 KiB that are used.
    ModelTlb(const Geometry& small, const Geometry& large);

    [[nodiscard]] bool holds(LinearAddress a) const;
    /// The same for an access, which counts for the replacement.
    [[nodiscard]] bool use(LinearAddress a);
    /// After a walk for a page that use() did not find.
    void insert(LinearAddress a, const PageKind& kind);

    void flush();
    void flush_local();
    void flush_page(LinearAddress a);
    void persist(Archive& archive);

  private:
    struct Pages {
        TagStore tags;
        std::vector<bool> global;
        unsigned shift;

        Pages(const Geometry& geometry, unsigned page_shift)
            : tags(geometry), global(tags.places()), shift(page_shift) {}
        [[nodiscard]] std::uint32_t key(LinearAddress a) const { return a.value >> shift; }
        void flush_local();
    };

    Pages small_;
    Pages large_;
};

}  // namespace ringside::cpu::memory_model
