// SPDX-License-Identifier: MIT
#include "nt/service_trace.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "host/utf16.hpp"
#include "nt/service_ledger.hpp"

namespace ringside::nt {
namespace {

constexpr std::size_t longest_shown_name = 260;

/// Bytes of guest memory as the tables have them now; false where a page is missing.
bool peek_bytes(const Kernel& kernel, LinearAddress from, std::span<std::byte> to) {
    for (std::size_t done = 0; done < to.size();) {
        const LinearAddress at = from + static_cast<std::uint32_t>(done);
        const auto physical =
            kernel.mmu.translate(at, mmu::Access::read, mmu::Privilege::supervisor);
        if (!physical) {
            return false;
        }
        const std::size_t piece =
            std::min<std::size_t>(to.size() - done, page_size - page_offset(at));
        kernel.mmu.memory().read_bytes(*physical, to.subspan(done, piece));
        done += piece;
    }
    return true;
}

template <typename T>
std::optional<T> peek(const Kernel& kernel, std::uint32_t from) {
    T value{};
    if (from == 0 || !peek_bytes(kernel, {from}, std::as_writable_bytes(std::span(&value, 1)))) {
        return std::nullopt;
    }
    return value;
}

std::string string_text(const Kernel& kernel, std::uint32_t at) {
    const auto string = peek<UNICODE_STRING>(kernel, at);
    if (!string) {
        return {};
    }
    std::u16string text(std::min<std::size_t>(string->Length / 2, longest_shown_name), u'\0');
    if (!peek_bytes(kernel, {string->Buffer}, std::as_writable_bytes(std::span(text)))) {
        return {};
    }
    return fmt::format("\"{}\"", host::to_printable(text));
}

std::string attributes_text(Kernel& kernel, std::uint32_t at) {
    const auto attributes = peek<OBJECT_ATTRIBUTES>(kernel, at);
    return attributes ? string_text(kernel, attributes->ObjectName) : std::string{};
}

std::string handle_text(Kernel& kernel, std::uint32_t handle) {
    if (handle == current_process_handle) {
        return "current process";
    }
    if (handle == current_thread_handle) {
        return "current thread";
    }
    const auto* const entry = kernel.handles.find(handle);
    return entry != nullptr ? entry->object->describe() : std::string{};
}

std::string decode(Kernel& kernel, ArgumentKind kind, std::uint32_t word) {
    switch (kind) {
        case ArgumentKind::number:
        case ArgumentKind::length: return fmt::format("{}", word);
        case ArgumentKind::boolean: return (word & 0xFF) != 0 ? "TRUE" : "FALSE";
        case ArgumentKind::handle: return handle_text(kernel, word);
        case ArgumentKind::status: return to_text(NTSTATUS{word});
        case ArgumentKind::unicode_string: return string_text(kernel, word);
        case ArgumentKind::object_attributes: return attributes_text(kernel, word);
        case ArgumentKind::large_integer: {
            const auto value = peek<LARGE_INTEGER>(kernel, word);
            return value ? fmt::format("{}", value->QuadPart) : std::string{};
        }
        case ArgumentKind::exception_record: {
            const auto code = peek<std::uint32_t>(kernel, word);
            return code ? to_text(NTSTATUS{*code}) : std::string{};
        }
        case ArgumentKind::context: {
            const auto context = peek<CONTEXT>(kernel, word);
            return context ? "Eip " + kernel.symbols.describe({context->Eip}) : std::string{};
        }
        case ArgumentKind::flags:
        case ArgumentKind::access_mask:
        case ArgumentKind::information_class:
        case ArgumentKind::pointer:
        case ArgumentKind::buffer:
        case ArgumentKind::handle_pointer:
        case ArgumentKind::io_status_block: return {};
    }
    return {};
}

std::vector<std::string_view> names_of(const ServiceRow& row) {
    return row.argument_names.empty() ? std::vector<std::string_view>{}
                                      : split(row.argument_names, ' ');
}

std::string name_at(const std::vector<std::string_view>& names, std::size_t index) {
    return index < names.size() ? std::string(names[index]) : std::string{};
}

guest::ServiceStanding standing_of_missing(const ThunkRow& thunk) {
    return standing_of(
        ServiceNumber{.index = thunk.number,
                      .name = thunk.name,
                      .argument_bytes = static_cast<std::uint8_t>(thunk.argument_bytes)});
}

}  // namespace

guest::ServiceCall describe_call(ServiceContext& context, const ServiceRow& row,
                                 std::span<const std::uint32_t> words, LinearAddress arguments) {
    Kernel& kernel = context.kernel;
    const ServiceNumber* const number = kernel.profile.find_service(row.name);
    guest::ServiceCall call{.name = row.name,
                            .number = number != nullptr ? number->index : 0,
                            .thread_id = kernel.thread->id,
                            .arguments = arguments,
                            .argument_bytes = static_cast<std::uint32_t>(row.argument_bytes()),
                            .decoded = {},
                            .standing = standing_of(row.name),
                            .from_user = context.mode == guest::ProcessorMode::user};
    const auto names = names_of(row);
    for (std::size_t i = 0; i < words.size(); ++i) {
        call.decoded.push_back({.name = name_at(names, i),
                                .value = words[i],
                                .text = decode(kernel, row.arguments[i], words[i])});
    }
    return call;
}

guest::ServiceCall describe_missing(Kernel& kernel, const ThunkRow& thunk,
                                    LinearAddress arguments) {
    guest::ServiceCall call{.name = thunk.name,
                            .number = thunk.number,
                            .thread_id = kernel.thread->id,
                            .arguments = arguments,
                            .argument_bytes = thunk.argument_bytes,
                            .decoded = {},
                            .standing = standing_of_missing(thunk),
                            .from_user = kernel.previous_mode() == guest::ProcessorMode::user};
    for (std::uint32_t at = 0; at < thunk.argument_bytes; at += 4) {
        std::uint32_t word = 0;
        if (peek_bytes(kernel, arguments + at, std::as_writable_bytes(std::span(&word, 1)))) {
            call.decoded.push_back({.name = {}, .value = word, .text = {}});
        }
    }
    return call;
}

guest::ServiceResult describe_result(ServiceContext& context, const ServiceRow& row,
                                     std::span<const std::uint32_t> words,
                                     const ServiceOutcome& outcome) {
    Kernel& kernel = context.kernel;
    guest::ServiceResult result{.status = outcome.status.value,
                                .status_name = std::string(name_of(outcome.status)),
                                .outputs = {}};
    if (!nt_success(outcome.status) || outcome.outcome != Outcome::done) {
        return result;
    }
    const auto names = names_of(row);
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (row.arguments[i] == ArgumentKind::handle_pointer) {
            if (const auto handle = peek<std::uint32_t>(kernel, words[i])) {
                result.outputs.push_back({.name = name_at(names, i),
                                          .value = *handle,
                                          .text = handle_text(kernel, *handle)});
            }
        } else if (row.arguments[i] == ArgumentKind::io_status_block) {
            if (const auto block = peek<IO_STATUS_BLOCK>(kernel, words[i])) {
                result.outputs.push_back({.name = "Information",
                                          .value = block->Information,
                                          .text = fmt::format("{}", block->Information)});
            }
        }
    }
    return result;
}

}  // namespace ringside::nt
