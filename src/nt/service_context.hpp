// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "base/expected.hpp"
#include "nt/kernel.hpp"
#include "nt/service_types.hpp"

namespace ringside::nt {

/// The largest piece of guest memory that a service holds in host memory at once.
inline constexpr std::uint32_t largest_chunk = 1U << 20;

/// What a service's body works with: the kernel, for whom it works, and safe ways to the caller's
/// memory and handles. Inputs are captured once, before they are looked at.
class ServiceContext {
  public:
    ServiceContext(Kernel& owner, guest::ProcessorMode previous_mode)
        : kernel(owner), mode(previous_mode) {}

    Kernel& kernel;
    const guest::ProcessorMode mode;

    template <typename T>
    [[nodiscard]] Expected<T, NTSTATUS> read(UserPointer<T> from) {
        static_assert(std::is_trivially_copyable_v<T>);
        T value{};
        const NTSTATUS status =
            read_bytes(from.address, std::as_writable_bytes(std::span(&value, 1)));
        if (!nt_success(status)) {
            return Unexpected{status};
        }
        return value;
    }
    template <typename T>
    [[nodiscard]] NTSTATUS write(UserPointer<T> to, const std::type_identity_t<T>& value) {
        static_assert(std::is_trivially_copyable_v<T>);
        return write_bytes(to.address, std::as_bytes(std::span(&value, 1)));
    }
    [[nodiscard]] NTSTATUS read_bytes(LinearAddress from, std::span<std::byte> to);
    [[nodiscard]] NTSTATUS write_bytes(LinearAddress to, std::span<const std::byte> from);
    /// ProbeForWrite: the whole buffer can be written, before anything that cannot be undone.
    [[nodiscard]] NTSTATUS probe_for_write(LinearAddress, std::uint32_t length);

    /// The text of a counted string; STATUS_OBJECT_NAME_INVALID when its length is odd.
    [[nodiscard]] Expected<std::u16string, NTSTATUS> read_string(UserPointer<UNICODE_STRING>);

    /// The object of a handle if it has the type and all the rights asked for. The pseudo handles
    /// of the current process and thread are known.
    template <typename T>
    [[nodiscard]] Expected<std::shared_ptr<T>, NTSTATUS> reference(HANDLE handle,
                                                                   std::uint32_t access) {
        auto object = reference_any(handle, 0);
        if (!object) {
            return Unexpected{object.error()};
        }
        auto typed = std::dynamic_pointer_cast<T>(*object);
        if (!typed) {
            return Unexpected{STATUS_OBJECT_TYPE_MISMATCH};
        }
        if (const auto allowed = reference_any(handle, access); !allowed) {
            return Unexpected{allowed.error()};
        }
        return typed;
    }
    [[nodiscard]] Expected<std::shared_ptr<Object>, NTSTATUS> reference_any(HANDLE,
                                                                            std::uint32_t access);
    /// Makes a handle and writes it out; a failed write closes it again.
    [[nodiscard]] NTSTATUS return_handle(UserPointer<HANDLE> to, std::shared_ptr<Object> object,
                                         std::uint32_t access);

    /// Answers a query: the length must be at least the structure's; ReturnLength is optional.
    template <typename T>
    [[nodiscard]] NTSTATUS answer(UserPointer<std::byte> to, Length length, const T& value,
                                  UserPointer<ULONG> return_length) {
        if (length.value != sizeof(T)) {
            return STATUS_INFO_LENGTH_MISMATCH;
        }
        const NTSTATUS written = write_bytes(to.address, std::as_bytes(std::span(&value, 1)));
        if (!nt_success(written) || !return_length) {
            return written;
        }
        return write(return_length, static_cast<ULONG>(sizeof(T)));
    }
};

/// The status that stands for a host error in a file service.
[[nodiscard]] NTSTATUS status_of(host::HostError);

}  // namespace ringside::nt
