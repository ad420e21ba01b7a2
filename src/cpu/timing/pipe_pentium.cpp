// SPDX-License-Identifier: MIT
#include "cpu/timing/pipe_pentium.hpp"

#include <algorithm>

#include "cpu/timing/pipeline.hpp"

namespace ringside::cpu::timing {
namespace {

constexpr std::int64_t mispredicted = 3;
/// A conditional branch in the V pipe is found out a stage later.
constexpr std::int64_t mispredicted_in_v = 4;

bool may_lead(Pairing pairing) {
    return pairing == Pairing::either || pairing == Pairing::first;
}

bool may_follow(Pairing pairing) {
    return pairing == Pairing::either || pairing == Pairing::second;
}

/// Both move the stack pointer by themselves in a way that the pipes can add up.
bool stack_pair(StackUse u, StackUse v) {
    return (u == StackUse::push && (v == StackUse::push || v == StackUse::call)) ||
           (u == StackUse::pop && v == StackUse::pop);
}

bool depends(const Issue& u, const Issue& v) {
    const bool u_moves = u.stack != StackUse::none;
    const bool v_moves = v.stack != StackUse::none;
    const auto touched = static_cast<std::uint8_t>(v.reads | v.writes);
    if ((touched & u.writes) != 0) {
        return true;
    }
    if (u_moves && (touched & esp_bit) != 0) {
        return true;
    }
    return v_moves && ((u.writes & esp_bit) != 0 || (u_moves && !stack_pair(u.stack, v.stack)));
}

}  // namespace

bool PipePentium::pairs(const Issue& u, const Issue& v) {
    if (u.pairing == Pairing::exchange) {
        return v.pairing == Pairing::exchanged;
    }
    if (!may_lead(u.pairing) || !may_follow(v.pairing)) {
        return false;
    }
    const bool simple = !u.displacement_and_immediate && !v.displacement_and_immediate &&
                        !u.locked && !v.locked && !v.prefixed;
    return simple && !depends(u, v);
}

std::uint32_t PipePentium::together(const Issue& u, const Issue& v) {
    if (u.pairing == Pairing::exchange) {
        return u.figure;
    }
    // Two that work on memory overlap, unless the first has to write back before the second may
    // read: then only their last and first clock do.
    constexpr std::uint32_t read_modify_write = 3;
    const bool in_turn = u.figure == read_modify_write && v.figure > 1;
    return in_turn ? u.figure + v.figure - 1 : std::max(u.figure, v.figure);
}

void PipePentium::arrive(LinearAddress at, Pipeline& into) {
    const bool taken = last_.taken(at);
    bool wrong = false;
    if (last_.is_branch()) {
        wrong = targets_.resolve(last_.branch(), taken, at);
        if (wrong) {
            const bool late = last_in_v_ && last_.transfer() == Transfer::conditional;
            into.charge(Adder::branch, late ? mispredicted_in_v : mispredicted);
        }
    }
    if (taken || wrong) {
        restart();
    }
}

void PipePentium::issue(const Issue& issue, LinearAddress at, std::uint64_t now, Pipeline& into) {
    if (v_is_free_ && pairs(u_, issue)) {
        join(issue, into);
    } else {
        begin(issue, now, into);
    }
    last_.note(issue, at);
}

void PipePentium::join(const Issue& v, Pipeline& into) {
    const std::int64_t apart = std::int64_t{u_.figure} + v.figure;
    into.charge(Adder::pair, together(u_, v) - apart);
    // The pipes wait for each other, so that one address stops both.
    if (!stalled_ && (addressing(v) & written_before_) != 0) {
        into.charge(Adder::agi, 1);
        front_.delay();
    }
    written_ |= v.writes;
    v_is_free_ = false;
    last_in_v_ = true;
}

void PipePentium::begin(const Issue& u, std::uint64_t now, Pipeline& into) {
    written_before_ = written_;
    stalled_ = (addressing(u) & written_before_) != 0;
    if (stalled_) {
        into.charge(Adder::agi, 1);
    }
    const std::int64_t hidden = front_.hidden(u, now);
    if (hidden != 0) {
        into.charge(Adder::prefix, -hidden);
    }
    front_.begin(now, (stalled_ ? 1 : 0) + u.prefix_ticks - hidden);
    u_ = u;
    written_ = u.writes;
    v_is_free_ = true;
    last_in_v_ = false;
}

void PipePentium::restart() {
    last_.clear();
    front_.restart();
    v_is_free_ = false;
    stalled_ = false;
    last_in_v_ = false;
    written_ = 0;
    written_before_ = 0;
}

}  // namespace ringside::cpu::timing
