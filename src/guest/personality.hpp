// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.hpp"
#include "cpu/exit.hpp"
#include "guest/service_call.hpp"
#include "guest/service_state.hpp"
#include "guest/symbols.hpp"

namespace ringside {
class Archive;
}

namespace ringside::guest {

class Machine;

/// Why a program ended.
enum class StopKind : std::uint8_t {
    guest_exit,     ///< `status` is the guest's own
    guest_failure,  ///< unhandled exception, bugcheck, triple fault
    deadlock,       ///< nothing ready and nothing will become so
    cycle_limit,
    time_limit,
    interrupted,     ///< by the user
    not_built,       ///< a kernel service that this version lacks, by --on-missing stop
    not_executable,  ///< found at run time: missing DLL or import
    observer,        ///< Machine::stop was called; the run may be continued
    paused,          ///< Limits::pause_at is reached; the run may be continued
};

struct StopReason {
    StopKind kind{};
    std::uint32_t status = 0;  ///< the guest's full 32-bit status, where it has one
    std::string message;       ///< one line: what, where, what to do; empty for guest_exit
    std::string report;        ///< a screenful for stderr, or empty

    /// The process exit status that stands for it (docs/cli.md).
    [[nodiscard]] int exit_status() const;
};

/// A field of a structure that the guest can see.
struct LayoutRow {
    std::string name;
    std::uint32_t offset = 0;
    std::uint32_t size = 0;
    std::string type{};  ///< as C spells it, or empty
};

/// A structure as rows: KTRAP_FRAME, pt_regs, ...
struct Layout {
    std::string name;
    std::uint32_t size = 0;
    std::vector<LayoutRow> rows;
};

/// The registers of the code that a trap frame interrupted, as far as the frame keeps them.
struct InterruptedCode {
    std::array<std::uint32_t, 8> general{};  ///< in the order of cpu::GeneralRegister
    std::uint32_t eip = 0;
    std::uint32_t eflags = 0;
    std::array<std::uint16_t, 6> selectors{};  ///< in the order of cpu::SegmentRegister
    unsigned ring = 0;
};

/// A thread of the system, for a debugger's list.
struct SystemThread {
    std::uint32_t id = 0;
    std::string state;  ///< a few words: "running", "ready", "waits for an event"
    /// Where a thread that does not have the processor goes on in the innermost ring; nothing for
    /// the one that has it.
    struct Place {
        std::uint32_t eip = 0;
        std::uint32_t esp = 0;
    };
    std::optional<Place> resumes;
};

/// A place in the kernel's entry path that a trace shows as a stage of a call.
struct Stage {
    /// "frame", "lookup", "copy", "service", "exit"; "return" where a call that was made without a
    /// gate, by kernel code, jumps back to its caller; "trap" for the frame of anything that is no
    /// call, whose address is then the stage's detail "frame"; "switch" where another thread's id
    /// is what current_thread() says. What follows "frame" in the list is a call's next stage.
    std::string name;
    LinearAddress at{};  ///< where the stage begins; of a frame, where it is complete
};

/// Something that registers and memory say at the moment a stage begins: "bytes", "function" ...
struct StageDetail {
    std::string name;
    std::uint32_t value = 0;
    std::string text;  ///< the value for a reader, or empty
};

/// One line of an inspector's table, or of a structure's dump.
struct ViewRow {
    std::vector<std::string> cells;
};
struct View {
    std::string title;
    std::vector<std::string> columns;
    std::vector<ViewRow> rows;
};

/// Number, name and argument bytes of a system service, as the table in guest memory has them.
struct ServiceEntry {
    std::uint32_t number = 0;
    std::string name;
    std::uint32_t argument_bytes = 0;
    ServiceStanding standing;
};

/// Something that code tells the outside by a port: a POST code, or a line on the debug console.
struct PortMessage {
    enum class Kind : std::uint8_t { post, console };
    Kind kind{};
    std::uint16_t port = 0;
    std::uint8_t code = 0;  ///< of a POST code
    std::string_view text;  ///< of a line, without its end
};

class PortMessageObserver {
  public:
    virtual ~PortMessageObserver() = default;
    virtual void port_message(const PortMessage& message) = 0;
};

/// An operating system on the machine: it places what a boot loader would, answers hypercalls,
/// and tells the tools what they are looking at. Trace, check and inspectors know an OS only
/// through this.
class Personality {
  public:
    virtual ~Personality() = default;

    [[nodiscard]] virtual std::string_view name() const = 0;

    /// Places images, page tables and boot parameters and sets the CPU's hand-over state.
    virtual void boot(Machine& machine) = 0;

    /// IN or OUT. Nothing when the guest goes on.
    virtual std::optional<StopReason> port_io(Machine& machine, const cpu::Exit& exit) = 0;

    /// Brings in the page of an address that the system fills on demand, as a fault would. False
    /// when the system has nothing there.
    virtual bool make_present(Machine& machine, LinearAddress at) {
        static_cast<void>(machine);
        static_cast<void>(at);
        return false;
    }

