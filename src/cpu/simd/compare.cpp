// SPDX-License-Identifier: MIT
#include "cpu/simd/compare.hpp"

#include <type_traits>

namespace ringside::cpu::simd {
namespace {

/// A number that grows with the value of an encoding that is no NaN; both zeros are 0.
template <typename F>
auto place(typename F::Bits v) {
    using Signed = std::make_signed_t<typename F::Bits>;
    const auto magnitude = static_cast<Signed>(F::magnitude(v));
    return F::negative(v) ? -magnitude : magnitude;
}

bool holds(Predicate predicate, fpu::Order order) {
    switch (predicate) {
        case Predicate::equal: return order == fpu::Order::equal;
        case Predicate::less: return order == fpu::Order::less;
        case Predicate::less_equal: return order == fpu::Order::less || order == fpu::Order::equal;
        case Predicate::unordered: return order == fpu::Order::unordered;
        case Predicate::not_equal: return !holds(Predicate::equal, order);
        case Predicate::not_less: return !holds(Predicate::less, order);
        case Predicate::not_less_equal: return !holds(Predicate::less_equal, order);
        case Predicate::ordered: return !holds(Predicate::unordered, order);
    }
    return false;
}

fpu::QuietNan quiet_nan_of(Predicate predicate) {
    switch (predicate) {
        case Predicate::less:
        case Predicate::less_equal:
        case Predicate::not_less:
        case Predicate::not_less_equal: return fpu::QuietNan::invalid;
        case Predicate::equal:
        case Predicate::unordered:
        case Predicate::not_equal:
        case Predicate::ordered: break;
    }
    return fpu::QuietNan::unordered;
}

/// a where it stands in `wanted` order to b, else b.
template <typename F>
LaneResult<typename F::Bits> first_if(fpu::Order wanted, typename F::Bits a, typename F::Bits b,
                                      Mxcsr mxcsr) {
    a = taken<F>(a, mxcsr);
    b = taken<F>(b, mxcsr);
    const fpu::Comparison found = order<F>(a, b, fpu::QuietNan::invalid, mxcsr);
    return {found.order == wanted ? a : b, found.status};
}

}  // namespace

template <typename F>
fpu::Comparison order(typename F::Bits a, typename F::Bits b, fpu::QuietNan quiet, Mxcsr mxcsr) {
    a = taken<F>(a, mxcsr);
    b = taken<F>(b, mxcsr);
    if (F::is_nan(a) || F::is_nan(b)) {
        const bool invalid =
            quiet == fpu::QuietNan::invalid || F::is_signalling(a) || F::is_signalling(b);
        return {fpu::Order::unordered, invalid ? fpu::status::invalid : std::uint16_t{0}};
    }
    const auto flags = static_cast<std::uint16_t>(denormal_flag<F>(a) | denormal_flag<F>(b));
    const auto x = place<F>(a);
    const auto y = place<F>(b);
    return {x == y ? fpu::Order::equal : x < y ? fpu::Order::less : fpu::Order::greater, flags};
}

template <typename F>
LaneResult<typename F::Bits> compare(typename F::Bits a, typename F::Bits b, Predicate predicate,
                                     Mxcsr mxcsr) {
    const fpu::Comparison found = order<F>(a, b, quiet_nan_of(predicate), mxcsr);
    constexpr auto ones = static_cast<typename F::Bits>(~typename F::Bits{});
    return {holds(predicate, found.order) ? ones : typename F::Bits{}, found.status};
}

template <typename F>
LaneResult<typename F::Bits> minimum(typename F::Bits a, typename F::Bits b, Mxcsr mxcsr) {
    return first_if<F>(fpu::Order::less, a, b, mxcsr);
}

template <typename F>
LaneResult<typename F::Bits> maximum(typename F::Bits a, typename F::Bits b, Mxcsr mxcsr) {
    return first_if<F>(fpu::Order::greater, a, b, mxcsr);
}

template fpu::Comparison order<Single>(std::uint32_t, std::uint32_t, fpu::QuietNan, Mxcsr);
template fpu::Comparison order<Double>(std::uint64_t, std::uint64_t, fpu::QuietNan, Mxcsr);
template LaneResult<std::uint32_t> compare<Single>(std::uint32_t, std::uint32_t, Predicate, Mxcsr);
template LaneResult<std::uint64_t> compare<Double>(std::uint64_t, std::uint64_t, Predicate, Mxcsr);
template LaneResult<std::uint32_t> minimum<Single>(std::uint32_t, std::uint32_t, Mxcsr);
template LaneResult<std::uint64_t> minimum<Double>(std::uint64_t, std::uint64_t, Mxcsr);
template LaneResult<std::uint32_t> maximum<Single>(std::uint32_t, std::uint32_t, Mxcsr);
template LaneResult<std::uint64_t> maximum<Double>(std::uint64_t, std::uint64_t, Mxcsr);

}  // namespace ringside::cpu::simd
