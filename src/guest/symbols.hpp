// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.hpp"

namespace ringside {
class Archive;
}

namespace ringside::guest {

/// Where an address lies: `module!symbol+offset`, or the module alone when it has no symbol there.
struct SymbolPlace {
    std::string_view module;
    std::string_view symbol;
    std::uint32_t offset = 0;

    [[nodiscard]] std::string text() const;
};

struct ModuleSymbol {
    LinearAddress address{};
    std::string name;
    std::uint32_t size = 0;  ///< bytes that bear the name; 0: up to the next symbol
};

/// A loaded image and the names in it. Module names have no extension: "ntdll", "nt", "readfile".
struct Module {
    std::string name;
    LinearAddress base{};
    std::uint32_t size = 0;
    std::vector<ModuleSymbol> symbols;  ///< sorted by SymbolTable
};

/// The names of everything that is loaded: kernel, libraries, program.
class SymbolTable {
  public:
    void add(Module module);
    void remove(LinearAddress base);
    void clear() {
        modules_.clear();
        ++generation_;
    }
    /// Another number whenever names may have changed.
    [[nodiscard]] std::uint64_t generation() const { return generation_; }

    [[nodiscard]] std::optional<SymbolPlace> place(LinearAddress address) const;
    /// `place` as text, or the bare address.
    [[nodiscard]] std::string describe(LinearAddress address) const;
    /// Finds "module!symbol", "module!symbol+0x12" or a bare "symbol" that only one module has.
    /// Module names compare without regard to case.
    [[nodiscard]] std::optional<LinearAddress> find(std::string_view text) const;
    /// An address as users write it: eight hexadecimal digits as reports print them, a number in C
    /// notation, or what `find` takes.
    [[nodiscard]] std::optional<LinearAddress> evaluate(std::string_view text) const;
    [[nodiscard]] const std::map<std::uint32_t, Module>& modules() const { return modules_; }
    void persist(Archive& archive);

  private:
    std::map<std::uint32_t, Module> modules_;  // by base
    std::uint64_t generation_ = 0;
};

}  // namespace ringside::guest