    /// The bytes of a page that is not there yet, as make_present() would bring it in: as many as
    /// `to` has, all in one page. Changes nothing. False when the system has nothing there, or
    /// cannot tell before it is asked for.
    virtual bool preview(Machine& machine, LinearAddress from, std::span<std::byte> to) const {
        static_cast<void>(machine);
        static_cast<void>(from);
        static_cast<void>(to);
        return false;
    }

    /// Gives code from outside `module.size` bytes of the innermost ring, still empty, and makes it
    /// known; its symbols count from its first byte. Answers where it is; nothing when the system
    /// has no place for such. Throws InputError (126) when the RAM is too small.
    virtual std::optional<LinearAddress> place_kernel_module(Machine& machine, Module module) {
        static_cast<void>(machine);
        static_cast<void>(module);
        return std::nullopt;
    }

    /// HLT. Nothing when the guest goes on: the machine then moves the clock to next_event().
    virtual std::optional<StopReason> halted(Machine& machine) = 0;

    /// The counter value (ticks) at which on_event wants to be called; nothing for never.
    [[nodiscard]] virtual std::optional<std::uint64_t> next_event() const { return std::nullopt; }
    /// Called at the first instruction boundary at or after next_event(): may raise interrupts.
    virtual void on_event(Machine& machine) { static_cast<void>(machine); }

    /// Saves or loads what the system keeps outside of the guest's memory, once it has booted with
    /// the same configuration. The machine comes first.
    virtual void persist(Archive& archive) { static_cast<void>(archive); }

    /// A triple fault, with whatever the personality can say of it.
    virtual StopReason shutdown(Machine& machine) = 0;

    /// The kernel among symbols(): where code of the innermost ring looks for names first.
    [[nodiscard]] virtual std::string_view kernel_module() const { return {}; }

    // --- what the tools look at -------------------------------------------------------------
    [[nodiscard]] virtual const SymbolTable& symbols() const = 0;
    [[nodiscard]] virtual std::vector<Layout> layouts() const { return {}; }
    /// The structure that the kernel builds on entry; its name is one of layouts().
    [[nodiscard]] virtual std::string_view frame_layout() const { return {}; }
    /// Address of the live trap frame, when there is one.
    [[nodiscard]] virtual std::optional<LinearAddress> current_frame(Machine&) const {
        return std::nullopt;
    }
    /// Id of the thread whose code the processor executes; 0 when the system has none.
    [[nodiscard]] virtual std::uint32_t current_thread(Machine&) const { return 0; }
    /// The threads that have not ended, in the order in which they were made.
    [[nodiscard]] virtual std::vector<SystemThread> threads(Machine&) const { return {}; }
    /// How many calls of user code by the kernel are under way on that thread, one in the other.
    [[nodiscard]] virtual unsigned callback_depth(Machine&) const { return 0; }
    /// Bytes of frame_layout() that the frame at an address really has; behind them stands what the
    /// stack held before.
    [[nodiscard]] virtual std::uint32_t frame_length(Machine&, LinearAddress) const {
        return UINT32_MAX;
    }
    /// Where the structure of a layout stands that is in force now ("KPCR", the current thread's
    /// "TEB"); nothing for one that there are several of, or none.
    [[nodiscard]] virtual std::optional<LinearAddress> structure_at(Machine&,
                                                                    std::string_view) const {
        return std::nullopt;
    }
    /// What the frame at an address interrupted; nothing when no complete frame stands there.
    [[nodiscard]] virtual std::optional<InterruptedCode> interrupted_code(Machine&,
                                                                          LinearAddress) const {
        return std::nullopt;
    }
    [[nodiscard]] virtual std::vector<Stage> stages() const { return {}; }
    /// What can be told of a stage while control stands at its address.
    [[nodiscard]] virtual std::vector<StageDetail> stage_details(Machine&, const Stage&) const {
        return {};
    }
    /// Where the program's own code begins: traces start here unless asked for the loader too.
    [[nodiscard]] virtual std::optional<LinearAddress> program_entry() const {
        return std::nullopt;
    }
    [[nodiscard]] virtual std::vector<ServiceEntry> services() const { return {}; }
    /// The service that the user code at a place only calls: it is a stub. Empty for code that all
    /// stubs share, nothing for code that is no stub.
    [[nodiscard]] virtual std::optional<std::string> stub_of(std::string_view module,
                                                             std::string_view symbol) const {
        static_cast<void>(module);
        static_cast<void>(symbol);
        return std::nullopt;
    }
    [[nodiscard]] virtual std::string status_name(std::uint32_t status) const {
        static_cast<void>(status);
        return {};
    }
    /// Views of kernel structures by name ("pcr", "shared-data", "mappings"); nothing when the
    /// personality has none of that name.
    [[nodiscard]] virtual std::optional<View> view(Machine&, std::string_view) const {
        return std::nullopt;
    }
    [[nodiscard]] virtual std::vector<std::string> view_names() const { return {}; }
    virtual void set_service_observer(ServiceObserver* observer) { static_cast<void>(observer); }
    virtual void set_port_message_observer(PortMessageObserver* observer) {
        static_cast<void>(observer);
    }
    /// What a report on a run that did not finish adds to the registers: whole lines, or nothing.
    [[nodiscard]] virtual std::string report_lines() const { return {}; }
};

}  // namespace ringside::guest
