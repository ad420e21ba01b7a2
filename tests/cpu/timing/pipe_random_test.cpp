// SPDX-License-Identifier: MIT
// A second model of the pipelines, written from the rules alone: it looks at whole sequences, with
// its own idea of what each instruction reads and writes. Both must agree on random ones.
#include <catch2/catch.hpp>

#include <random>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "cpu/timing/decoded.hpp"
#include "cpu/timing/pipeline.hpp"

using namespace ringside::cpu::timing;
using ringside::LinearAddress;
using ringside::cpu::Model;

namespace {

enum Register : unsigned { eax, ecx, edx, ebx, esp, ebp, esi, edi };
using Registers = std::set<unsigned>;

/// What the rules need to know; `kind` is U for UV, F for PU, S for PV, N for none.
struct Sample {
    std::string bytes;
    char kind = 'N';
    int clocks = 1;  ///< of the pentium, without the prefix
    Registers reads;
    Registers writes;
    Registers address;
    bool byte = false;
    int prefixes = 0;
    bool displacement_and_immediate = false;
    char stack = '-';  ///< u for push, o for pop
    bool conditional = false;
};

std::string modrm(unsigned mod, unsigned reg, unsigned rm) {
    return fmt::format("{:02x}", mod << 6 | reg << 3 | rm);
}

class Samples {
  public:
    explicit Samples(unsigned seed) : random_(seed) {}

    Sample next() {
        const unsigned a = any({eax, ecx, edx, ebx, ebp, esi, edi});
        const unsigned b = any({eax, ecx, edx, ebx, ebp, esi, edi});
        const unsigned p = any({esi, edi, ebx, eax});
        switch (random_() % 18) {
            case 0: return {"89 " + modrm(3, b, a), 'U', 1, {b}, {a}, {}};
            case 1: return {"01 " + modrm(3, b, a), 'U', 1, {a, b}, {a}, {}};
            case 2: return {"11 " + modrm(3, b, a), 'F', 1, {a, b}, {a}, {}};
            case 3: return {"d1 " + modrm(3, 4, a), 'F', 1, {a}, {a}, {}};
            case 4: return {"8b " + modrm(0, a, p), 'U', 1, {}, {a}, {p}};
            case 5: return {"03 " + modrm(0, a, p), 'U', 2, {a}, {a}, {p}};
            case 6: return {"01 " + modrm(0, a, p), 'U', 3, {a}, {}, {p}};
            case 7: return {"89 " + modrm(0, a, p), 'U', 1, {a}, {}, {p}};
            case 8: return with_stack({fmt::format("{:02x}", 0x50 + a), 'U', 1, {a}, {}, {}}, 'u');
            case 9: return with_stack({fmt::format("{:02x}", 0x58 + a), 'U', 1, {}, {a}, {}}, 'o');
            case 10: return {"f7 " + modrm(3, 3, a), 'N', 1, {a}, {a}, {}};
            case 11: return {"99", 'N', 2, {eax}, {edx}, {}};
            case 12: return {"8d " + modrm(1, a, p) + " 04", 'U', 1, {}, {a}, {p}};
            case 13: {
                Sample s{"c7 " + modrm(1, 0, p) + " 08 01 00 00 00", 'U', 1, {}, {}, {p}};
                s.displacement_and_immediate = true;
                return s;
            }
            case 14: {
                Sample s{"26 8b " + modrm(0, a, p), 'U', 1, {}, {a}, {p}};
                s.prefixes = 1;
                return s;
            }
            case 15: {
                const unsigned low = any({eax, ecx, edx, ebx});
                Sample s{"b0 01", 'U', 1, {}, {low}, {}};
                s.bytes = fmt::format("{:02x} 01", 0xb0 + low + (random_() % 2) * 4);
                s.byte = true;
                return s;
            }
            case 16: return {"83 ec 10", 'U', 1, {esp}, {esp}, {}};
            default: {
                Sample s{"75 10", 'S', 1, {}, {}, {}};
                s.conditional = true;
                return s;
            }
        }
    }

  private:
    static Sample with_stack(Sample sample, char stack) {
        sample.stack = stack;
        return sample;
    }
    unsigned any(std::vector<unsigned> from) { return from[random_() % from.size()]; }

