// SPDX-License-Identifier: MIT
#include "cpu/timing/pipe_model.hpp"

#include "cpu/timing/pipe_i486.hpp"
#include "cpu/timing/pipe_p6.hpp"
#include "cpu/timing/pipe_pentium.hpp"

namespace ringside::cpu::timing {

std::unique_ptr<PipeModel> pipe_model_of(Model model) {
    switch (model) {
        case Model::i386: return nullptr;
        case Model::i486: return std::make_unique<PipeI486>();
        case Model::pentium: return std::make_unique<PipePentium>();
        case Model::p6:
        case Model::modern: return std::make_unique<PipeP6>();
    }
    return nullptr;
}

}  // namespace ringside::cpu::timing
