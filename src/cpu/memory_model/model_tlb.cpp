// SPDX-License-Identifier: MIT
#include "cpu/memory_model/model_tlb.hpp"

namespace ringside::cpu::memory_model {
namespace {

constexpr unsigned small_shift = 12;
constexpr unsigned large_shift = 22;

}  // namespace

ModelTlb::ModelTlb(const Geometry& small, const Geometry& large)
    : small_(small, small_shift), large_(large, large_shift) {}

bool ModelTlb::holds(LinearAddress a) const {
    return small_.tags.holds(small_.key(a)) || large_.tags.holds(large_.key(a));
}

bool ModelTlb::use(LinearAddress a) {
    return small_.tags.use(small_.key(a)).has_value() || large_.tags.use(large_.key(a)).has_value();
}

void ModelTlb::insert(LinearAddress a, const PageKind& kind) {
    Pages& pages = kind.large && large_.tags.places() != 0 ? large_ : small_;
    pages.global[pages.tags.insert(pages.key(a))] = kind.global;
}

void ModelTlb::flush() {
    small_.tags.clear();
    large_.tags.clear();
}

void ModelTlb::Pages::flush_local() {
    for (std::size_t place = 0; place < tags.places(); ++place) {
        if (!global[place]) {
            tags.remove_at(place);
        }
    }
}

void ModelTlb::flush_local() {
    small_.flush_local();
    large_.flush_local();
}

void ModelTlb::flush_page(LinearAddress a) {
    small_.tags.remove(small_.key(a));
    large_.tags.remove(large_.key(a));
}

}  // namespace ringside::cpu::memory_model
