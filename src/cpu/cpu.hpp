// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/address.hpp"
#include "base/cycles.hpp"
#include "cpu/block_mode.hpp"
#include "cpu/eflags.hpp"
#include "cpu/exit.hpp"
#include "cpu/fault.hpp"
#include "cpu/fpu/unit.hpp"
#include "cpu/model.hpp"
#include "cpu/op.hpp"
#include "cpu/registers.hpp"
#include "cpu/segments/segment.hpp"
#include "cpu/simd/state.hpp"
#include "cpu/timing/level.hpp"
#include "cpu/transition.hpp"
#include "mmu/mmu.hpp"

namespace ringside {
class Archive;
}

namespace ringside::cpu {

class BlockCache;
struct Block;
namespace timing {
class ClockTable;
class Pipeline;
}  // namespace timing
namespace memory_model {
class MemoryModel;
}

/// GDTR and IDTR.
struct TableRegister {
    LinearAddress base{};
    std::uint16_t limit = 0xFFFF;
};

/// LDTR and TR: a selector with the hidden part of its system descriptor.
struct SystemSegment {
    Selector selector;
    LinearAddress base{};
    std::uint32_t limit = 0;
    SystemType type{};
    bool valid = false;
};

namespace cr0 {
inline constexpr std::uint32_t pe = 1U << 0;
inline constexpr std::uint32_t mp = 1U << 1;
inline constexpr std::uint32_t em = 1U << 2;
inline constexpr std::uint32_t ts = 1U << 3;
inline constexpr std::uint32_t et = 1U << 4;
inline constexpr std::uint32_t ne = 1U << 5;
inline constexpr std::uint32_t wp = 1U << 16;
inline constexpr std::uint32_t am = 1U << 18;
inline constexpr std::uint32_t nw = 1U << 29;
inline constexpr std::uint32_t cd = 1U << 30;
inline constexpr std::uint32_t pg = 1U << 31;
}  // namespace cr0

namespace cr3 {
inline constexpr std::uint32_t pwt = 1U << 3;
inline constexpr std::uint32_t pcd = 1U << 4;
}  // namespace cr3

namespace cr4 {
inline constexpr std::uint32_t tsd = 1U << 2;
inline constexpr std::uint32_t de = 1U << 3;
inline constexpr std::uint32_t pse = 1U << 4;
inline constexpr std::uint32_t pge = 1U << 7;
inline constexpr std::uint32_t pce = 1U << 8;
inline constexpr std::uint32_t osfxsr = 1U << 9;
inline constexpr std::uint32_t osxmmexcpt = 1U << 10;
}  // namespace cr4

namespace dr6 {
inline constexpr std::uint32_t breakpoints = 0xF;           ///< B0 to B3
inline constexpr std::uint32_t register_access = 1U << 13;  ///< BD
inline constexpr std::uint32_t single_step = 1U << 14;      ///< BS
inline constexpr std::uint32_t task_switch = 1U << 15;      ///< BT
inline constexpr std::uint32_t defined = 0x0000E00F;
inline constexpr std::uint32_t ones = 0xFFFF0FF0;
}  // namespace dr6

namespace dr7 {
inline constexpr std::uint32_t enables = 0xFF;             ///< L0, G0 to L3, G3
inline constexpr std::uint32_t local_enables = 0x155;      ///< L0 to L3 and LE
inline constexpr std::uint32_t general_detect = 1U << 13;  ///< GD
inline constexpr std::uint32_t defined = 0xFFFF23FF;
inline constexpr std::uint32_t ones = 0x00000400;
}  // namespace dr7

/// The processor: architectural state, and what running blocks of it needs.
///
/// While a block runs, `eip` is the EIP of the block's first instruction and `clock` the counter
/// before it; `at` tells the current op wherever one may fault. Outside run() both are exact.
struct Cpu {
    /// `wait_states` matter at the level `memory` alone.
    Cpu(Model model, mmu::Mmu& mmu, timing::Level level = timing::Level::table,
        std::uint32_t wait_states = 0);
    ~Cpu();
    Cpu(const Cpu&) = delete;
    Cpu& operator=(const Cpu&) = delete;

