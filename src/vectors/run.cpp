// SPDX-License-Identifier: MIT
#include "vectors/run.hpp"

#include <filesystem>
#include <iterator>

#include <fmt/format.h>

#include "cpu/decode/decoder.hpp"
#include "cpu/eflags.hpp"
#include "vectors/compare.hpp"
#include "vectors/machine.hpp"
#include "vectors/requirement.hpp"

namespace ringside::vectors {
namespace {

constexpr std::uint8_t debug_vector = 1;
constexpr std::uint8_t invalid_opcode_vector = 6;

/// The recorders give the address of the bus cycle, which is even; SS:SP behind the event tells of
/// an odd one.
std::uint32_t address_of_pushed_flags(const TestVector& test) {
    const std::uint32_t offset = (test.after[Register::esp] + 4) & 0xFFFFU;
    const std::uint32_t by_stack = (std::uint32_t{test.after.low(Register::ss)} << 4) + offset;
    const std::uint32_t address = test.pushed_flags->address;
    return by_stack == address + 1 ? by_stack : address;
}

/// What FLAGS bits the suite or the manual leave open, here and in the image on the stack.
void apply_flag_masks(TestVector& test, const FlagMasks& masks) {
    if (test.outcome) {
        if (test.outcome->event && test.outcome->vector == debug_vector) {
            test.mask[Register::eflags] &= ~undefined_flags(mnemonic_of(test.name));
        }
        return;
    }
    // The bits above 17 read as ones on a 386, and are no part of a real-mode state.
    constexpr std::uint32_t real_mode_flags = 0x0003FFFF;
    if (mnemonic_of(test.name) == "pushfd") {
        // The same bits in memory (386 DX data sheet, "Reset": they are undefined).
        const std::uint32_t at =
            (std::uint32_t{test.after.low(Register::ss)} << 4) + test.after.low(Register::esp);
        test.memory_undefined.push_back({at + 2, 0xFC});
        test.memory_undefined.push_back({at + 3, 0xFF});
    }
    const std::uint16_t defined = masks.find(test.bytes).value_or(0xFFFF);
    test.mask[Register::eflags] &= real_mode_flags & (0xFFFF0000U | defined);
    if (test.pushed_flags) {
        const std::uint32_t at = address_of_pushed_flags(test);
        const unsigned undefined = ~unsigned{defined};
        test.memory_undefined.push_back({at, static_cast<std::uint8_t>(undefined)});
        test.memory_undefined.push_back({at + 1, static_cast<std::uint8_t>(undefined >> 8)});
    }
}

std::string hex_of(const std::vector<std::byte>& bytes) {
    std::string text;
    for (const std::byte byte : bytes) {
        text += fmt::format("{}{:02X}", text.empty() ? "" : " ", std::to_integer<unsigned>(byte));
    }
    return text;
}

std::string register_lines(const Registers& registers) {
    std::string text;
    for (auto i = static_cast<std::size_t>(Register::eax);
         i <= static_cast<std::size_t>(Register::eflags); ++i) {
        const auto r = static_cast<Register>(i);
        const bool is_segment = r >= Register::cs && r <= Register::ss;
        text += fmt::format("{}{}={:0{}X}",
                            r == Register::eax || r == Register::cs ? "\n          " : " ",
                            register_names[i], registers[r], is_segment ? 4 : 8);
    }
    return text;
}

std::string full_text(const Container& container, const TestVector& test,
                      const std::vector<Difference>& differences) {
    std::string text = fmt::format(
        "FAIL  {} #{} {}\n      {}  {}\n",
        std::filesystem::path(container.path).filename().string(), test.index, test.name,
        hex_of(test.bytes),
        cpu::disassemble(test.bytes, is_code32(container, test), test.before[Register::eip]));
    for (const Difference& d : differences) {
        if (d.field == "trouble") {
            text += fmt::format("      {}\n", d.got);
        } else {
            text += fmt::format("      {}: expected {}, got {}\n", d.field, d.expected, d.got);
        }
    }
    return text + fmt::format("      before:{}\n", register_lines(test.before));
}

/// Runs one vector after the other and counts.
class Run {
  public:
    Run(const VectorFile& file, const RunOptions& options)
        : file_(file),
          options_(options),
          machine_(make_machine(file.container, options.model, options.float_arithmetic)) {}

    [[nodiscard]] RunResult take() { return std::move(result_); }

