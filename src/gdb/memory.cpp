// SPDX-License-Identifier: MIT
#include "gdb/memory.hpp"

#include <algorithm>
#include <optional>

namespace ringside::gdb {
namespace {

/// Bytes from an address to the end of its page, `length` at most.
std::size_t in_page(LinearAddress at, std::size_t length) {
    return std::min<std::size_t>(length, page_size - page_offset(at));
}

}  // namespace

bool Memory::read_page(LinearAddress from, std::span<std::byte> to) const {
    if (physical) {
        const PhysicalAddress at{from.value};
        if (machine_.memory().host(at) == nullptr) {
            return false;
        }
        machine_.memory().read_bytes(at, to);
        return true;
    }
    return machine_.peek(from, to) || personality_.preview(machine_, from, to);
}

std::vector<std::byte> Memory::read(LinearAddress from, std::size_t length) const {
    length = static_cast<std::size_t>(
        std::min<std::uint64_t>(length, (std::uint64_t{1} << 32) - from.value));
    std::vector<std::byte> bytes(length);
    std::size_t done = 0;
    while (done < length) {
        const LinearAddress at = from + static_cast<std::uint32_t>(done);
        const std::size_t step = in_page(at, length - done);
        if (!read_page(at, std::span(bytes).subspan(done, step))) {
            break;
        }
        done += step;
    }
    bytes.resize(done);
    return bytes;
}

Memory::Written Memory::write(LinearAddress to, std::span<const std::byte> bytes) {
    if (to.value + std::uint64_t{bytes.size()} > std::uint64_t{1} << 32) {
        return Written::nothing;
    }
    Written failure = Written::nothing;
    struct Part {
        PhysicalAddress at;
        std::span<const std::byte> bytes;
    };
    std::vector<Part> parts;
    while (!bytes.empty()) {
        const std::size_t step = in_page(to, bytes.size());
        std::optional<PhysicalAddress> at;
        if (physical) {
            at = PhysicalAddress{to.value};
        } else {
            const auto translate = [this, to]() -> std::optional<PhysicalAddress> {
                const auto found =
                    machine_.mmu().translate(to, mmu::Access::read, mmu::Privilege::supervisor);
                return found ? std::optional(*found) : std::nullopt;
            };
            at = translate();
            if (!at && personality_.make_present(machine_, to)) {
                at = translate();
                failure = Written::partly;
            }
        }
        if (!at || !machine_.memory().contains(*at)) {
            return failure;
        }
        parts.push_back({*at, bytes.first(step)});
        bytes = bytes.subspan(step);
        to += static_cast<std::uint32_t>(step);
    }
    bool taken = true;  // a ROM in the range of the RAM takes nothing
    for (const Part& part : parts) {
        machine_.memory().write_bytes(part.at, part.bytes);
        std::vector<std::byte> now(part.bytes.size());
        machine_.memory().read_bytes(part.at, now);
        taken = taken && std::equal(now.begin(), now.end(), part.bytes.begin());
    }
    return taken ? Written::all : Written::partly;
}

}  // namespace ringside::gdb