    // --- architectural state -------------------------------------------------------------------
    RegisterFile registers;
    std::uint32_t eip = 0;
    ArithmeticFlags flags;
    /// EFLAGS without the six arithmetic flags.
    std::uint32_t system_flags = flag::fixed;
    std::array<Segment, segment_registers> segments;
    TableRegister gdtr;
    TableRegister idtr;
    SystemSegment ldtr;
    SystemSegment tr;
    std::uint32_t cr0 = cr0::et;
    std::uint32_t cr2 = 0;
    std::uint32_t cr3 = 0;
    std::uint32_t cr4 = 0;
    std::array<std::uint32_t, 4> dr{};
    std::uint32_t dr6 = dr6::ones;
    std::uint32_t dr7 = dr7::ones;
    std::uint32_t sysenter_cs = 0;                        ///< MSR 174
    std::uint32_t sysenter_esp = 0;                       ///< MSR 175
    std::uint32_t sysenter_eip = 0;                       ///< MSR 176
    std::array<std::uint32_t, 5> test_registers{};        ///< TR3 to TR7, of i386 and i486
    std::array<std::uint64_t, 2> performance_counters{};  ///< they count nothing
    std::array<std::uint32_t, 2> event_selects{};
    /// The x87. After RESET its control word is 0040 and every register a valid zero, so a
    /// program begins with FNINIT.
    fpu::Unit fpu;
    simd::State simd;
    /// What WRMSR 10 added to the time-stamp counter.
    std::uint64_t tsc_offset = 0;

    // --- the machine around it -----------------------------------------------------------------
    const Model model;
    const std::uint32_t known_eflags;  ///< see cpu::known_eflags
    const timing::Level level;
    mmu::Mmu& mmu;
    const timing::ClockTable& clocks;
    CpuObserver* observer = nullptr;
    /// What the observer is told of by accessed(); set it while the CPU does not run.
    void set_watches(std::vector<Watch> watches);
    [[nodiscard]] const std::vector<Watch>& watches() const { return watches_; }
    /// Whether run() comes back after one instruction, or after the interrupt or exception that was
    /// delivered in its place. Not while the CPU runs.
    void set_stepping(bool stepping);
    [[nodiscard]] bool stepping() const { return stepping_; }

    // --- execution -----------------------------------------------------------------------------
    std::uint64_t clock = 0;  ///< ticks, see ModelTraits::ticks_per_clock
    /// The guest's next event: run() comes back at the first instruction boundary at or after it.
    std::uint64_t event_deadline = 0;
    /// Where blocks stop being entered: the event, or before it a pause that the host asked for.
    std::uint64_t deadline = 0;
    const Op* at = nullptr;
    Block* block = nullptr;
    mmu::Tlb* tlb = nullptr;  ///< data translations of the current privilege
    std::uint32_t mode = 0;   ///< bits of block_mode
    std::uint64_t stamp = 0;  ///< what an entry of the jump cache must carry to be believed
    unsigned cpl = 0;
    /// No interrupt before the next instruction (after STI, MOV SS, POP SS).
    bool interrupt_shadow = false;
    /// No debug exception either (after MOV SS, POP SS): data breakpoints met wait until behind it.
    bool debug_shadow = false;
    /// A control transfer of the i386 waits to know how many components its target has, which it
    /// costs unless it fell through: what the counter shows then, or `always`; 0 for none.
    std::uint64_t refill = 0;
    static constexpr std::uint64_t refill_always = UINT64_MAX;
    /// How often a figure was charged that no manual prints. On p6 and modern all are such, and
    /// nobody counts.
    std::uint64_t assumed_figures = 0;
    /// The instruction at EIP was about to run and waits, because an observer stopped there.
    bool held = false;
    /// The last instruction entered a handler: its single-step trap is not taken.
    bool trap_suppressed = false;
    /// Bits of DR6 that the debug trap due before the next instruction will set; 0 for none.
    std::uint32_t debug_traps = 0;
    /// Bits B0 to B3 of the breakpoints that the current instruction's accesses matched.
    std::uint32_t breakpoints_hit = 0;
    /// Bits of breakpoint_kind: what an enabled breakpoint or the host waits for. Not 0: single
    /// instructions.
    std::uint32_t armed = 0;
    std::optional<Vector> pending_interrupt;
    Exit exit;
    std::unique_ptr<BlockCache> blocks;
    /// What the level adds to the table; null at the levels that add nothing.
    std::unique_ptr<timing::Pipeline> pipeline;
    /// What the level `memory` looks at; null at the others.
    std::unique_ptr<memory_model::MemoryModel> memory;

