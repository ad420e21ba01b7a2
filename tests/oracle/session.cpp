// SPDX-License-Identifier: MIT
#include "oracle/session.hpp"

#include <chrono>
#include <cstdio>
#include <filesystem>

#include <fmt/format.h>

#include "cpu/instruction.hpp"
#include "oracle/minimise.hpp"
#include "oracle/writer.hpp"
#include "vectors/files.hpp"

namespace ringside::oracle {
namespace {

/// Beyond so many causes the first ones are what to look at.
constexpr std::size_t most_told = 100;

std::string hex_of(const std::vector<std::byte>& bytes) {
    std::string text;
    for (const std::byte byte : bytes) {
        text += fmt::format("{:02X} ", std::to_integer<unsigned>(byte));
    }
    return text;
}

std::string text_of(const Verdict& verdict) {
    std::string text =
        fmt::format("  {} {}\n", hex_of(verdict.recorded.bytes), verdict.recorded.name);
    for (const vectors::Difference& d : verdict.differences) {
        text += fmt::format("    {}: the processor {}, Ringside {}\n", d.field, d.expected, d.got);
    }
    text += "    before:";
    for (auto i = static_cast<std::size_t>(vectors::Register::eax);
         i <= static_cast<std::size_t>(vectors::Register::eflags); ++i) {
        text += fmt::format(" {}={:X}", vectors::register_names[i],
                            verdict.recorded.before[static_cast<vectors::Register>(i)]);
    }
    return text + "\n";
}

std::string file_name(const std::string& signature, std::uint64_t seed, std::uint64_t number) {
    const std::string word = signature.substr(0, signature.find(' '));
    return fmt::format("{}-{:x}-{}.moo.gz", word.empty() ? "bad" : word, seed, number);
}

}  // namespace

Session::Session(const Options& options)
    : options_(options), generator_(options.seed, options.only) {
    if (!options_.known.empty()) {
        known_.emplace(options_.known, vectors::read_text(options_.known));
    }
}

bool Session::run() {
    fmt::print("oracle: {} forms; seed {:#x}, programs {} to {}\n", generator_.forms().size(),
               options_.seed, options_.first, options_.first + options_.count - 1);
    const auto start = std::chrono::steady_clock::now();
    for (std::uint64_t i = 0; i < options_.count; ++i) {
        const std::uint64_t number = options_.first + i;
        try {
            run_one(number);
        } catch (const std::exception&) {
            // Nothing that a program does may end like this.
            fmt::print("BROKEN\n  repeat: {}\n", command_for(number));
            std::fflush(stdout);
            throw;
        }
    }
    print_summary(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    if (options_.coverage) {
        print_coverage();
    }
    return different_ == 0;
}

void Session::run_one(std::uint64_t number) {
    if (const auto trial = generator_.make(number)) {
        const Verdict verdict = duel_.run(trial->program, trial->blocks);
        count(*trial, verdict);
        if (verdict.kind == Verdict::Kind::different) {
            found(*trial, number, verdict);
        }
    }
}

std::string Session::command_for(std::uint64_t number) const {
    return fmt::format("--seed {:#x} --first {} --count 1{}", options_.seed, number,
                       options_.only.empty() ? "" : " --only " + options_.only);
}

void Session::count(const Trial& trial, const Verdict& verdict) {
    if (verdict.kind == Verdict::Kind::discarded) {
        ++discarded_;
        return;
    }
    ++compared_;
    ++by_name_[trial.name];
    undefined_ += verdict.kind == Verdict::Kind::same_but_undefined ? 1 : 0;
    events_ += verdict.event ? 1 : 0;
}

void Session::found(const Trial& trial, std::uint64_t number, const Verdict& verdict) {
    if (known_) {
        const auto row =
            known_->find(duel_.container(), verdict.recorded, verdict.seen, verdict.differences);
        if (row) {
            ++known_rows_[*row];
            return;
        }
    }
    ++different_;
    if (++signatures_[signature_of(verdict)] > 1 || signatures_.size() > most_told) {
        return;
    }
    const Program least = minimise(duel_, trial.program, trial.blocks);
    const Verdict last = duel_.run(least, trial.blocks);
    const bool reproduced = last.kind == Verdict::Kind::different;
    fmt::print("DIFFERENT {}\n{}  repeat: {}\n", signature_of(verdict),
               text_of(reproduced ? last : verdict), command_for(number));
    if (!options_.save.empty()) {
        std::filesystem::create_directories(options_.save);
        const auto path = std::filesystem::path(options_.save) /
                          file_name(signature_of(verdict), options_.seed, number);
        write_vector(path.string(), *duel_.container().environment,
                     (reproduced ? last : verdict).recorded, options_.seed);
        fmt::print("  saved: {}\n", path.string());
    }
    std::fflush(stdout);  // long runs are watched
}

void Session::print_summary(double seconds) const {
    for (const auto& [signature, times] : signatures_) {
        fmt::print("{:8} times {}\n", times, signature);
    }
    for (const auto& [row, times] : known_rows_) {
        fmt::print("{:8} known, {}\n", times, known_->describe(row));
    }
    fmt::print(
        "{} instruction-states compared ({} by an exception, {} with undefined bits that "
        "differ), {} discarded, {} different, in {:.1f} s: {:.0f} a second\n",
        compared_, events_, undefined_, discarded_, different_, seconds,
        static_cast<double>(compared_) / seconds);
}

void Session::print_coverage() const {
    for (const auto& [name, times] : by_name_) {
        fmt::print("{:10} {}\n", times, name);
    }
    for (const cpu::Instruction& instruction : cpu::instruction_set()) {
        const std::string_view name = ZydisMnemonicGetString(instruction.mnemonic);
        const std::string_view why = left_out(instruction.mnemonic);
        if (!by_name_.contains(name)) {
            fmt::print("         - {}: {}\n", name,
                       why.empty() ? "no program of this run, or not in CPUID" : why);
        }
    }
}

}  // namespace ringside::oracle
