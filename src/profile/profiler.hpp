// SPDX-License-Identifier: MIT
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "guest/machine.hpp"
#include "guest/personality.hpp"
#include "profile/call_stack.hpp"
#include "profile/profile.hpp"
#include "trace/tracer.hpp"

namespace ringside::profile {

/// Books every clock of a run under a chain of functions. The stages of passages, and whose they
/// are, it has from the tracer; calls and returns from the processor.
class Profiler : public cpu::CpuObserver, public trace::Sink, public trace::ClockObserver {
  public:
    /// Watches from now on; the personality must have booted.
    Profiler(guest::Machine& machine, guest::Personality& personality);
    ~Profiler() override;
    Profiler(const Profiler&) = delete;
    Profiler& operator=(const Profiler&) = delete;

    /// The run is over; nothing may be asked for twice.
    [[nodiscard]] Profile finish();

    void transition(const cpu::Transition&) override {}
    void reached(LinearAddress) override {}
    void flow(cpu::Flow point, LinearAddress address) override;
    [[nodiscard]] bool divides(LinearAddress address) const override;

    void begin(const trace::Header&) override {}
    void record(const trace::Record& record) override;
    void end(const trace::Footer&) override {}

    void spent(const trace::Spot& spot, std::uint64_t ticks) override;

  private:
    /// What an Entry is made of; names are numbers in names_.
    struct Key {
        std::uint64_t passage = 0;  ///< while it is open its number, then 0
        NodeId node = 0;
        std::uint32_t where = 0;
        std::uint32_t kind = 0;
        std::uint32_t stage = 0;
        std::uint32_t service = 0;
        auto operator<=>(const Key&) const = default;
    };

    void arrive(LinearAddress address, std::uint32_t esp, unsigned ring);
    void enter_gate(const trace::Spot& spot);
    [[nodiscard]] Place place_of(LinearAddress address);
    [[nodiscard]] CallStack& stack(std::uint32_t thread);
    [[nodiscard]] std::uint32_t number_of(std::string_view name);
    [[nodiscard]] std::string stage_of(const Key& key, std::string& service) const;
    [[nodiscard]] std::vector<Entry> entries() const;

    guest::Machine& machine_;
    guest::Personality& personality_;
    CallTree tree_;
    std::map<std::uint32_t, CallStack> stacks_;  ///< by thread
    std::unordered_map<std::uint32_t, Place> places_;
    std::uint64_t places_of_ = 0;  ///< the generation of symbols that places_ is of
    std::map<std::string, std::uint32_t, std::less<>> numbers_;
    std::vector<std::string> names_;
    std::map<Key, std::uint64_t> open_;    ///< ticks of passages under way
    std::map<Key, std::uint64_t> closed_;  ///< of those that are over, and outside of all
    std::map<std::string, std::uint64_t> transitions_;
    std::map<std::string, std::uint64_t> services_;

    Arrival coming_ = Arrival::jump;  ///< how the next block is reached
    LinearAddress from_{};            ///< the CALL or RET that leads there
    std::uint32_t from_esp_ = 0;
    trace::Tracer tracer_;
};

}  // namespace ringside::profile
