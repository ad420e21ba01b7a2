// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <set>
#include <unordered_map>
#include <vector>

#include "base/address.hpp"
#include "cpu/block_mode.hpp"
#include "cpu/model.hpp"
#include "cpu/op.hpp"
#include "cpu/timing/issue.hpp"
#include "mmu/mmu.hpp"

namespace ringside::cpu {

struct Cpu;
enum class Link : std::uint8_t;

/// Straight-line code decoded once: its ops, ended by one that leaves.
struct Block {
    const Op* ops = nullptr;
    /// No run through the block adds more ticks; a bound, not the sum.
    std::uint32_t bound = 0;
    /// Blocks that follow directly, once known: the taken branch and the instruction behind.
    std::array<Block*, 2> links{};

    PhysicalAddress start{};
    std::uint32_t byte_length = 0;
    std::uint32_t op_count = 0;
    std::uint32_t mode = 0;
    /// Of a lone instruction that crosses into another page: the frame of its second part.
    PhysicalAddress second_frame{};
    bool crosses_page = false;
    bool is_stale = false;
    /// What the pipeline is told of the instructions, at the levels that have one.
    std::vector<timing::Issue> issues;
};

struct JumpCacheEntry {
    /// What no context has, cacheable or not.
    static constexpr std::uint64_t never = UINT64_MAX;

    std::uint32_t eip = 0;
    std::uint64_t stamp = never;
    Block* block = nullptr;
};

/// Decoded blocks by physical address and mode, and the shortcuts to them.
///
/// A write to a page that holds blocks drops those it overlaps: every op of a dropped block
/// becomes `stale`, which leaves at exactly that instruction, so a block may even overwrite its
/// own tail. Dropped blocks keep their memory until the whole cache is flushed, hence links to
/// them stay safe.
class BlockCache : public mmu::CodeWriteObserver {
  public:
    static constexpr std::uint32_t default_block_limit = 64;
    static constexpr std::size_t jump_entries = 4096;

    explicit BlockCache(mmu::Mmu& mmu);
    ~BlockCache() override;

    /// The block at cpu.eip, decoded now if need be. Throws Fault when the fetch does.
    Block* find(Cpu& cpu, std::uint32_t mode);

    /// What a jump-cache entry made now would carry; 0, which no entry has, in modes that must not
    /// be cached by EIP.
    [[nodiscard]] std::uint64_t stamp(std::uint32_t mode) const {
        constexpr std::uint32_t asked = block_mode::single | block_mode::flat_code;
        if ((mode & asked) != block_mode::flat_code) [[unlikely]] {
            return 0;
        }
        return (mmu_.code_generation() << block_mode::width) | mode;
    }
    [[nodiscard]] JumpCacheEntry& jump_entry(std::uint32_t eip) {
        return jumps_[(eip ^ (eip >> 12)) % jump_entries];
    }

    /// `block` left through a link that is not set yet; the next find() will set it if it may.
    void want_link(Block* block, Link link) {
        link_from_ = block;
        link_slot_ = link;
    }
    void forget_link() { link_from_ = nullptr; }
    /// Links two blocks of one mode if a direct branch from one to the other may be linked.
    static void connect(Block& from, Link link, Block& to);

    /// Most instructions in a block, 1 to default_block_limit. Flushes.
    void set_block_limit(std::uint32_t instructions);
    /// Linear addresses at which the observer is to be told. Flushes.
    void set_probes(std::set<std::uint32_t> addresses);
    /// Whether the observer is told of control flow. Flushes.
    void set_follows_flow(bool follows);
    void flush();

    void code_written(PhysicalAddress address, std::uint32_t length) override;

  private:
    Block* decode(Cpu& cpu, PhysicalAddress start, LinearAddress linear, std::uint32_t mode);
    void drop(Block& block);
    Op* allocate(std::size_t count);

    mmu::Mmu& mmu_;
    std::unordered_map<std::uint64_t, Block*> by_start_;
    std::unordered_map<std::uint32_t, std::vector<Block*>> by_frame_;
    std::deque<Block> blocks_;
    std::vector<std::unique_ptr<Op[]>> chunks_;
    std::size_t chunk_used_ = 0;
    /// Its size is a constant, so that a look-up masks instead of dividing.
    std::array<JumpCacheEntry, jump_entries> jumps_;
    std::set<std::uint32_t> probes_;
    bool follows_flow_ = false;
    Block* link_from_ = nullptr;
    Link link_slot_{};
    std::uint32_t block_limit_ = default_block_limit;
};

}  // namespace ringside::cpu
