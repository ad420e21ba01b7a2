// SPDX-License-Identifier: MIT
#pragma once

#include <utility>
#include <variant>

#include "base/ensure.hpp"

namespace ringside {

template <typename E>
struct Unexpected {
    E error;
};
template <typename E>
Unexpected(E) -> Unexpected<E>;

/// A value, or the reason why there is none. (std::expected is C++23.)
template <typename T, typename E>
class [[nodiscard]] Expected {
  public:
    constexpr Expected(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    constexpr Expected(Unexpected<E> unexpected)
        : state_(std::in_place_index<1>, std::move(unexpected.error)) {}

    [[nodiscard]] constexpr bool has_value() const { return state_.index() == 0; }
    constexpr explicit operator bool() const { return has_value(); }

    [[nodiscard]] constexpr T& value() & {
        ensure(has_value(), "Expected holds no value");
        return *std::get_if<0>(&state_);
    }
    [[nodiscard]] constexpr const T& value() const& {
        ensure(has_value(), "Expected holds no value");
        return *std::get_if<0>(&state_);
    }
    [[nodiscard]] constexpr T&& value() && { return std::move(value()); }
    [[nodiscard]] constexpr const E& error() const {
        ensure(!has_value(), "Expected holds no error");
        return *std::get_if<1>(&state_);
    }
    [[nodiscard]] constexpr T& operator*() & { return value(); }
    [[nodiscard]] constexpr const T& operator*() const& { return value(); }
    [[nodiscard]] constexpr T* operator->() { return &value(); }
    [[nodiscard]] constexpr const T* operator->() const { return &value(); }

  private:
    std::variant<T, E> state_;
};

template <typename E>
class [[nodiscard]] Expected<void, E> {
  public:
    constexpr Expected() = default;
    constexpr Expected(Unexpected<E> unexpected)
        : error_(std::move(unexpected.error)), has_value_(false) {}

    [[nodiscard]] constexpr bool has_value() const { return has_value_; }
    constexpr explicit operator bool() const { return has_value_; }
    [[nodiscard]] constexpr const E& error() const {
        ensure(!has_value_, "Expected holds no error");
        return error_;
    }

  private:
    E error_{};
    bool has_value_ = true;
};

}  // namespace ringside