    void vector(TestVector test) {
        apply_flag_masks(test, file_.metadata.masks);
        if (test.hash && file_.metadata.revoked.contains(*test.hash)) {
            return skip(test, "revoked by its makers");
        }
        const bool code32 = is_code32(file_.container, test);
        const std::string_view model = cpu::traits(options_.model).name;
        // Silicon in ring 3 had AC and ID, and vectors set and load them.
        const std::uint32_t flags = test.before[Register::eflags] | test.after[Register::eflags];
        constexpr std::uint32_t later = cpu::flag::ac | cpu::flag::id;
        if (test.outcome && (flags & later & ~cpu::known_eflags(options_.model)) != 0) {
            return skip(test, fmt::format("no AC or no ID in EFLAGS of {}", model));
        }
        if (const auto part = missing_part(test.bytes, code32, options_.model); !part.empty()) {
            return skip(test, fmt::format("no {} in CPUID of {}", part, model));
        }
        if (const auto reason = machine_->cannot_take(test); !reason.empty()) {
            return skip(test, std::string(reason));
        }
        std::vector<MemoryDifference> memory;
        const Observation seen = machine_->run(test, memory);
        const auto differences = compare(test, seen, memory);
        if (differences.empty()) {
            ++result_.counts.passed;
            ++mnemonic(test).counts.passed;
        } else if (is_refused(test, seen)) {
            skip(test, fmt::format("{} refuses with #UD: {}", model, mnemonic_of(test.name)));
        } else if (is_only_in_smaller(test, seen)) {
            skip(test, fmt::format("{} has what later models refuse: {}", model,
                                   cpu::disassemble(test.bytes, code32, 0)));
        } else if (const auto row = known_row(test, seen, differences)) {
            skip(test, fmt::format("known, {}", options_.known->describe(*row)));
        } else {
            fail(test, differences);
        }
    }

  private:
    void skip(const TestVector& test, const std::string& reason) {
        ++result_.counts.skipped;
        ++result_.skips[reason];
        MnemonicResult& row = mnemonic(test);
        ++row.counts.skipped;
        row.skip_reason = reason;
    }
    MnemonicResult& mnemonic(const TestVector& test) {
        return result_.mnemonics[std::string(mnemonic_of(test.name))];
    }
    /// A smaller model than the one that recorded may lack the instruction.
    [[nodiscard]] bool is_refused(const TestVector& test, const Observation& seen) const {
        return options_.model < cpu::Model::modern && seen.outcome.event &&
               seen.outcome.vector == invalid_opcode_vector &&
               expected_outcome(test).vector != invalid_opcode_vector;
    }
    /// And may have what went with it, as the test registers.
    [[nodiscard]] bool is_only_in_smaller(const TestVector& test, const Observation& seen) const {
        const auto refused = [](const Outcome& outcome) {
            return outcome.event && outcome.vector == invalid_opcode_vector;
        };
        return options_.model < cpu::Model::modern && refused(expected_outcome(test)) &&
               !refused(seen.outcome);
    }
    [[nodiscard]] std::optional<std::size_t> known_row(
        const TestVector& test, const Observation& seen,
        const std::vector<Difference>& differences) const {
        return options_.known != nullptr
                   ? options_.known->find(file_.container, test, seen, differences)
                   : std::nullopt;
    }
    void fail(const TestVector& test, const std::vector<Difference>& differences) {
        ++result_.counts.failed;
        MnemonicResult& row = mnemonic(test);
        ++row.counts.failed;
        const bool is_first = row.first_failure.empty();
        if (!is_first && result_.failures.size() >= options_.first) {
            return;
        }
        const std::string text = full_text(file_.container, test, differences);
        if (is_first) {
            row.first_failure = text;
        }
        if (result_.failures.size() < options_.first) {
            result_.failures.push_back(text);
        }
    }

    const VectorFile& file_;
    const RunOptions& options_;
    std::unique_ptr<VectorMachine> machine_;
    RunResult result_;
};

}  // namespace

void RunResult::add(RunResult&& next, std::size_t first) {
    counts += next.counts;
    for (std::string& text : next.failures) {
        if (failures.size() < first) {
            failures.push_back(std::move(text));
        }
    }
    for (const auto& [reason, count] : next.skips) {
        skips[reason] += count;
    }
    for (auto& [name, row] : next.mnemonics) {
        MnemonicResult& mine = mnemonics[name];
        mine.counts += row.counts;
        if (mine.first_failure.empty()) {
            mine.first_failure = std::move(row.first_failure);
        }
        if (!row.skip_reason.empty()) {
            mine.skip_reason = std::move(row.skip_reason);
        }
    }
}

RunResult run_vectors(const VectorFile& file, std::size_t from, std::size_t to,
                      const RunOptions& options) {
    Run run(file, options);
    for (std::size_t i = from; i < to; ++i) {
        run.vector(read_test(file.container, i));
    }
    return run.take();
}

}  // namespace ringside::vectors
