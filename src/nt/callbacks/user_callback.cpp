// SPDX-License-Identifier: MIT
#include "nt/callbacks/user_callback.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "nt/exceptions/frame_edit.hpp"
#include "nt/kernel.hpp"
#include "nt/ktrap_frame.hpp"
#include "nt/service_context.hpp"

namespace ringside::nt {
namespace {

/// KeUserModeCallback's parameters in pool, for KiServiceCallUser; the input follows.
struct CallbackRequest {
    std::uint32_t status{};
    std::uint32_t output_buffer{};
    std::uint32_t output_length{};
    std::uint32_t api_number{};
    std::uint32_t input_length{};
};
static_assert(sizeof(CallbackRequest) == 0x14);

/// KeUserModeCallback's locals.
struct CallbackState {
    std::uint32_t old_esp{};
    std::uint32_t new_esp{};
    std::uint32_t exception_list{};
};
static_assert(sizeof(CallbackState) == 0xC);

/// What KiUserCallbackDispatcher finds at ESP: an unused return address, the arguments, and in
/// later systems room for an SEH record behind them.
struct CallbackFrame {
    std::uint32_t return_address{};
    std::uint32_t api_number{};
    std::uint32_t buffer{};
    std::uint32_t length{};
};
static_assert(sizeof(CallbackFrame) == 0x10);

constexpr std::uint32_t stack_alignment = 4;
constexpr std::size_t copy_piece = page_size;

std::uint32_t request_size(std::size_t input) {
    return static_cast<std::uint32_t>(sizeof(CallbackRequest) + input);
}

void free_request(Kernel& kernel, const PendingService& service) {
    if (service.callback.value != 0) {
        kernel.pool->free(service.callback, service.callback_size);
    }
}

LinearAddress tib_exception_list(Kernel& kernel) {
    KernelMemory& memory = kernel.structures;
    return memory.place(memory.place(kernel.thread->teb, "TEB", "NtTib"), "NT_TIB",
                        "ExceptionList");
}

/// The TEB is the user's to spoil; what cannot be read there is 0.
std::uint32_t read_user(Kernel& kernel, LinearAddress from) {
    std::uint32_t value = 0;
    static_cast<void>(kernel.user_memory.read(from, std::as_writable_bytes(std::span(&value, 1)),
                                              guest::ProcessorMode::user));
    return value;
}

/// Copies from kernel memory to the user's, in pieces: the length is a kernel caller's, and may be
/// anything.
NTSTATUS copy_to_user(Kernel& kernel, LinearAddress to, LinearAddress from, std::uint32_t length) {
    std::vector<std::byte> piece(std::min<std::size_t>(length, copy_piece));
    for (std::uint32_t done = 0; done < length;) {
        const auto part =
            std::span(piece).first(std::min<std::size_t>(piece.size(), length - done));
        kernel.structures.read_bytes(from + done, part);
        const auto written = kernel.user_memory.write(to + done, part, guest::ProcessorMode::user);
        if (!written) {
            return NTSTATUS{written.error().status};
        }
        done += static_cast<std::uint32_t>(part.size());
    }
    return STATUS_SUCCESS;
}

}  // namespace

ServiceOutcome call_user(ServiceContext& context, std::uint32_t index,
                         std::span<const std::byte> buffer, kernelkit::Resume resume) {
    Kernel& kernel = context.kernel;
    const std::uint32_t size = request_size(buffer.size());
    const auto request = kernel.pool->allocate(size);
    if (!request) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    const CallbackRequest words{.api_number = index,
                                .input_length = static_cast<std::uint32_t>(buffer.size())};
    kernel.structures.write(*request, words);
    kernel.structures.write_bytes(*request + sizeof words, buffer);
    PendingService service;
    service.resume = resume;
    service.callback = *request;
    service.callback_size = size;
    kernel.thread->pending.push_back(std::move(service));
    return {Outcome::call_user, NTSTATUS{request->value}};
}

CallbackAnswer callback_answer(const ServiceContext& context) {
    return context.kernel.thread->callback_answer;
}

void take_callback_answer(Kernel& kernel, std::uint32_t eax) {
    ThreadObject& thread = *kernel.thread;
    const auto found = std::find_if(
        thread.pending.rbegin(), thread.pending.rend(), [eax](const PendingService& service) {
            return service.callback.value != 0 && service.callback.value == eax;
        });
    if (found == thread.pending.rend()) {
        return;
    }
    for (auto inner = thread.pending.rbegin(); inner != found; ++inner) {
        free_request(kernel, *inner);
    }
    thread.pending.erase(found.base(), thread.pending.end());
    PendingService& service = thread.pending.back();
    const auto request = kernel.structures.read<CallbackRequest>(service.callback);
    thread.callback_answer = {.status = NTSTATUS{request.status},
                              .output = LinearAddress{request.output_buffer},
                              .output_length = request.output_length};
    free_request(kernel, service);
    service.callback = {};
}

void forget_callbacks(Kernel& kernel, ThreadObject& thread) {
    for (PendingService& service : thread.pending) {
        free_request(kernel, service);
        service.callback = {};
    }
}

NTSTATUS KiBuildUserCallback(Kernel& kernel, std::uint32_t index, LinearAddress buffer,
                             std::uint32_t length, LinearAddress state_at) {
    const auto frame = trap_frame_at(kernel.structures, kernel.trap_frame());
    // A Zw call of ring 0 has no user stack to put anything on.
    if (!frame.is_user()) {
        return STATUS_INVALID_PARAMETER;
    }
    const std::uint32_t size = kernel.profile.callback_frame;
    if (frame.HardwareEsp < size || frame.HardwareEsp - size < length) {
        return STATUS_ACCESS_VIOLATION;
    }
    const LinearAddress arguments{(frame.HardwareEsp - length) & ~(stack_alignment - 1)};
    const LinearAddress esp = arguments - size;
    const CallbackFrame words{
        .return_address = 0, .api_number = index, .buffer = arguments.value, .length = length};
    // The whole of it first: a callback that is not made leaves the stack as it was.
    const auto room = kernel.user_memory.probe(esp, size + length, mmu::Access::write,
                                               guest::ProcessorMode::user);
    if (!room) {
        return NTSTATUS{room.error().status};
    }
    const auto written = kernel.user_memory.write(esp, std::as_bytes(std::span(&words, 1)),
                                                  guest::ProcessorMode::user);
    if (!written) {
        return NTSTATUS{written.error().status};
    }
    const NTSTATUS copied = copy_to_user(kernel, arguments, buffer, length);
    if (!nt_success(copied)) {
        return copied;
    }
    const CallbackState state{.old_esp = frame.HardwareEsp,
                              .new_esp = esp.value,
                              .exception_list = read_user(kernel, tib_exception_list(kernel))};
    kernel.structures.write(state_at, state);
    return STATUS_SUCCESS;
}

std::uint32_t KiFinishUserCallback(Kernel& kernel, LinearAddress state_at, NTSTATUS status) {
    if (status != STATUS_CALLBACK_POP_STACK) {
        const auto state = kernel.structures.read<CallbackState>(state_at);
        static_cast<void>(kernel.user_memory.write(
            tib_exception_list(kernel), std::as_bytes(std::span(&state.exception_list, 1)),
            guest::ProcessorMode::user));
    }
    return read_user(kernel, kernel.structures.place(kernel.thread->teb, "TEB", "GdiBatchCount"));
}

}  // namespace ringside::nt
