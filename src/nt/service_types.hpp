// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <type_traits>

#include "guest/user_memory.hpp"
#include "nt/ntstatus.hpp"
#include "nt/structures/types.hpp"

/// The types that service prototypes are written in. Each is one dword of the argument area, and
/// each tells a trace how to show it.
namespace ringside::nt {

using guest::UserPointer;
using ULONG = std::uint32_t;

struct HANDLE {
    std::uint32_t value{};
};
struct ACCESS_MASK {
    std::uint32_t value{};
};
/// The callee looks at the low byte only.
struct BOOLEAN {
    std::uint32_t value{};
    constexpr explicit operator bool() const { return (value & 0xFF) != 0; }
};
/// A count of bytes of the buffer before it.
struct Length {
    std::uint32_t value{};
};
/// Bits, shown in hexadecimal.
struct Flags {
    std::uint32_t value{};
};
/// Selects one of the structures of a query or set service.
struct InformationClass {
    std::uint32_t value{};
};

/// NtCurrentProcess() and NtCurrentThread().
inline constexpr std::uint32_t current_process_handle = 0xFFFFFFFF;
inline constexpr std::uint32_t current_thread_handle = 0xFFFFFFFE;

/// How a trace decodes one argument.
enum class ArgumentKind : std::uint8_t {
    number,
    flags,
    boolean,
    handle,
    access_mask,
    length,
    information_class,
    status,
    pointer,
    buffer,
    handle_pointer,
    unicode_string,
    object_attributes,
    io_status_block,
    large_integer,
    context,
    exception_record,
};

template <typename T>
struct argument_kind;
template <ArgumentKind Kind>
struct kind_is {
    static constexpr ArgumentKind value = Kind;
};
template <>
struct argument_kind<ULONG> : kind_is<ArgumentKind::number> {};
template <>
struct argument_kind<Flags> : kind_is<ArgumentKind::flags> {};
template <>
struct argument_kind<BOOLEAN> : kind_is<ArgumentKind::boolean> {};
template <>
struct argument_kind<HANDLE> : kind_is<ArgumentKind::handle> {};
template <>
struct argument_kind<ACCESS_MASK> : kind_is<ArgumentKind::access_mask> {};
template <>
struct argument_kind<Length> : kind_is<ArgumentKind::length> {};
template <>
struct argument_kind<InformationClass> : kind_is<ArgumentKind::information_class> {};
template <>
struct argument_kind<NTSTATUS> : kind_is<ArgumentKind::status> {};
template <typename T>
struct argument_kind<UserPointer<T>> : kind_is<ArgumentKind::pointer> {};
template <>
struct argument_kind<UserPointer<std::byte>> : kind_is<ArgumentKind::buffer> {};
template <>
struct argument_kind<UserPointer<HANDLE>> : kind_is<ArgumentKind::handle_pointer> {};
template <>
struct argument_kind<UserPointer<UNICODE_STRING>> : kind_is<ArgumentKind::unicode_string> {};
template <>
struct argument_kind<UserPointer<OBJECT_ATTRIBUTES>> : kind_is<ArgumentKind::object_attributes> {};
template <>
struct argument_kind<UserPointer<IO_STATUS_BLOCK>> : kind_is<ArgumentKind::io_status_block> {};
template <>
struct argument_kind<UserPointer<LARGE_INTEGER>> : kind_is<ArgumentKind::large_integer> {};
template <>
struct argument_kind<UserPointer<CONTEXT>> : kind_is<ArgumentKind::context> {};
template <>
struct argument_kind<UserPointer<EXCEPTION_RECORD>> : kind_is<ArgumentKind::exception_record> {};

/// One dword of the argument area as the prototype's type.
template <typename T>
constexpr T argument_from(std::uint32_t word) {
    if constexpr (std::is_same_v<T, ULONG>) {
        return word;
    } else if constexpr (requires { T{LinearAddress{word}}; }) {
        return T{LinearAddress{word}};
    } else {
        return T{word};
    }
}

}  // namespace ringside::nt