    /// Runs until something needs the world outside. Never throws for anything a guest does.
    /// `until_tick` is the guest's next event. At a block boundary around `pause_tick` it comes
    /// back too, if it has moved; nothing of the guest depends on where that is.
    Exit run(std::uint64_t until_tick, std::uint64_t pause_tick = UINT64_MAX);

    [[nodiscard]] Segment& segment(SegmentRegister r) {
        return segments[static_cast<std::size_t>(r)];
    }
    [[nodiscard]] const Segment& segment(SegmentRegister r) const {
        return segments[static_cast<std::size_t>(r)];
    }
    /// A segment that was loaded with such a selector before, or any other: FS goes to and fro
    /// between two descriptors, whose hidden parts need not be worked out each time.
    [[nodiscard]] Segment& worked_out_segment(Selector selector) {
        return worked_out_segments_[selector.offset() / 8 % worked_out_segments_.size()];
    }
    [[nodiscard]] std::uint32_t eflags() const { return system_flags | flags.value_bits(); }
    /// Loads every bit as given; the caller decided which may change.
    void set_eflags(std::uint32_t value) {
        const std::uint32_t changed = system_flags ^ value;
        load_eflags(value);
        if ((changed & (flag::ac | flag::vm)) != 0) [[unlikely]] {
            context_changed();
        }
    }
    /// The same where the context is about to be entered anyway.
    void load_eflags(std::uint32_t value) {
        flags.load(value);
        system_flags = (value & ~flag::arithmetic) | flag::fixed;
    }
    [[nodiscard]] unsigned iopl() const { return (system_flags & flag::iopl) >> 12; }
    /// Data accesses off their boundary are #AC(0).
    [[nodiscard]] bool checks_alignment() const {
        return cpl == 3 && (cr0 & cr0::am) != 0 && (system_flags & flag::ac) != 0;
    }
    [[nodiscard]] bool real_mode() const { return (cr0 & cr0::pe) == 0; }
    [[nodiscard]] bool virtual_8086() const { return (system_flags & flag::vm) != 0; }
    /// Selectors name descriptors: PE is set and VM is not.
    [[nodiscard]] bool protected_mode() const { return !real_mode() && !virtual_8086(); }
    [[nodiscard]] std::uint32_t eip_of(const Op* op) const { return eip + op->offset; }
    [[nodiscard]] ExecutionPoint point() const;
    [[nodiscard]] Cycles cycles() const;
    [[nodiscard]] std::uint64_t time_stamp(std::uint64_t at_tick) const;

    /// CPL, segments, CR0, CR4, DR7 or EFLAGS.AC or VM changed: recomputes `mode`, `armed`, `tlb`
    /// and `stamp`.
    void context_changed();
    /// The same in line, for the ways between rings; defined in cpu/context.hpp.
    inline void enter_context();
    void set_cpl(unsigned value) {
        cpl = value;
        context_changed();
    }
    /// block_mode::flat_data when DS, ES and SS allow it, else 0.
    [[nodiscard]] std::uint32_t data_mode() const {
        return segment(SegmentRegister::ss).as_stack & segment(SegmentRegister::ds).as_data &
               segment(SegmentRegister::es).as_data;
    }
    /// CR0, CR3 or CR4 changed in a bit that paging looks at.
    void paging_changed();
    /// All that execution depends on but memory and MMU, which come first: decoded blocks are
    /// dropped by drop_blocks() before those are loaded.
    void persist(Archive& archive);
    void drop_blocks();

