// SPDX-License-Identifier: MIT
// IRET and far RET to the same and to outer rings, SYSENTER and SYSEXIT.
#include <array>
#include <initializer_list>
#include <string_view>

#include "cpu/timing/rows/ledger.hpp"
#include "cpu/timing/rows/stage.hpp"
#include "cpu/timing/rows/transfer.hpp"

namespace ringside::test {
namespace {

using cpu::GeneralRegister;
using cpu::Model;

/// How the stack is read: in words when the operand size is 16 bits.
bool reads_words(const Stage& stage, bool toggled) {
    return stage.code32() == toggled;
}

void put(Stage& stage, bool words, std::initializer_list<std::uint32_t> values) {
    std::uint32_t offset = 0;
    for (const std::uint32_t value : values) {
        stage.set_stack(offset, value);  // a word's upper half is written over by the next
        offset += words ? 2 : 4;
    }
}

void put_target(Stage& stage) {
    stage.set_code(transfer_target, from_hex("90"));
}

struct Outer {
    std::uint16_t code;
    std::uint16_t data;
};

std::array<Outer, 3> outer_rings() {
    return {Outer{Rings::code3, Rings::data3}, Outer{code_of_ring(1), data_of_ring(1)},
            Outer{code_of_ring(2), data_of_ring(2)}};
}

void run_interrupt_returns(Ledger& ledger, Model model, bool toggled) {
    const Transfer iret{"cf", toggled};
    for (const Where where : {Where::real, Where::v86, Where::protected_mode, Where::user}) {
        Stage stage(where, model);
        put_target(stage);
        put(stage, reads_words(stage, toggled),
            {transfer_target, stage.code_selector(), cpu::flag::fixed});
        const std::string_view form = stage.code32() ? "path same" : "path real";
        run_transfer(ledger, Ledger::row("IRET/IRETD", form), model, stage, iret);
    }
    for (const Outer& to : outer_rings()) {
        Stage stage(Where::protected_mode, model);
        add_middle_rings(stage.rings());
        put_target(stage);
        put(stage, reads_words(stage, toggled),
            {transfer_target, to.code, cpu::flag::fixed, 0x8000, to.data});
        run_transfer(ledger, Ledger::row("IRET/IRETD", "path outer"), model, stage, iret);
    }
}

void run_return_to_v86(Ledger& ledger, Model model) {
    Stage stage(Where::protected_mode, model);
    put(stage, false,
        {transfer_target, VirtualMachine::code, cpu::flag::fixed | cpu::flag::vm, 0x8000,
         VirtualMachine::stack, 0, 0, 0, 0});
    run_transfer(ledger, Ledger::row("IRET/IRETD", "path v86"), model, stage, {"cf"});
}

struct FarReturn {
    std::string_view code;
    std::string_view real;
    std::string_view same;
    std::string_view outer;
};

constexpr std::array far_returns{
    FarReturn{"cb", "path far real", "path far same", "path far outer"},
    FarReturn{"ca 00 00", "path far imm real", "path far imm same", "path far imm outer"},
};

void run_far_returns(Ledger& ledger, Model model, bool toggled, const FarReturn& form) {
    const Transfer ret{form.code, toggled};
    for (const Where where : {Where::real, Where::v86, Where::protected_mode, Where::user}) {
        Stage stage(where, model);
        put_target(stage);
        put(stage, reads_words(stage, toggled), {transfer_target, stage.code_selector()});
        run_transfer(ledger, Ledger::row("RET", stage.code32() ? form.same : form.real), model,
                     stage, ret);
    }
    for (const Outer& to : outer_rings()) {
        Stage stage(Where::protected_mode, model);
        add_middle_rings(stage.rings());
        put_target(stage);
        put(stage, reads_words(stage, toggled), {transfer_target, to.code, 0x8000, to.data});
        run_transfer(ledger, Ledger::row("RET", form.outer), model, stage, ret);
    }
}

void run_fast_calls(Ledger& ledger) {
    for (const Where where : {Where::protected_mode, Where::user}) {
        Stage stage(where, Model::p6);
        stage.cpu().sysenter_cs = Rings::code0;
        stage.cpu().sysenter_eip = transfer_target;
        put_target(stage);
        run_transfer(ledger, Ledger::row("SYSENTER", "path"), Model::p6, stage, {"0f 34"});
    }
    Stage stage(Where::protected_mode, Model::p6);
    stage.cpu().sysenter_cs = Rings::code0;
    stage.reg(GeneralRegister::edx) = transfer_target;
    put_target(stage);
    run_transfer(ledger, Ledger::row("SYSEXIT", "path"), Model::p6, stage, {"0f 35"});
}

}  // namespace

void run_return_rows(Ledger& ledger) {
    for (const Model model : clocked_models) {
        for (const bool toggled : {false, true}) {
            run_interrupt_returns(ledger, model, toggled);
            for (const FarReturn& form : far_returns) {
                run_far_returns(ledger, model, toggled, form);
            }
        }
        run_return_to_v86(ledger, model);
    }
    run_fast_calls(ledger);
}

}  // namespace ringside::test
