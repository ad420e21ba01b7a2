// SPDX-License-Identifier: MIT
#include "cpu/decode/block.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/ensure.hpp"
#include "cpu/decode/op_builder.hpp"
#include "cpu/dispatch.hpp"
#include "cpu/memory_model/memory_model.hpp"
#include "cpu/segments/segmentation.hpp"

namespace ringside::cpu {
namespace {

constexpr std::size_t chunk_ops = 4096;
/// Memory bound of dropped blocks: beyond it everything is decoded anew.
constexpr std::size_t most_chunks = 512;
/// An instruction has at most 15 bytes; the sixteenth proves that it is longer.
constexpr std::uint32_t fetch_window = 16;

std::uint64_t key_of(PhysicalAddress start, std::uint32_t mode) {
    return (std::uint64_t{start.value} << block_mode::width) | mode;
}

/// The bytes of one instruction that crosses a page, and where its second page is.
struct CrossPageFetch {
    std::array<std::byte, fetch_window> bytes{};
    std::uint32_t available = 0;
    PhysicalAddress second_frame{};
};

Expected<PhysicalAddress, mmu::PageFault> resolve_code(Cpu& cpu, LinearAddress a) {
    return cpu.memory ? cpu.memory->resolve_code(a, cpu.privilege())
                      : cpu.mmu.resolve(a, mmu::Access::execute, cpu.privilege());
}

CrossPageFetch fetch_across(Cpu& cpu, PhysicalAddress start, LinearAddress linear) {
    CrossPageFetch fetch;
    const std::uint32_t first = page_size - page_offset(linear);
    const LinearAddress second = linear + first;
    const auto frame = resolve_code(cpu, second);
    if (!frame) {
        throw Fault::pf(frame.error());
    }
    fetch.second_frame = page_of(*frame);
    fetch.available = fetch_window;
    const std::span all(fetch.bytes);
    cpu.mmu.memory().read_bytes(start, all.first(first));
    cpu.mmu.memory().read_bytes(*frame, all.subspan(first));
    return fetch;
}

}  // namespace

BlockCache::BlockCache(mmu::Mmu& mmu) : mmu_(mmu) {
    mmu_.memory().observe_code(this);
}

BlockCache::~BlockCache() {
    mmu_.memory().observe_code(nullptr);
}

Block* BlockCache::find(Cpu& cpu, std::uint32_t mode) {
    // Behind a fetch that faults another block than the wanted one comes next.
    Block* const link_from = std::exchange(link_from_, nullptr);
    const JumpCacheEntry& known_jump = jump_entry(cpu.eip);
    if (known_jump.eip == cpu.eip && known_jump.stamp == stamp(mode) &&
        !known_jump.block->is_stale && link_from == nullptr) {
        return known_jump.block;
    }
    const LinearAddress linear{cpu.segment(SegmentRegister::cs).base + cpu.eip};
    const auto resolved = resolve_code(cpu, linear);
    if (!resolved) {
        throw Fault::pf(resolved.error());
    }
    const PhysicalAddress start = *resolved;

    Block* block = nullptr;
    if (const auto known = by_start_.find(key_of(start, mode)); known != by_start_.end()) {
        block = known->second;
        if (block->crosses_page) {
            const LinearAddress second = page_of(linear) + page_size;
            const auto frame = resolve_code(cpu, second);
            if (!frame) {
                throw Fault::pf(frame.error());
            }
            if (page_of(*frame) != block->second_frame) {
                drop(*block);
                block = nullptr;
            }
        }
    }
    if (block == nullptr) {
        block = decode(cpu, start, linear, mode);
    }

    if (!block->crosses_page && stamp(mode) != 0) {
        jump_entry(cpu.eip) = {cpu.eip, stamp(mode), block};
        if (link_from != nullptr && link_from->mode == mode) {
            connect(*link_from, link_slot_, *block);
        }
    }
    return block;
}

void BlockCache::connect(Block& from, Link link, Block& to) {
    // A direct branch inside one page needs no translation of its own, so it may be linked.
    if (!from.is_stale && !to.is_stale && !from.crosses_page && !to.crosses_page &&
        page_of(from.start) == page_of(to.start)) {
        from.links[static_cast<std::size_t>(link)] = &to;
    }
}

Block* BlockCache::decode(Cpu& cpu, PhysicalAddress start, LinearAddress linear,
                          std::uint32_t mode) {
    if (chunks_.size() > most_chunks) {
        flush();
    }
    const Segment& cs = cpu.segment(SegmentRegister::cs);
    const bool code32 = (mode & block_mode::code32) != 0;
    const std::uint32_t most = (mode & block_mode::single) != 0 ? 1 : block_limit_;
    const std::uint32_t in_page = page_size - page_offset(linear);

    Block& block = blocks_.emplace_back();
    block.start = start;
    block.mode = mode;
    OpBuilder builder(cpu, mode);
    const bool follows_flow = follows_flow_ && cpu.observer != nullptr;

    std::uint32_t offset = 0;
    while (!builder.ended() && builder.instructions() < most && offset < in_page) {
        if (follows_flow && builder.instructions() > 0 && cpu.observer->divides(linear + offset)) {
            break;
        }
        if (probes_.contains(linear.value + offset)) {
            if (builder.instructions() > 0) {
                break;  // a probe stands at the head of its block
            }
            builder.add_probe();
        }
        if (follows_flow && builder.instructions() == 0) {
            builder.follow_flow();
        }
        // What the code segment and the page leave of the instruction's bytes.
        const std::uint32_t eip = cpu.eip + offset;
        if (eip > cs.highest) {
            if (offset == 0) {
                throw Fault::gp(0);
            }
            break;
        }
        const std::uint32_t in_segment = std::min(cs.highest - eip, fetch_window - 1) + 1;
        const std::uint32_t window = std::min({fetch_window, in_page - offset, in_segment});
        std::array<std::byte, fetch_window> bytes{};
        mmu_.memory().read_bytes(start + offset, std::span(bytes).first(window));
        DecodeResult result =
            builder.add(std::span<const std::byte>(bytes).first(window), offset, code32);
        if (result == DecodeResult::needs_more) {
            if (builder.instructions() > 0) {
                break;  // it gets a block of its own when control reaches it
            }
            if (in_segment <= in_page - offset) {
                throw Fault::gp(0);  // it runs past the segment's limit
            }
            const CrossPageFetch fetch = fetch_across(cpu, start, linear);
            block.crosses_page = true;
            block.second_frame = fetch.second_frame;
            const std::uint32_t available = std::min(fetch.available, in_segment);
            result = builder.add(std::span(fetch.bytes).first(available), offset, code32);
            if (result == DecodeResult::needs_more) {
                throw Fault::gp(0);
            }
            offset += builder.last_length();
            break;
        }
        offset += builder.last_length();
    }
    builder.finish();

    Op* const ops = allocate(builder.ops().size());
    std::copy(builder.ops().begin(), builder.ops().end(), ops);
    block.ops = ops;
    block.op_count = static_cast<std::uint32_t>(builder.ops().size());
    // An event that is due at the head of a block comes before it, whatever stands there.
    block.bound = std::max(builder.bound(), 1U);
    block.issues = builder.take_issues();
    block.byte_length = std::max(offset, 1U);

    by_start_[key_of(start, mode)] = &block;
    by_frame_[page_of(start).value].push_back(&block);
    mmu_.watch_code(page_of(start));
    if (block.crosses_page) {
        by_frame_[block.second_frame.value].push_back(&block);
        mmu_.watch_code(block.second_frame);
    }
    return &block;
}

void BlockCache::code_written(PhysicalAddress address, std::uint32_t length) {
    const PhysicalAddress frame = page_of(address);
    const auto found = by_frame_.find(frame.value);
    if (found == by_frame_.end()) {
        mmu_.memory().set_code_page(frame, false);
        return;
    }
    const std::uint32_t first = page_offset(address);
    const std::uint32_t last = first + length - 1;
    std::erase_if(found->second, [&](Block* block) {
        if (block->is_stale) {
            return true;
        }
        std::uint32_t begin = page_offset(block->start);
        std::uint32_t end = begin + block->byte_length;  // one past
        if (block->crosses_page) {
            if (page_of(block->start) != frame) {
                begin = 0;
                end -= page_size;
            } else {
                end = std::min(end, page_size);
            }
        }
        if (last < begin || first >= end) {
            return false;
        }
        drop(*block);
        return true;
    });
    if (found->second.empty()) {
        by_frame_.erase(found);
        mmu_.memory().set_code_page(frame, false);
    }
}

void BlockCache::drop(Block& block) {
    block.is_stale = true;
    block.links = {};
    // The block is ours and never const; Block hands out its ops for reading only.
    Op* const ops = const_cast<Op*>(block.ops);
    for (std::uint32_t i = 0; i < block.op_count; ++i) {
        ops[i].handler = &stale;
    }
    by_start_.erase(key_of(block.start, block.mode));
}

Op* BlockCache::allocate(std::size_t count) {
    if (chunks_.empty() || chunk_used_ + count > chunk_ops) {
        chunks_.push_back(std::make_unique<Op[]>(chunk_ops));
        chunk_used_ = 0;
    }
    Op* const ops = &chunks_.back()[chunk_used_];
    chunk_used_ += count;
    return ops;
}

void BlockCache::flush() {
    for (const auto& [frame, blocks] : by_frame_) {
        mmu_.memory().set_code_page(PhysicalAddress{frame}, false);
    }
    by_start_.clear();
    by_frame_.clear();
    blocks_.clear();
    chunks_.clear();
    chunk_used_ = 0;
    jumps_.fill(JumpCacheEntry{});
    link_from_ = nullptr;
}

void BlockCache::set_block_limit(std::uint32_t instructions) {
    block_limit_ = std::clamp(instructions, 1U, default_block_limit);
    flush();
}

void BlockCache::set_probes(std::set<std::uint32_t> addresses) {
    probes_ = std::move(addresses);
    flush();
}

void BlockCache::set_follows_flow(bool follows) {
    follows_flow_ = follows;
    flush();
}

}  // namespace ringside::cpu