    // --- guest memory, with the rights of the current privilege ---------------------------------
    template <typename W>
    [[nodiscard]] W read(LinearAddress a) {
        const mmu::TlbEntry& e = tlb->slot(a);
        if (e.read_tag == (last_byte<W>(a) & ~page_mask)) [[likely]] {
            return load<W>(e.host(a));
        }
        return static_cast<W>(read_slow(a, sizeof(W)));
    }
    template <typename W>
    void write(LinearAddress a, W value) {
        const mmu::TlbEntry& e = tlb->slot(a);
        if (e.write_tag == (last_byte<W>(a) & ~page_mask)) [[likely]] {
            store<W>(e.host(a), value);
            return;
        }
        write_slow(a, value, sizeof(W));
    }

    /// A place that will be read and then written: found writable before anything changes.
    template <typename W>
    struct Place {
        Cpu& cpu;
        std::byte* host;  ///< null: the parts in cpu.split_place

        [[nodiscard, gnu::always_inline]] W get() const {
            return host != nullptr ? load<W>(host) : static_cast<W>(cpu.get_place(sizeof(W)));
        }
        [[gnu::always_inline]] void set(W value) const {
            if (host != nullptr) [[likely]] {
                store<W>(host, value);
            } else {
                cpu.set_place(value, sizeof(W));
            }
        }
    };
    template <typename W>
    [[nodiscard]] Place<W> modify(LinearAddress a) {
        const mmu::TlbEntry& e = tlb->slot(a);
        if (e.write_tag == (last_byte<W>(a) & ~page_mask)) [[likely]] {
            return {*this, e.host(a)};
        }
        modify_slow(a, sizeof(W));
        return {*this, nullptr};
    }
    [[nodiscard]] mmu::Privilege privilege() const {
        return cpl == 3 ? mmu::Privilege::user : mmu::Privilege::supervisor;
    }

    // --- memory as the processor itself reads it: descriptor tables, TSS, frames -----------------
    template <typename W>
    [[nodiscard]] W read_as(LinearAddress a, mmu::Privilege rights) {
        const mmu::TlbEntry& e = translations(rights).slot(a);
        if (e.read_tag == (last_byte<W>(a) & ~page_mask)) [[likely]] {
            return load<W>(e.host(a));
        }
        return static_cast<W>(read_slow_as(a, sizeof(W), rights));
    }
    template <typename W>
    void write_as(LinearAddress a, W value, mmu::Privilege rights) {
        const mmu::TlbEntry& e = translations(rights).slot(a);
        if (e.write_tag == (last_byte<W>(a) & ~page_mask)) [[likely]] {
            store<W>(e.host(a), value);
            return;
        }
        write_slow_as(a, value, sizeof(W), rights);
    }
    template <typename W>
    [[nodiscard]] W read_system(LinearAddress a) {
        return read_as<W>(a, mmu::Privilege::supervisor);
    }
    template <typename W>
    void write_system(LinearAddress a, W value) {
        write_as<W>(a, value, mmu::Privilege::supervisor);
    }
    /// Host address of `size` bytes from `a` when one translation at hand allows the current
    /// privilege all of them; else null, and the access goes the long way.
    [[nodiscard]] const std::byte* readable_at(LinearAddress a, std::uint32_t size) const {
        return readable_by(*tlb, a, size);
    }
    /// The same with given rights.
    [[nodiscard]] const std::byte* readable_at(LinearAddress a, std::uint32_t size,
                                               mmu::Privilege rights) {
        return readable_by(translations(rights), a, size);
    }
    [[nodiscard]] std::byte* writable_at(LinearAddress a, std::uint32_t size,
                                         mmu::Privilege rights) {
        const mmu::TlbEntry& e = translations(rights).slot(a);
        return e.write_tag == page_of(a + (size - 1)).value ? e.host(a) : nullptr;
    }
    /// Throws #PF unless `size` bytes from `a` may be accessed; touches nothing but A/D bits.
    void probe(LinearAddress a, std::uint32_t size, mmu::Access access, mmu::Privilege privilege);
    /// Throws #AC(0) when alignment is checked and `a` is no multiple of `alignment`, a power of 2.
    void require_aligned(LinearAddress a, std::uint32_t alignment) const {
        if (checks_alignment() && (a.value & (alignment - 1)) != 0) [[unlikely]] {
            throw Fault::ac();
        }
    }

