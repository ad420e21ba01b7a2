// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace ringside::kernelkit {

/// What a suspended service does when its thread goes on: the number of a registered function and
/// the plain struct it left behind. Nothing of the host is in it, so a snapshot can store it.
class Resume {
  public:
    static constexpr std::size_t capacity = 64;

    Resume() = default;
    template <typename State>
    Resume(std::uint32_t number, const State& state) : number_(number) {
        static_assert(std::is_trivially_copyable_v<State> && sizeof(State) <= capacity);
        std::memcpy(state_.data(), &state, sizeof state);
    }

    [[nodiscard]] std::uint32_t number() const { return number_; }
    template <typename A>
    void persist(A& archive) {
        persist_all(archive, number_);
        archive.bytes(state_);
    }
    template <typename State>
    [[nodiscard]] State state() const {
        static_assert(std::is_trivially_copyable_v<State> && sizeof(State) <= capacity);
        State state;
        std::memcpy(&state, state_.data(), sizeof state);
        return state;
    }

  private:
    std::uint32_t number_ = 0;
    std::array<std::byte, capacity> state_{};
};

}  // namespace ringside::kernelkit
