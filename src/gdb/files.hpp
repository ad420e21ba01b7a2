// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gdb/memory.hpp"
#include "gdb/stack_rules.hpp"
#include "guest/machine.hpp"
#include "guest/personality.hpp"

namespace ringside::gdb {

/// The files that a debugger reads through the connection itself (`set sysroot target:`, gdb's
/// default): `/guest/MODULE` is the symbol file of a loaded module. They are made when they are
/// opened and stand in memory only.
class Files {
  public:
    Files(guest::Machine& machine, guest::Personality& personality)
        : machine_(machine), personality_(personality), memory_(machine, personality) {}

    /// The reply to a vFile packet, without `vFile:`.
    [[nodiscard]] std::string answer(std::string_view request);

    /// What qXfer:libraries:read answers: all modules but the program.
    [[nodiscard]] std::string library_list() const;
    /// The path of the program's symbol file; empty when nothing is loaded.
    [[nodiscard]] std::string program_path() const;

  private:
    [[nodiscard]] const guest::Module* program() const;
    [[nodiscard]] std::string path_of(const guest::Module& module) const;
    [[nodiscard]] std::optional<std::string> content_of(std::string_view path);
    [[nodiscard]] const std::string& symbol_file_of(const guest::Module& module);
    [[nodiscard]] std::string make_symbol_file(const guest::Module& module,
                                               std::vector<KernelEntry> entries) const;
    [[nodiscard]] std::string open(std::string_view arguments);
    [[nodiscard]] std::string read(std::string_view arguments) const;
    [[nodiscard]] std::string status(std::string_view arguments) const;

    guest::Machine& machine_;
    const guest::Personality& personality_;
    Memory memory_;
    std::map<std::uint32_t, std::string> open_;
    std::map<std::uint32_t, std::string> made_;  ///< by base
    std::pair<std::uint64_t, std::size_t> made_for_;
};

}  // namespace ringside::gdb
