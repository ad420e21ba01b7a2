// SPDX-License-Identifier: MIT
#include "vectors/fpu_image.hpp"

#include <cstring>

#include "base/bits.hpp"

namespace ringside::vectors {
namespace {

constexpr std::size_t control_at = 0;
constexpr std::size_t status_at = 2;
constexpr std::size_t tags_at = 4;
constexpr std::size_t mxcsr_at = 24;
constexpr std::size_t st_at = 32;
constexpr std::size_t xmm_at = 160;
constexpr std::size_t slot = 16;

}  // namespace

FpuImage to_image(const FpuState& state) {
    FpuImage image{};
    store(image.data() + control_at, state.control);
    store(image.data() + status_at, state.status);
    store(image.data() + tags_at, state.tags);
    store(image.data() + mxcsr_at, state.mxcsr);
    for (std::size_t i = 0; i < state.st.size(); ++i) {
        std::memcpy(image.data() + st_at + slot * i, state.st[i].data(), state.st[i].size());
        std::memcpy(image.data() + xmm_at + slot * i, state.xmm[i].data(), slot);
    }
    return image;
}

FpuState from_image(const FpuImage& image) {
    FpuState state;
    state.control = load<std::uint16_t>(image.data() + control_at);
    state.status = load<std::uint16_t>(image.data() + status_at);
    state.tags = load<std::uint8_t>(image.data() + tags_at);
    state.mxcsr = load<std::uint32_t>(image.data() + mxcsr_at);
    for (std::size_t i = 0; i < state.st.size(); ++i) {
        std::memcpy(state.st[i].data(), image.data() + st_at + slot * i, state.st[i].size());
        std::memcpy(state.xmm[i].data(), image.data() + xmm_at + slot * i, slot);
    }
    return state;
}

}  // namespace ringside::vectors
