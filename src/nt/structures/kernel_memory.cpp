// SPDX-License-Identifier: MIT
#include "nt/structures/kernel_memory.hpp"

namespace ringside::nt {

std::uint32_t KernelMemory::get(LinearAddress base, FieldPlace field) {
    const LinearAddress at = base + field.offset;
    switch (field.size) {
        case 1: return read<std::uint8_t>(at);
        case 2: return read<std::uint16_t>(at);
        default: return read<std::uint32_t>(at);
    }
}

void KernelMemory::set(LinearAddress base, std::string_view structure, std::string_view field,
                       std::uint32_t value) {
    const FieldRow& row = layout_.field(structure, field);
    const LinearAddress at = base + row.offset;
    switch (row.size) {
        case 1: write(at, static_cast<std::uint8_t>(value)); break;
        case 2: write(at, static_cast<std::uint16_t>(value)); break;
        default: write(at, value); break;
    }
}

void KernelMemory::initialize_list(LinearAddress head) {
    write(head, head.value);
    write(head + 4, head.value);
}

void KernelMemory::insert_tail(LinearAddress head, LinearAddress entry) {
    const LinearAddress last{read<std::uint32_t>(head + 4)};
    write(entry, head.value);
    write(entry + 4, last.value);
    write(last, entry.value);
    write(head + 4, entry.value);
}

void KernelMemory::remove(LinearAddress entry) {
    const LinearAddress next{read<std::uint32_t>(entry)};
    const LinearAddress previous{read<std::uint32_t>(entry + 4)};
    write(previous, next.value);
    write(next + 4, previous.value);
}

LinearAddress KernelMemory::remove_head(LinearAddress head) {
    const LinearAddress first{read<std::uint32_t>(head)};
    if (first == head) {
        return {};
    }
    const LinearAddress next{read<std::uint32_t>(first)};
    write(head, next.value);
    write(next + 4, head.value);
    return first;
}

}  // namespace ringside::nt
