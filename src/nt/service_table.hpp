// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "nt/service_types.hpp"

namespace ringside::nt {

class ServiceContext;

/// What the host decided about a service; ECX behind the hypercall.
enum class Outcome : std::uint32_t {
    done = 0,
    block = 1,
    call_user = 2,
    frame_edited = 3,
    callback_return = 4,
};

/// The answer of a service's body: usually just a status.
struct ServiceOutcome {
    NTSTATUS status{};
    Outcome outcome = Outcome::done;

    constexpr ServiceOutcome(NTSTATUS answered) : status(answered) {}
    constexpr ServiceOutcome(Outcome decided, NTSTATUS answered)
        : status(answered), outcome(decided) {}

    /// The thread waits; its Wait says for what and what happens then.
    static constexpr ServiceOutcome blocked() { return {Outcome::block, STATUS_PENDING}; }
    /// The callback that the thread is in has ended; NtCallbackReturn's arguments say how.
    static constexpr ServiceOutcome callback_return() { return {Outcome::callback_return, {}}; }
    /// The frame has the whole new state: leave by KiServiceExit2.
    static constexpr ServiceOutcome frame_edited() { return {Outcome::frame_edited, {}}; }
};

/// One service: its body takes the argument area apart by the types of its C++ signature.
struct ServiceRow {
    std::string_view name;
    std::string_view argument_names;  ///< In the prototype's order, between spaces.
    std::span<const ArgumentKind> arguments;
    ServiceOutcome (*invoke)(ServiceContext&, std::span<const std::uint32_t>);

    [[nodiscard]] std::size_t argument_bytes() const { return arguments.size() * 4; }
};

template <auto Body>
struct ServiceBody;
template <typename Result, typename... Arguments, Result (*Body)(ServiceContext&, Arguments...)>
struct ServiceBody<Body> {
    static constexpr std::array<ArgumentKind, sizeof...(Arguments)> kinds{
        argument_kind<Arguments>::value...};

    static ServiceOutcome invoke(ServiceContext& context, std::span<const std::uint32_t> words) {
        return invoke(context, words, std::index_sequence_for<Arguments...>{});
    }
    template <std::size_t... Index>
    static ServiceOutcome invoke(ServiceContext& context,
                                 [[maybe_unused]] std::span<const std::uint32_t> words,
                                 std::index_sequence<Index...>) {
        return Body(context, argument_from<Arguments>(words[Index])...);
    }
};

template <auto Body>
constexpr ServiceRow service(std::string_view name, std::string_view argument_names = {}) {
    return {name, argument_names, ServiceBody<Body>::kinds, ServiceBody<Body>::invoke};
}

/// Every service that has a body, in the order of the hypercall ids 1, 2, ...
[[nodiscard]] const std::vector<ServiceRow>& service_table();

// The families, one file each in services/.
[[nodiscard]] std::span<const ServiceRow> apc_services();
[[nodiscard]] std::span<const ServiceRow> directory_services();
[[nodiscard]] std::span<const ServiceRow> event_services();
[[nodiscard]] std::span<const ServiceRow> exception_services();
[[nodiscard]] std::span<const ServiceRow> file_services();
[[nodiscard]] std::span<const ServiceRow> file_information_services();
[[nodiscard]] std::span<const ServiceRow> memory_services();
[[nodiscard]] std::span<const ServiceRow> mutant_services();
[[nodiscard]] std::span<const ServiceRow> object_services();
[[nodiscard]] std::span<const ServiceRow> object_directory_services();
[[nodiscard]] std::span<const ServiceRow> process_services();
[[nodiscard]] std::span<const ServiceRow> registry_services();
[[nodiscard]] std::span<const ServiceRow> section_services();
[[nodiscard]] std::span<const ServiceRow> semaphore_services();
[[nodiscard]] std::span<const ServiceRow> system_services();
[[nodiscard]] std::span<const ServiceRow> thread_services();
[[nodiscard]] std::span<const ServiceRow> thread_context_services();
[[nodiscard]] std::span<const ServiceRow> thread_information_services();
[[nodiscard]] std::span<const ServiceRow> time_services();
[[nodiscard]] std::span<const ServiceRow> timer_services();
[[nodiscard]] std::span<const ServiceRow> wait_services();
[[nodiscard]] std::span<const ServiceRow> win32k_services();

}  // namespace ringside::nt
