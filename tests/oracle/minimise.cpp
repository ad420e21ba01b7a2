// SPDX-License-Identifier: MIT
#include "oracle/minimise.hpp"

#include <algorithm>
#include <array>

#include "cpu/decode/decoder.hpp"
#include "cpu/eflags.hpp"
#include "oracle/flow.hpp"

namespace ringside::oracle {
namespace {

using vectors::Register;

/// Tries one simplification after the other and keeps those behind which the difference is still
/// there.
class Minimiser {
  public:
    Minimiser(Duel& duel, Program program, Duel::Blocks blocks)
        : duel_(duel), best_(std::move(program)), blocks_(blocks) {
        signature_ = signature_of(duel_.run(best_, blocks_));
    }

    Program run() {
        // A later step may make room for an earlier one.
        for (int round = 0; round < 2; ++round) {
            drop_instructions();
            drop_memory();
            plain_registers();
            plain_fpu();
        }
        return best_;
    }

  private:
    bool keep_if_different(const Program& candidate) {
        if (!stays_outside_the_kernel(candidate) || follow(candidate).unsound_at ||
            signature_of(duel_.run(candidate, blocks_)) != signature_) {
            return false;
        }
        best_ = candidate;
        return true;
    }

    /// Without the bytes, and ending where it ended.
    [[nodiscard]] Program without(std::size_t from, std::size_t size) const {
        Program candidate = best_;
        const auto first = candidate.code.begin() + static_cast<std::ptrdiff_t>(from);
        candidate.code.erase(first, first + static_cast<std::ptrdiff_t>(size));
        candidate.start += static_cast<std::uint32_t>(size);
        candidate.before.registers[Register::eip] += static_cast<std::uint32_t>(size);
        return candidate;
    }

    /// Whole instructions, and prefixes of those that stay.
    void drop_instructions() {
        for (std::size_t at = 0; at < best_.code.size();) {
            const std::size_t length = length_at(at);
            if (length < best_.code.size() && keep_if_different(without(at, length))) {
                continue;
            }
            if (length > 1 && keep_if_different(without(at, 1))) {
                continue;
            }
            at += length;
        }
    }
    [[nodiscard]] std::size_t length_at(std::size_t at) const {
        cpu::Decoded decoded;
        const auto rest = std::span(best_.code).subspan(at);
        const bool good = cpu::decode(rest, best_.code32(), decoded) == cpu::DecodeResult::ok;
        return good ? decoded.instruction.length : rest.size();
    }

    /// Halves, quarters and so on of what memory the program sets.
    void drop_memory() {
        for (std::size_t size = best_.memory.size(); size != 0; size /= 2) {
            for (std::size_t at = 0; at < best_.memory.size();) {
                Program candidate = best_;
                const auto first = candidate.memory.begin() + static_cast<std::ptrdiff_t>(at);
                const std::size_t count = std::min(size, candidate.memory.size() - at);
                candidate.memory.erase(first, first + static_cast<std::ptrdiff_t>(count));
                if (!keep_if_different(candidate)) {
                    at += size;
                }
            }
        }
    }

    void plain_registers() {
        constexpr std::array registers{Register::eax, Register::ebx, Register::ecx, Register::edx,
                                       Register::ebp, Register::esi, Register::edi};
        for (const Register r : registers) {
            Program candidate = best_;
            candidate.before.registers[r] = 0;
            keep_if_different(candidate);
        }
        for (std::uint32_t bit = 1; bit <= cpu::flag::id; bit <<= 1) {
            constexpr std::uint32_t always = cpu::flag::fixed | cpu::flag::intf;
            Program candidate = best_;
            std::uint32_t& eflags = candidate.before.registers[Register::eflags];
            if ((eflags & bit & ~always) != 0) {
                eflags &= ~bit;
                keep_if_different(candidate);
            }
        }
    }

    void plain_fpu() {
        Program candidate = best_;
        candidate.before.fpu = {};
        if (keep_if_different(candidate)) {
            return;
        }
        for (std::size_t i = 0; i < 8; ++i) {
            candidate = best_;
            candidate.before.fpu.st[i] = {};
            keep_if_different(candidate);
            candidate = best_;
            candidate.before.fpu.xmm[i] = {};
            keep_if_different(candidate);
        }
        candidate = best_;
        candidate.before.fpu.control = vectors::FpuState{}.control;
        keep_if_different(candidate);
        candidate = best_;
        candidate.before.fpu.mxcsr = vectors::FpuState{}.mxcsr;
        keep_if_different(candidate);
    }

    Duel& duel_;
    Program best_;
    Duel::Blocks blocks_;
    std::string signature_;
};

}  // namespace

std::string signature_of(const Verdict& verdict) {
    if (verdict.kind != Verdict::Kind::different) {
        return {};
    }
    std::string signature(vectors::mnemonic_of(verdict.recorded.name));
    for (const vectors::Difference& d : verdict.differences) {
        signature += " " + d.field;
        if (d.field == "outcome") {
            signature += "=" + d.expected + "/" + d.got;
        } else if (d.field == "memory") {
            break;
        }
    }
    return signature;
}

Program minimise(Duel& duel, const Program& program, Duel::Blocks blocks) {
    return Minimiser(duel, program, blocks).run();
}

}  // namespace ringside::oracle
