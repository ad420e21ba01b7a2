// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.hpp"
#include "base/cycles.hpp"
#include "cpu/segments/descriptor.hpp"
#include "cpu/transition.hpp"
#include "guest/personality.hpp"
#include "guest/service_call.hpp"
#include "trace/register_changes.hpp"

namespace ringside::trace {

enum class RecordKind : std::uint8_t {
    call,                ///< a system call: an entry on which the kernel built its service frame
    software_interrupt,  ///< any other INT n
    exception,
    interrupt,  ///< hardware
    dispatch,   ///< ring 3 is entered at a place of the kernel's choosing: APC, exception, start
};

enum class Door : std::uint8_t {
    idt,
    sysenter,
    far_call,  ///< through a call gate, or to another task
};

/// The door: an IDT gate, the MSRs of SYSENTER, or what a far CALL named.
struct Gate {
    Door door = Door::idt;
    LinearAddress entry{};  ///< of the IDT gate
    cpu::Selector selector;
    std::uint32_t offset = 0;
    std::string target;  ///< the offset as symbol
    std::string_view type;
    unsigned dpl = 0;
    std::uint32_t stack = 0;  ///< MSR 175, or esp0 of the TSS when the ring changes
    cpu::Selector stack_selector;
    std::optional<LinearAddress> stack_slot;  ///< esp0 in the TSS, when that is where it was read
    bool switches_stack = false;
};

struct FrameField {
    std::string name;
    std::uint32_t offset = 0;
    std::uint32_t size = 0;
    std::uint32_t value = 0;
};

/// The structure that the kernel built on entry, as it stood when it was complete.
struct Frame {
    std::string layout;
    LinearAddress at{};
    std::vector<FrameField> fields;

    [[nodiscard]] const FrameField* find(std::string_view name) const;
    /// Where the way out leads unless somebody changes the frame.
    [[nodiscard]] std::optional<std::uint32_t> return_eip() const;
};

/// A stretch of the way through the kernel. The stages of a record follow without gaps, from the
/// end of the gate to the beginning of the return.
struct StageTime {
    std::string name;
    LinearAddress at{};  ///< the address that stands for the stage
    Cycles begins;
    Cycles ends;
    std::vector<guest::StageDetail> details;
    /// Between its two ends; a segment register that the way out clears counts to the last stage.
    std::vector<RegisterChange> changed;

    [[nodiscard]] const guest::StageDetail* find(std::string_view detail) const;
};

/// Clocks that a passage took itself: without the passages inside it, without user code that it
/// called and without what other threads did meanwhile.
struct StageCost {
    std::string name;  ///< of a stage, or of spot_stage
    Cycles clocks;
};

/// What the personality said of the service's body.
struct Service {
    std::string name;
    std::uint32_t number = 0;
    std::uint32_t thread_id = 0;
    std::uint32_t argument_bytes = 0;
    std::vector<guest::ServiceArgument> arguments;
    guest::ServiceStanding standing;
    Cycles begins;
    std::optional<guest::ServiceResult> result;
};

/// One passage through the kernel, from the gate in to the way out.
struct Record {
    RecordKind kind = RecordKind::call;
    std::uint64_t number = 0;  ///< counts from 1 in the order of entries
    std::uint32_t thread = 0;  ///< whose it is; 0 in a system without threads
    unsigned depth = 0;        ///< passages of the thread that are open around it
    Cycles begins;
    Cycles ends;

    /// Nothing for a service that kernel code calls without a gate.
    std::optional<cpu::Transition> entry;
    std::optional<Gate> gate;
    std::string origin;  ///< where the entry was made; without one, where the call returns to
    /// Return addresses at the top of the caller's stack, innermost first.
    std::vector<std::string> callers;
    /// Whose code made the passage: of a call the code that called the stub, or that entered the
    /// kernel itself. Empty for code outside of all modules.
    std::string module;
    /// Of a call: the module whose stub made it ("ntdll"), "direct" without one, or "kernel" when
    /// kernel code called without a gate. Else empty.
    std::string via;
    /// All modules with code on the caller's stack, as far as return addresses and the chain of EBP
    /// tell, innermost first.
    std::vector<std::string> modules;
    /// From the first instruction of the stub to the gate: a stage before the first, not among
    /// `stages` and `clocks()`. Nothing when the call passed no stub, or something else came
    /// between.
    std::optional<StageTime> stub;
    std::uint32_t eax = 0;  ///< at the entry
    std::uint32_t edx = 0;

    std::optional<Frame> frame;
    std::vector<StageTime> stages;
    std::vector<StageCost> costs;  ///< in the order in which the stages were met
    std::optional<Service> service;

    /// A call without a gate is over: a jump led back to the kernel code that made it.
    bool returned = false;
    /// Nothing when control never came back by a way out of its own.
    std::optional<cpu::Transition> exit;
    std::string landing;       ///< where the way out leads
    bool diverted = false;     ///< not to where the entry was made
    std::uint32_t result = 0;  ///< EAX on the way out
    std::string result_name;   ///< as a status, when it is one
    std::string call_name;     ///< of a call: the service's, as far as anybody knows it

    [[nodiscard]] const StageTime* stage(std::string_view name) const;
    /// An exception or interrupt after which the program goes on as if nothing had been.
    [[nodiscard]] bool is_transparent() const;
    [[nodiscard]] Cycles clocks() const { return ends - begins; }
    /// The sum of `costs`; the rest of clocks() passed elsewhere.
    [[nodiscard]] Cycles own_clocks() const;
    void add_cost(std::string_view stage, Cycles clocks);
};

/// One instruction, as it is about to run. One that faults comes again when it is restarted.
struct Instruction {
    std::uint32_t thread = 0;
    unsigned ring = 0;
    LinearAddress at{};
    std::string place;
    std::string module;  ///< empty outside of all
    std::string bytes;   ///< "CD 2E"
    std::string text;    ///< in Intel syntax
    Cycles clock;        ///< before it
};

/// A POST code or a line on the debug console.
struct Message {
    guest::PortMessage::Kind kind{};
    std::uint16_t port = 0;
    std::uint8_t code = 0;
    std::string text;
    std::string place;  ///< behind the OUT
    Cycles clock;
};

}  // namespace ringside::trace
