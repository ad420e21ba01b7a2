// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/address.hpp"
#include "kernelkit/resume.hpp"
#include "nt/callbacks/callback_answer.hpp"
#include "nt/service_table.hpp"

namespace ringside::nt {

class Kernel;
class ServiceContext;
class ThreadObject;

/// A service calls entry `index` of PEB.KernelCallbackTable with a copy of `buffer`, which the
/// guest does by KeUserModeCallback; `resume` runs when that is back, whatever it came to, and gets
/// the answer by callback_answer(). STATUS_INSUFFICIENT_RESOURCES at once when the pool is full.
[[nodiscard]] ServiceOutcome call_user(ServiceContext& context, std::uint32_t index,
                                       std::span<const std::byte> buffer, kernelkit::Resume resume);

/// For a resume: the answer to the callback it waited for.
[[nodiscard]] CallbackAnswer callback_answer(const ServiceContext& context);

/// `out 0EAh,eax`: with the address of a request the answer to it is taken in, and services that
/// the callback's return left behind are forgotten.
void take_callback_answer(Kernel& kernel, std::uint32_t eax);

/// Gives back what callbacks of a thread hold that will never return.
void forget_callbacks(Kernel& kernel, ThreadObject& thread);

/// KeUserModeCallback's first half: puts the arguments and the frame for KiUserCallbackDispatcher
/// on the stack of the thread's user frame; old and new ESP and TEB.ExceptionList go to `state`.
/// The status of a fault, or STATUS_INVALID_PARAMETER without a frame of ring 3.
[[nodiscard]] NTSTATUS KiBuildUserCallback(Kernel& kernel, std::uint32_t index,
                                           LinearAddress buffer, std::uint32_t length,
                                           LinearAddress state);
/// Its second half: TEB.ExceptionList as it was, unless it was unwound. Answers the number of
/// drawing commands that the user batched meanwhile.
[[nodiscard]] std::uint32_t KiFinishUserCallback(Kernel& kernel, LinearAddress state,
                                                 NTSTATUS status);

}  // namespace ringside::nt