  private:
    /// A breakpoint is armed, alignment is checked, or one of these has just ended.
    [[nodiscard]] bool has_special_context() {
        // Every change of ring asks, so that all three cost it one look. CR0.AM and EFLAGS.AC are
        // the same bit.
        static_assert(cr0::am == flag::ac);
        const std::uint32_t special =
            (dr7 & dr7::enables) | armed | (cr0 & system_flags & flag::ac);
        return special != 0 || translations_[static_cast<std::size_t>(mmu::Privilege::user)] !=
                                   &mmu.tlb(mmu::Privilege::user);
    }
    [[gnu::noinline]] void enter_special_context();
    [[nodiscard]] static const std::byte* readable_by(const mmu::Tlb& tlb, LinearAddress a,
                                                      std::uint32_t size) {
        const mmu::TlbEntry& e = tlb.slot(a);
        return e.read_tag == page_of(a + (size - 1)).value ? e.host(a) : nullptr;
    }
    [[nodiscard]] mmu::Tlb& translations(mmu::Privilege rights) {
        return *translations_[static_cast<std::size_t>(rights)];
    }
    template <typename W>
    static std::uint32_t last_byte(LinearAddress a) {
        return a.value + static_cast<std::uint32_t>(sizeof(W) - 1);
    }
    /// Physical parts of an access that may cross a page; `first_size` bytes lie in the first.
    struct SplitPlace {
        PhysicalAddress first{};
        PhysicalAddress second{};
        std::uint32_t first_size = 0;
        LinearAddress linear{};
    };
    [[gnu::noinline]] std::uint64_t read_slow(LinearAddress a, std::uint32_t size);
    [[gnu::noinline]] void write_slow(LinearAddress a, std::uint64_t value, std::uint32_t size);
    [[gnu::noinline]] void modify_slow(LinearAddress a, std::uint32_t size);
    /// What the MMU says; at the level `memory` with the clocks of a walk.
    Expected<PhysicalAddress, mmu::PageFault> resolve(LinearAddress a, mmu::Access access,
                                                      mmu::Privilege privilege);
    void note_place(std::uint32_t size, mmu::Access access);
    void check_long_way(LinearAddress a, std::uint32_t size) const;
    [[gnu::noinline]] void resolve_split(LinearAddress a, std::uint32_t size, mmu::Access access,
                                         mmu::Privilege privilege);
    [[gnu::noinline]] std::uint64_t read_slow_as(LinearAddress a, std::uint32_t size,
                                                 mmu::Privilege rights);
    [[gnu::noinline]] void write_slow_as(LinearAddress a, std::uint64_t value, std::uint32_t size,
                                         mmu::Privilege rights);
    [[gnu::noinline]] std::uint64_t get_place(std::uint32_t size);
    [[gnu::noinline]] void set_place(std::uint64_t value, std::uint32_t size);

    std::vector<Watch> watches_;
    bool stepping_ = false;
    std::array<Segment, 4> worked_out_segments_;
    SplitPlace split_place_;
    /// By privilege, for accesses that name theirs.
    std::array<mmu::Tlb*, 2> translations_{};
    /// Stays empty. While alignment is checked or a data breakpoint is armed, where the host
    /// watches, and at the level `memory`, accesses look here, so that each goes the long way,
    /// where the check is.
    mmu::Tlb no_translations_;
};

/// Gives an IN or INS that left with ExitKind::port_io the value of its port, before run() goes on.
void complete_in(Cpu& cpu, std::uint32_t value);

}  // namespace ringside::cpu
