// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include <array>

#include "base/ensure.hpp"
#include "cpu/timing/decoded.hpp"

using namespace ringside::cpu::timing;
using ringside::cpu::Model;

namespace {

using Row = std::array<std::uint32_t, route_count>;

void check_entries(Model model, Cause cause, const Row& real_same_inner_v86_task_v86task) {
    for (std::uint8_t route = 0; route < route_count; ++route) {
        CAPTURE(static_cast<int>(cause), static_cast<int>(route));
        CHECK(ClockTable::of(model).transition(cause, Route{route}).ticks ==
              real_same_inner_v86_task_v86task.at(route));
    }
}

std::uint32_t path(Model model, Path path, std::uint32_t parameters = 0) {
    return ClockTable::of(model).transition(path, parameters).ticks;
}

std::uint32_t entry(Model model, Cause cause, Route route) {
    return ClockTable::of(model).transition(cause, route).ticks;
}

}  // namespace

TEST_CASE("i486: every cause by every route through the IDT", "[timing]") {
    constexpr auto model = Model::i486;
    check_entries(model, Cause::int_n, {30, 44, 71, 86, 37, 41});
    check_entries(model, Cause::int3, {26, 44, 71, 82, 37, 37});
    check_entries(model, Cause::into, {28, 46, 73, 84, 39, 39});
    check_entries(model, Cause::bound, {50, 68, 95, 106, 61, 61});
    check_entries(model, Cause::external_interrupt, {37, 55, 82, 93, 48, 48});
    check_entries(model, Cause::nmi, {29, 47, 74, 85, 40, 40});
    check_entries(model, Cause::page_fault, {50, 68, 95, 106, 61, 61});
    check_entries(model, Cause::with_error_code, {50, 68, 95, 106, 61, 61});
    check_entries(model, Cause::without_error_code, {30, 48, 75, 86, 41, 41});
}

TEST_CASE("pentium: every cause by every route through the IDT", "[timing]") {
    constexpr auto model = Model::pentium;
    check_entries(model, Cause::int_n, {16, 31, 48, 59, 23, 22});
    check_entries(model, Cause::int3, {13, 27, 44, 56, 19, 19});
    check_entries(model, Cause::into, {13, 27, 44, 56, 19, 19});
    check_entries(model, Cause::bound, {43, 57, 74, 86, 49, 49});
    check_entries(model, Cause::external_interrupt, {25, 39, 56, 68, 31, 31});
    check_entries(model, Cause::nmi, {17, 31, 48, 60, 23, 23});
    check_entries(model, Cause::page_fault, {51, 65, 82, 94, 57, 57});
    check_entries(model, Cause::with_error_code, {51, 65, 82, 94, 57, 57});
    check_entries(model, Cause::without_error_code, {17, 31, 48, 60, 23, 23});
}

TEST_CASE("i386: every cause by every route through the IDT", "[timing]") {
    constexpr auto model = Model::i386;
    check_entries(model, Cause::int_n, {37, 59, 99, 119, 0, 0});
    check_entries(model, Cause::int3, {33, 59, 99, 119, 0, 0});
    check_entries(model, Cause::into, {35, 59, 99, 119, 0, 0});
    check_entries(model, Cause::bound, {44, 59, 99, 119, 0, 0});
    check_entries(model, Cause::external_interrupt, {37, 59, 99, 119, 0, 0});
    check_entries(model, Cause::page_fault, {39, 61, 101, 121, 2, 2});
    check_entries(model, Cause::with_error_code, {39, 61, 101, 121, 2, 2});
    check_entries(model, Cause::without_error_code, {37, 59, 99, 119, 0, 0});
}