    std::mt19937 random_;
};

bool meet(const Registers& a, const Registers& b) {
    for (const unsigned r : a) {
        if (b.contains(r)) {
            return true;
        }
    }
    return false;
}

Registers united(const Registers& a, const Registers& b) {
    Registers all = a;
    all.insert(b.begin(), b.end());
    return all;
}

Registers addressed(const Sample& s) {
    return s.stack == '-' ? s.address : united(s.address, {esp});
}

bool can_pair(const Sample& u, const Sample& v) {
    if (!(u.kind == 'U' || u.kind == 'F') || !(v.kind == 'U' || v.kind == 'S') || v.prefixes != 0 ||
        u.displacement_and_immediate || v.displacement_and_immediate) {
        return false;
    }
    const Registers needed = united(united(v.reads, v.address), v.writes);
    if (meet(needed, u.writes) || (u.stack != '-' && needed.contains(esp)) ||
        (v.stack != '-' && u.writes.contains(esp))) {
        return false;
    }
    return u.stack == '-' || v.stack == '-' || u.stack == v.stack;
}

/// Clocks of a pair by the classes register, load, read-modify-write of its members.
constexpr int pair_clocks[3][3] = {{1, 2, 3}, {2, 2, 3}, {3, 4, 5}};

int pentium_clocks(const std::vector<Sample>& sequence) {
    int total = 0;
    int before = 1;  // of the group before; the first has nothing to hide in
    Registers written;
    for (std::size_t i = 0; i < sequence.size();) {
        const Sample& u = sequence[i];
        const bool two = i + 1 < sequence.size() && can_pair(u, sequence[i + 1]);
        const bool stall =
            meet(addressed(u), written) || (two && meet(addressed(sequence[i + 1]), written));
        const int run = two ? pair_clocks[u.clocks - 1][sequence[i + 1].clocks - 1] : u.clocks;
        total += run + (stall ? 1 : 0) + std::max(0, u.prefixes - (before - 1));
        written = two ? united(u.writes, sequence[i + 1].writes) : u.writes;
        before = run;
        i += two ? 2 : 1;
    }
    return total;
}

int i486_stalls(const std::vector<Sample>& sequence) {
    int total = 0;
    for (std::size_t i = 1; i < sequence.size(); ++i) {
        if (meet(addressed(sequence[i]), sequence[i - 1].writes)) {
            total += sequence[i - 1].byte ? 2 : 1;
        }
    }
    return total;
}

struct Result {
    std::uint64_t clocks = 0;
    Subtotals subtotals;
};

Result run(Model model, const std::vector<Sample>& sequence) {
    std::uint64_t clock = 1000;
    const auto pipeline = Pipeline::make(model, Level::pipe, clock);
    LinearAddress at{0x1000};
    for (const Sample& sample : sequence) {
        const Decoded decoded(sample.bytes);
        const Cost cost = cost_of(model, sample.bytes);
        const Issue issue = issue_of(decoded.instruction, decoded.operands.data(), cost);
        pipeline->issue(issue, at, clock);
        clock += cost.ticks;
        at = at + issue.length;
    }
    return {clock - 1000, pipeline->subtotals()};
}

std::string text(const std::vector<Sample>& sequence) {
    std::string all;
    for (const Sample& sample : sequence) {
        all += sample.bytes + " / ";
    }
    return all;
}

}  // namespace

TEST_CASE("the pentium's pipes agree with a second model on random sequences", "[timing]") {
    for (unsigned seed = 0; seed < 4000; ++seed) {
        Samples samples(seed);
        std::vector<Sample> sequence;
        for (unsigned i = 0; i < 2 + seed % 24; ++i) {
            sequence.push_back(samples.next());
        }
        const auto found = run(Model::pentium, sequence).clocks;
        const auto wanted = static_cast<std::uint64_t>(pentium_clocks(sequence));
        if (found != wanted) {
            FAIL(text(sequence) << found << " clocks, not " << wanted);
        }
    }
    SUCCEED();
}

TEST_CASE("the i486's pipeline agrees with a second model on random sequences", "[timing]") {
    for (unsigned seed = 0; seed < 2000; ++seed) {
        Samples samples(seed);
        std::vector<Sample> sequence;
        for (unsigned i = 0; i < 2 + seed % 24; ++i) {
            sequence.push_back(samples.next());
        }
        const Subtotals found = run(Model::i486, sequence).subtotals;
        if (found[Adder::agi] != i486_stalls(sequence)) {
            FAIL(text(sequence) << found[Adder::agi] << " stalls, not " << i486_stalls(sequence));
        }
    }
    SUCCEED();
}

TEST_CASE("two neighbours that may change places cost the same either way, if the table says so",
          "[timing]") {
    // Both in either pipe, independent: the order must not matter.
    const Sample a{"89 d8", 'U', 1, {ebx}, {eax}, {}};
    const Sample b{"89 d1", 'U', 1, {edx}, {ecx}, {}};
    CHECK(run(Model::pentium, {a, b}).clocks == 1);
    CHECK(run(Model::pentium, {b, a}).clocks == 1);
    // One of them only in the first pipe: it must.
    const Sample shift{"d1 e6", 'F', 1, {esi}, {esi}, {}};
    CHECK(run(Model::pentium, {shift, b}).clocks == 1);
    CHECK(run(Model::pentium, {b, shift}).clocks == 2);
}
