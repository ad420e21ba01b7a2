// SPDX-License-Identifier: MIT
#include "nt/boot/kernel_image.hpp"

#include <fmt/format.h>
#include <embedded/guest.hpp>

#include "base/ensure.hpp"
#include "nt/boot/thunk.hpp"
#include "nt/boot/zw_stubs.hpp"
#include "nt/kernel.hpp"
#include "nt/structures/rows.hpp"
#include "nt/win32k/win32k.hpp"

namespace ringside::nt {
namespace {

constexpr std::uint32_t thunk_alignment = 16;
constexpr std::uint32_t longest_thunk = 32;
constexpr std::uint32_t descriptor_size = 0x10;

std::span<const std::byte> kernel_file(const Profile& profile, std::string_view what) {
    const auto file =
        embedded::find_in_guest(fmt::format("kernel_{}_{}", profile_id(profile.name), what));
    ensure(file.has_value(), fmt::format("this build has no kernel of {}", profile.name));
    return *file;
}

}  // namespace

void map_kernel_pages(Kernel& kernel, LinearAddress start, std::uint32_t size) {
    for (std::uint32_t at = 0; at < size; at += page_size) {
        const auto page = kernel.pages.allocate();
        const auto bits = mmu::entry::present | mmu::entry::writable;
        if (!page || !kernel.tables.set(start + at, page->value | bits)) {
            throw InputError(126, "the kernel does not fit into the RAM; use a larger --memory");
        }
    }
}

LinearAddress KernelImage::at(std::string_view name) const {
    const auto found = symbols.find(name);
    ensure(found != symbols.end(), fmt::format("the kernel image has no {}", name));
    return found->second;
}

KernelImage place_kernel_image(Kernel& kernel) {
    const LinearAddress base = kernel.profile.kernel_base;
    const auto bytes = kernel_file(kernel.profile, "image");
    const auto size = align_up(static_cast<std::uint32_t>(bytes.size()), page_size);
    map_kernel_pages(kernel, base, size);
    kernel.structures.write_bytes(base, bytes);
    KernelImage image{.symbols = {}, .names = {}, .base = base, .end = base + size};
    std::vector<guest::ModuleSymbol> labels;
    for (const Row& row : rows_of(kernel_file(kernel.profile, "symbols"))) {
        const auto address = parse_number(row[0]);
        const auto length = parse_number(row[1]);
        ensure(row.size() == 3 && address && length, "kernel symbols: a row has three fields");
        const LinearAddress at{static_cast<std::uint32_t>(*address)};
        image.symbols.emplace(row[2], at);
        (*length != 0 ? image.names : labels).push_back({at, std::string(row[2]), 0});
    }
    image.names.insert(image.names.end(), labels.begin(), labels.end());
    return image;
}

void place_service_tables(Kernel& kernel, const KernelImage& image) {
    // Ids: bodies first, in the order of the service table, then every number that has none. A body
    // serves a number of the profile only if it takes as many arguments.
    std::vector<ThunkRow>& thunks = kernel.boot_state.thunks;
    for (const ServiceRow& row : service_table()) {
        const ServiceNumber* const number = kernel.profile.find_service(row.name);
        if (number == nullptr || number->argument_bytes != row.argument_bytes()) {
            thunks.push_back({.name = std::string(row.name)});
            continue;
        }
        thunks.push_back({.name = number->name,
                          .number = number->index,
                          .argument_bytes = number->argument_bytes,
                          .implemented = true});
    }
    std::map<std::uint32_t, std::size_t> by_number;
    for (std::size_t i = 0; i < thunks.size(); ++i) {
        if (thunks[i].number != ThunkRow::no_number) {
            by_number.emplace(thunks[i].number, i);
        }
    }
    const auto add_missing = [&](const std::vector<ServiceNumber>& numbers) {
        for (const ServiceNumber& number : numbers) {
            if (by_number.emplace(number.index, thunks.size()).second) {
                thunks.push_back({.name = number.name,
                                  .number = number.index,
                                  .argument_bytes = number.argument_bytes});
            }
        }
    };
    add_missing(kernel.profile.services);
    add_missing(kernel.profile.win32k);

    const auto nt_count = static_cast<std::uint32_t>(kernel.profile.services.size());
    const auto win32k_count = static_cast<std::uint32_t>(kernel.profile.win32k.size());
    const LinearAddress table = image.end;
    const LinearAddress arguments = table + nt_count * 4;
    const LinearAddress win32k_table{align_up((arguments + nt_count).value, thunk_alignment)};
    const LinearAddress win32k_failures = win32k_table + win32k_count * 4;
    const LinearAddress win32k_arguments = win32k_failures + win32k_count;
    LinearAddress next{align_up((win32k_arguments + win32k_count).value, thunk_alignment)};
    const auto bound =
        next + static_cast<std::uint32_t>(thunks.size()) * longest_thunk + zw_stubs_bound(kernel);
    map_kernel_pages(kernel, image.end, align_up(bound - image.end, page_size));

    const LinearAddress outcome = image.at("KiServiceOutcome");
    for (std::size_t i = 0; i < thunks.size(); ++i) {
        ThunkRow& thunk = thunks[i];
        thunk.id = static_cast<std::uint32_t>(i + 1);
        if (thunk.number == ThunkRow::no_number) {
            continue;
        }
        thunk.address = next;
        const auto code =
            encode_thunk(thunk.id, static_cast<std::uint16_t>(thunk.argument_bytes), next, outcome);
        kernel.structures.write_bytes(next, code);
        next.value =
            align_up((next + static_cast<std::uint32_t>(code.size())).value, thunk_alignment);
        const bool win32k = thunk.number >= win32k_base;
        const std::uint32_t index = win32k ? thunk.number - win32k_base : thunk.number;
        kernel.structures.write((win32k ? win32k_table : table) + index * 4, thunk.address.value);
        kernel.structures.write((win32k ? win32k_arguments : arguments) + index,
                                static_cast<std::uint8_t>(thunk.argument_bytes));
        if (win32k) {
            kernel.structures.write(win32k_failures + index, win32k_failure(thunk.name));
        }
    }
    const auto zw_names = place_zw_stubs(kernel, next, image.at("KiSystemService"));
    const auto fill = [&kernel](LinearAddress slot, LinearAddress base, std::uint32_t limit,
                                LinearAddress number) {
        KernelMemory& memory = kernel.structures;
        memory.set(slot, "KSERVICE_TABLE_DESCRIPTOR", "Base", base.value);
        memory.set(slot, "KSERVICE_TABLE_DESCRIPTOR", "Limit", limit);
        memory.set(slot, "KSERVICE_TABLE_DESCRIPTOR", "Number", number.value);
    };
    const LinearAddress shadow = image.at("KeServiceDescriptorTableShadow");
    fill(image.at("KeServiceDescriptorTable"), table, nt_count, arguments);
    fill(shadow, table, nt_count, arguments);
    fill(shadow + descriptor_size, win32k_table, win32k_count, win32k_arguments);
    kernel.boot_state.service_table = table;
    kernel.boot_state.argument_table = arguments;

    guest::Module module{
        .name = "nt", .base = image.base, .size = next - image.base, .symbols = image.names};
    module.symbols.push_back({table, "KiServiceTable", 0});
    module.symbols.push_back({arguments, "KiArgumentTable", 0});
    module.symbols.push_back({win32k_table, "W32pServiceTable", 0});
    module.symbols.push_back({win32k_arguments, "W32pArgumentTable", 0});
    for (const ThunkRow& thunk : thunks) {
        if (thunk.number != ThunkRow::no_number) {
            module.symbols.push_back({thunk.address, thunk.name, 0});
        }
    }
    module.symbols.insert(module.symbols.end(), zw_names.begin(), zw_names.end());
    kernel.symbols.add(std::move(module));
}

}  // namespace ringside::nt
