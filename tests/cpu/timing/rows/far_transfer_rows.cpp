// SPDX-License-Identifier: MIT
// Far JMP and CALL to code segments and through call gates.
#include <array>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "cpu/timing/rows/far_pointer.hpp"
#include "cpu/timing/rows/ledger.hpp"
#include "cpu/timing/rows/stage.hpp"
#include "cpu/timing/rows/transfer.hpp"

namespace ringside::test {
namespace {

using cpu::Model;

constexpr unsigned call_gate32 = 12;
constexpr unsigned call_gate16 = 4;

class FarRun {
  public:
    FarRun(Ledger& ledger, Model model, const FarForm& form)
        : ledger_(ledger), model_(model), form_(form) {}

    /// Straight to a code segment: the current one, or `selector`.
    void to_segment(Where where, std::uint16_t selector = 0) {
        Stage stage(where, model_);
        if (stage.code32()) {
            stage.rings().descriptor(Rings::spare, Rings::flat, Rings::conforming32);
        }
        const std::uint16_t to = selector != 0 ? selector : stage.code_selector();
        run(stage, stage.code32() ? "same" : "real", to, 0);
    }

    /// Through a gate at Rings::spare.
    void through_gate(Where where, unsigned type, std::uint16_t code, unsigned parameters,
                      std::string_view route) {
        Stage stage(where, model_);
        Rings& rings = stage.rings();
        add_middle_rings(rings);
        rings.descriptor(Rings::spare2, Rings::flat, Rings::conforming32);
        rings.descriptor(Rings::spare, (std::uint32_t{code} << 16) | transfer_target,
                         Rings::present | Rings::dpl(3) | (type << 8) | parameters);
        run(stage, route, Rings::spare, parameters);
    }

  private:
    void run(Stage& stage, std::string_view route, std::uint16_t selector, unsigned parameters) {
        stage.set_code(transfer_target, from_hex("90"));
        const std::string code = far_code(form_, stage, transfer_target, selector);
        const std::string row =
            fmt::format("path far {}{}", form_.indirect ? "indirect " : "", route);
        run_transfer(ledger_, Ledger::row(form_.call ? "CALL" : "JMP", row), model_, stage,
                     {code, form_.toggles_operand_size, parameters});
    }

    Ledger& ledger_;
    Model model_;
    FarForm form_;
};

void run_gates(FarRun& run, const FarForm& form, unsigned type) {
    run.through_gate(Where::protected_mode, type, Rings::code0, 0, "gate same");
    run.through_gate(Where::user, type, Rings::code3, 0, "gate same");
    run.through_gate(Where::user, type, Rings::spare2, 3, "gate same");  // conforming
    if (!form.call) {
        return;
    }
    for (const unsigned parameters : {0U, 1U, 2U, 15U, 31U}) {
        run.through_gate(Where::user, type, Rings::code0, parameters, "gate inner");
    }
    run.through_gate(Where::user, type, code_of_ring(1), 1, "gate inner");
    run.through_gate(Where::user, type, code_of_ring(2), 1, "gate inner");
}

}  // namespace

void run_far_transfer_rows(Ledger& ledger) {
    for (const Model model : clocked_models) {
        for (const FarForm& form : far_forms) {
            FarRun run(ledger, model, form);
            run.to_segment(Where::real);
            run.to_segment(Where::v86);
            run.to_segment(Where::protected_mode);
            run.to_segment(Where::user);
            run.to_segment(Where::user, Rings::spare);  // conforming
            run_gates(run, form, call_gate32);
            run_gates(run, form, call_gate16);
        }
    }
}

}  // namespace ringside::test
