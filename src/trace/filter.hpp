// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "trace/pattern.hpp"
#include "trace/sink.hpp"

namespace ringside::trace {

/// What the words of a filter may name.
struct FilterWords {
    std::vector<std::string> services;
    std::function<std::optional<std::uint32_t>(std::string_view)> status_named;
    std::vector<std::string> statuses{};  ///< for who mistypes one
};

/// Which records a trace shows: lists of words under the keys trace, ring, module, stack, via,
/// thread and status. A record passes a list when none of its words with `!` fits and, if it has
/// words without, one of those does; it passes the filter when it passes every list.
class Filter {
  public:
    /// From expressions `[KEY=]WORD[,WORD...]`, where no KEY is `trace`; the lists of a key are
    /// put together. Throws InputError (2) for a key or word that there is not.
    Filter(const std::vector<std::string>& expressions, const FilterWords& words);

    [[nodiscard]] bool wants(const Record& record) const;
    /// The same as far as it can be told of a call that has not returned; nothing when it cannot.
    [[nodiscard]] std::optional<bool> wants_open(const Record& record) const;
    /// By ring, module and thread alone.
    [[nodiscard]] bool wants(const Instruction& instruction) const;
    [[nodiscard]] bool is_empty() const;

  private:
    template <typename T>
    struct List {
        std::vector<T> wanted;
        std::vector<T> unwanted;

        template <typename Fits>
        [[nodiscard]] bool passes(const Fits& fits) const;
        [[nodiscard]] bool is_empty() const { return wanted.empty() && unwanted.empty(); }
    };
    struct Class {
        std::string name;
    };
    /// A name, a class, a service number, or a regular expression.
    using NameWord = std::variant<std::string, Class, std::uint32_t, Pattern>;
    enum class StatusWord : std::uint8_t { success, failed, unfinished };
    using Status = std::variant<StatusWord, std::uint32_t>;

    void add(std::string_view expression, const FilterWords& words);
    void add_name(std::string_view word, bool unwanted, const FilterWords& words);
    void add_status(std::string_view word, bool unwanted, const FilterWords& words);
    [[nodiscard]] bool passes_names(const Record& record) const;
    [[nodiscard]] bool passes_place(unsigned ring, std::string_view module,
                                    std::uint32_t thread) const;

    List<NameWord> names_;
    List<unsigned> rings_;
    List<std::string> modules_;  ///< in capitals, as all names of modules here
    List<std::string> stacks_;
    List<std::string> vias_;
    List<std::uint32_t> threads_;
    List<Status> statuses_;
    /// What passes_names() found out by kind and name; regular expressions are slow.
    mutable std::unordered_map<std::string, bool> known_;
};

/// Hands on what a filter wants.
class FilterSink : public Sink {
  public:
    FilterSink(Sink& next, Filter filter) : next_(next), filter_(std::move(filter)) {}
    void begin(const Header& header) override { next_.begin(header); }
    void record(const Record& record) override;
    void entered(const Record& record) override;
    void suspended(const Record& record) override;
    void instruction(const Instruction& instruction) override;
    void message(const Message& message) override { next_.message(message); }
    void end(const Footer& footer) override;

  private:
    Sink& next_;
    Filter filter_;
    std::uint64_t shown_ = 0;
};

}  // namespace ringside::trace
