// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "base/address.hpp"
#include "cpu/vector.hpp"
#include "mmu/paging.hpp"

namespace ringside::cpu {

/// An architectural fault inside an instruction: thrown from cold paths, caught once around block
/// execution, delivered with the EIP of the instruction that raised it.
struct Fault {
    Vector vector;
    std::uint32_t error_code = 0;        ///< for #DB, which has none: the bits of DR6
    LinearAddress page_fault_address{};  ///< CR2, for #PF only
    static Fault de() { return {Vector::divide_error, 0, {}}; }
    static Fault gp(std::uint32_t code) { return {Vector::general_protection, code, {}}; }
    static Fault ss(std::uint32_t code) { return {Vector::stack_fault, code, {}}; }
    static Fault np(std::uint32_t code) { return {Vector::segment_not_present, code, {}}; }
    static Fault ts(std::uint32_t code) { return {Vector::invalid_tss, code, {}}; }
    static Fault ud() { return {Vector::invalid_opcode, 0, {}}; }
    static Fault ac() { return {Vector::alignment_check, 0, {}}; }
    /// For what is found before the instruction did anything; the others are traps.
    static Fault db(std::uint32_t dr6) { return {Vector::debug, dr6, {}}; }
    static Fault pf(const mmu::PageFault& fault) {
        return {Vector::page_fault, fault.error_code, fault.address};
    }
};

/// With CR0.NE clear an x87 exception is the business of the board: FERR# goes active and the
/// processor stands still before the waiting instruction, until an interrupt. IGNNE# is never
/// active here. SDM vol. 1, 8.7.2.
struct WaitsForInterrupt {};

}  // namespace ringside::cpu