TEST_CASE("p6: gates are parameters, the rest is pentium's figure in whole clocks", "[timing]") {
    constexpr auto model = Model::p6;
    check_entries(model, Cause::int_n, {16'000, 90'000, 130'000, 150'000, 23'000, 22'000});
    check_entries(model, Cause::int3, {13'000, 90'000, 130'000, 150'000, 19'000, 19'000});
    CHECK(entry(model, Cause::external_interrupt, Route::inner) == 150'000);
    CHECK(entry(model, Cause::page_fault, Route::inner) == 160'000);
    CHECK(entry(model, Cause::with_error_code, Route::inner) == 140'000);
    CHECK(entry(model, Cause::without_error_code, Route::inner) == 140'000);
    CHECK(entry(model, Cause::without_error_code, Route::same) == 100'000);
    CHECK(path(model, Path::iret_outer) == 90'000);
    CHECK(path(model, Path::iret_same) == 60'000);
    CHECK(path(model, Path::iret_v86) == 100'000);
    CHECK(path(model, Path::iret_real) == 8'000);
    CHECK(path(model, Path::retf_outer) == 80'000);
    CHECK(path(model, Path::sysenter) == 40'000);
    CHECK(path(model, Path::sysexit) == 40'000);
    CHECK(path(model, Path::call_gate_inner) == 120'000);
    CHECK(path(model, Path::call_gate_inner, 1) == 125'000);
    CHECK(path(model, Path::call_gate_inner, 31) == 215'000);
    CHECK(path(model, Path::call_indirect_gate_inner, 0) == 122'000);
    CHECK(path(model, Path::call_same) == 4'000);
    CHECK(ClockTable::of(model).transition(Cause::int_n, Route::inner).assumed);
    CHECK(ClockTable::of(model).transition(Path::sysenter).assumed);
}

TEST_CASE("i486: returns and far transfers", "[timing]") {
    constexpr auto model = Model::i486;
    CHECK(path(model, Path::iret_real) == 15);
    CHECK(path(model, Path::iret_same) == 20);
    CHECK(path(model, Path::iret_outer) == 36);
    CHECK(path(model, Path::iret_v86) == 36);
    CHECK(path(model, Path::iret_task) == 32);
    CHECK(path(model, Path::jmp_real) == 17);
    CHECK(path(model, Path::jmp_same) == 19);
    CHECK(path(model, Path::jmp_gate_same) == 32);
    CHECK(path(model, Path::jmp_tss) == 42);
    CHECK(path(model, Path::jmp_task_gate) == 43);
    CHECK(path(model, Path::jmp_indirect_real) == 13);
    CHECK(path(model, Path::jmp_indirect_same) == 18);
    CHECK(path(model, Path::jmp_indirect_gate_same) == 31);
    CHECK(path(model, Path::jmp_indirect_tss) == 41);
    CHECK(path(model, Path::jmp_indirect_task_gate) == 42);
    CHECK(path(model, Path::call_real) == 18);
    CHECK(path(model, Path::call_same) == 20);
    CHECK(path(model, Path::call_gate_same) == 35);
    CHECK(path(model, Path::call_gate_inner) == 69);
    CHECK(path(model, Path::call_gate_inner, 1) == 81);
    CHECK(path(model, Path::call_gate_inner, 31) == 201);
    CHECK(path(model, Path::call_tss) == 37);
    CHECK(path(model, Path::call_task_gate) == 38);
    CHECK(path(model, Path::call_indirect_real) == 17);
    CHECK(path(model, Path::call_indirect_same) == 20);
    CHECK(path(model, Path::call_indirect_gate_same) == 35);
    CHECK(path(model, Path::call_indirect_gate_inner, 2) == 85);
    CHECK(path(model, Path::call_indirect_tss) == 37);
    CHECK(path(model, Path::call_indirect_task_gate) == 38);
    CHECK(path(model, Path::retf_real) == 13);
    CHECK(path(model, Path::retf_same) == 17);
    CHECK(path(model, Path::retf_outer) == 35);
    CHECK(path(model, Path::retf_imm_real) == 14);
    CHECK(path(model, Path::retf_imm_same) == 18);
    CHECK(path(model, Path::retf_imm_outer) == 36);
}

TEST_CASE("a fault without a printed figure is marked as assumed, int n is not", "[timing]") {
    const ClockTable& table = ClockTable::of(Model::i486);
    CHECK(table.transition(Cause::with_error_code, Route::inner).assumed);
    CHECK(table.transition(Cause::without_error_code, Route::same).assumed);
    CHECK(table.transition(Path::iret_v86).assumed);
    CHECK_FALSE(table.transition(Cause::int_n, Route::inner).assumed);
    CHECK_FALSE(table.transition(Path::iret_outer).assumed);
}

TEST_CASE("sysenter and sysexit have no path before p6", "[timing]") {
    for (const Model model : {Model::i386, Model::i486, Model::pentium}) {
        CHECK_THROWS_AS(path(model, Path::sysenter), ringside::BrokenInvariant);
        CHECK_THROWS_AS(path(model, Path::sysexit), ringside::BrokenInvariant);
    }
}

TEST_CASE("a task switch depends on the kind of the new task, on i386 of both", "[timing]") {
    const auto ticks = [](Model model, Task from, Task to, bool by_iret = false) {
        return ClockTable::of(model).task_switch(from, to, by_iret).ticks;
    };
    for (const Task from : {Task::tss386, Task::tss386_v86, Task::tss286}) {
        for (const bool by_iret : {false, true}) {
            CHECK(ticks(Model::i486, from, Task::tss386, by_iret) == 162);
            CHECK(ticks(Model::i486, from, Task::tss386_v86, by_iret) == 140);
            CHECK(ticks(Model::i486, from, Task::tss286, by_iret) == 143);
            CHECK(ticks(Model::p6, from, Task::tss386, by_iret) == 85'000);
            CHECK(ticks(Model::p6, from, Task::tss386_v86, by_iret) == 71'000);
            CHECK(ticks(Model::p6, from, Task::tss286, by_iret) == 87'000);
        }
    }
    CHECK(ticks(Model::i386, Task::tss386, Task::tss386) == 309);
    CHECK(ticks(Model::i386, Task::tss386, Task::tss386_v86) == 226);
    CHECK(ticks(Model::i386, Task::tss386_v86, Task::tss286) == 287);
    CHECK(ticks(Model::i386, Task::tss286, Task::tss386) == 307);
    CHECK(ticks(Model::i386, Task::tss386, Task::tss386, true) == 275);
    CHECK(ticks(Model::i386, Task::tss286, Task::tss286, true) == 232);
}

TEST_CASE("ports cost by privilege, and by element when repeated", "[timing]") {
    const auto ticks = [](Model model, PortForm form, PortRight right) {
        return ClockTable::of(model).port(form, right).ticks;
    };
    CHECK(ticks(Model::i486, PortForm::in_imm, PortRight::real) == 14);
    CHECK(ticks(Model::i486, PortForm::in_imm, PortRight::allowed) == 8);
    CHECK(ticks(Model::i486, PortForm::in_dx, PortRight::bitmap) == 28);
    CHECK(ticks(Model::i486, PortForm::in_dx, PortRight::v86) == 27);
    CHECK(ticks(Model::i486, PortForm::out_imm, PortRight::allowed) == 11);
    CHECK(ticks(Model::i486, PortForm::out_imm, PortRight::bitmap) == 31);
    CHECK(ticks(Model::i486, PortForm::out_dx, PortRight::allowed) == 10);
    CHECK(ticks(Model::i486, PortForm::out_dx, PortRight::bitmap) == 30);
    CHECK(ticks(Model::i486, PortForm::ins, PortRight::allowed) == 10);
    CHECK(ticks(Model::i486, PortForm::outs, PortRight::v86) == 30);
    CHECK(ticks(Model::p6, PortForm::out_imm, PortRight::allowed) == 9'000);
    CHECK(ticks(Model::p6, PortForm::in_dx, PortRight::bitmap) == 21'000);

    const Cost ins = ClockTable::of(Model::i486).port(PortForm::repeated_ins, PortRight::bitmap);
    REQUIRE(ins.formula != nullptr);
    CHECK(ins.ticks == 0);
    CHECK(ins.formula->ticks(0) == 30);
    CHECK(ins.formula->ticks(4) == 62);
    CHECK(ins.bound == 38);
    const Cost outs = ClockTable::of(Model::p6).port(PortForm::repeated_outs, PortRight::allowed);
    CHECK(outs.formula->ticks(3) == 22'000);
}

TEST_CASE("int 2Eh from ring 3 and iretd", "[timing]") {
    const auto round_trip = [](Model model) {
        return entry(model, Cause::int_n, Route::inner) + path(model, Path::iret_outer);
    };
    CHECK(round_trip(Model::i386) == 181);
    CHECK(round_trip(Model::i486) == 107);
    CHECK(round_trip(Model::pentium) == 75);
    CHECK(round_trip(Model::p6) == 220'000);
}

TEST_CASE("mov eax,imm / lea edx,[esp+4] / int 2Eh / iretd / ret imm16", "[timing]") {
    const auto stub = [](Model model) {
        const Cost ret = cost_of(model, "c2 24 00");
        return cost_of(model, "b8 98 00 00 00").ticks + cost_of(model, "8d 54 24 04").ticks +
               cost_of(model, "cd 2e").ticks + entry(model, Cause::int_n, Route::inner) +
               path(model, Path::iret_outer) + ret.ticks + (ret.plus_m ? 1U : 0U);
    };
    CHECK(stub(Model::i386) == 196);
    CHECK(stub(Model::i486) == 114);
    CHECK(stub(Model::pentium) == 80);
    CHECK(stub(Model::p6) == 222'500);
}

TEST_CASE("call far through a gate with 2 parameters / retf 8", "[timing]") {
    const auto pair = [](Model model) {
        const PathCost call = ClockTable::of(model).transition(Path::call_gate_inner, 2);
        return call.ticks + (call.plus_m ? 1U : 0U) + path(model, Path::retf_imm_outer);
    };
    CHECK(pair(Model::i386) == 171);
    CHECK(pair(Model::i486) == 121);
    CHECK(pair(Model::pentium) == 72);
    CHECK(pair(Model::p6) == 208'000);
}

TEST_CASE("sysenter / sysexit", "[timing]") {
    CHECK(path(Model::p6, Path::sysenter) + path(Model::p6, Path::sysexit) == 80'000);
    CHECK(cost_of(Model::p6, "0f 34").ticks == 0);
}
