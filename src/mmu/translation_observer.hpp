// SPDX-License-Identifier: MIT
#pragma once

#include "base/address.hpp"

namespace ringside::mmu {

/// Told when translations are dropped, so that whoever models a TLB forgets them too.
class TranslationObserver {
  public:
    virtual ~TranslationObserver() = default;
    virtual void all_dropped() = 0;
    /// All but the global ones: MOV CR3.
    virtual void local_dropped() = 0;
    /// INVLPG, or a page fault there.
    virtual void page_dropped(LinearAddress a) = 0;
};

}  // namespace ringside::mmu
