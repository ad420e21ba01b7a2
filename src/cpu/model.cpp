// SPDX-License-Identifier: MIT
#include "cpu/model.hpp"

#include <array>
#include <cstddef>

#include "cpu/eflags.hpp"

namespace ringside::cpu {
namespace {

constexpr std::uint32_t sse3 = 1U << 0;  // of ECX

constexpr std::array models{
    ModelTraits{"i386", 0x0308, 0, 0, false, 33, 1},
    ModelTraits{"i486", 0x0435, 0x00000001, 0, true, 66, 1},
    ModelTraits{"pentium", 0x052C, 0x0000013D, 0, true, 133, 1},
    ModelTraits{"p6", 0x06D8, 0x0780A93D, 0, true, 1000, 1000},
    ModelTraits{"modern", 0x06D8, 0x0780A93D, sse3, true, 1000, 1000},
};

}  // namespace

const ModelTraits& traits(Model model) {
    return models[static_cast<std::size_t>(model)];
}

std::uint32_t known_eflags(Model model) {
    constexpr std::uint32_t all = flag::arithmetic | flag::fixed | flag::tf | flag::intf |
                                  flag::df | flag::iopl | flag::nt | flag::rf | flag::vm;
    return all | (model >= Model::i486 ? flag::ac : 0U) | (traits(model).has_cpuid ? flag::id : 0U);
}

std::optional<Model> model_named(std::string_view name) {
    for (std::size_t i = 0; i < models.size(); ++i) {
        if (models[i].name == name) {
            return static_cast<Model>(i);
        }
    }
    return std::nullopt;
}

}  // namespace ringside::cpu
