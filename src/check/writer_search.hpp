// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "check/observation.hpp"
#include "cpu/transition.hpp"
#include "guest/machine.hpp"
#include "guest/symbols.hpp"

namespace ringside::check {

/// Follows a run that is made a second time and says which instruction wrote what a field was read
/// from. Stops the machine when it knows all.
class WriterSearch : public cpu::CpuObserver {
  public:
    WriterSearch(guest::Machine& machine, const guest::SymbolTable& symbols,
                 const std::vector<Storage>& wanted);
    ~WriterSearch() override;
    WriterSearch(const WriterSearch&) = delete;
    WriterSearch& operator=(const WriterSearch&) = delete;

    /// For each wanted storage `written by nt!KiSystemService+0x12 (8053D1F2): push ebp`.
    [[nodiscard]] std::vector<std::string> results() const;

    void transition(const cpu::Transition& transition) override;
    void reached(LinearAddress address) override;
    void accessed(const cpu::MemoryAccess& access) override;

  private:
    struct Search {
        Storage storage;
        std::string text;
        std::uint32_t eip = 0;  ///< of the instruction that wrote last
        bool is_fresh = false;  ///< it did so since the last transition
        bool is_done = false;
    };
    void finish(Search& search);
    [[nodiscard]] std::string describe(const cpu::MemoryAccess& access) const;

    guest::Machine& machine_;
    const guest::SymbolTable& symbols_;
    std::vector<Search> searches_;
    std::size_t left_;
};

}  // namespace ringside::check
