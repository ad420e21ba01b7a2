// SPDX-License-Identifier: MIT
#include "vectors/container.hpp"

#include <fmt/format.h>

#include "base/address.hpp"
#include "cpu/segments/descriptor.hpp"
#include "vectors/byte_reader.hpp"
#include "vectors/gzip.hpp"
#include "vectors/register_chunks.hpp"

namespace ringside::vectors {
namespace {

/// Vectors need some pages; a file that maps more than this is not one of them.
constexpr std::uint32_t highest_address = 128U << 20;
constexpr std::uint32_t most_memory = 16U << 20;
constexpr std::uint32_t largest_table = 0x10000;

void read_header(Container& container, ByteReader reader) {
    const std::uint8_t major = reader.u8();
    const std::uint8_t minor = reader.u8();
    if (major != 1) {
        reader.fail(fmt::format("MOO version {}.{}; only 1.x is known", major, minor));
    }
    reader.take(2);
    container.declared_tests = reader.u32();
    container.cpu = reader.text(4);
}

void read_environment(Environment& environment, ByteReader reader) {
    const std::uint32_t version = reader.u32();
    if (version != 1) {
        reader.fail(fmt::format("XENV version {}; only 1 is known", version));
    }
    environment.cr0 = reader.u32();
    environment.cr4 = reader.u32();
    environment.cpl = reader.u32();
}

void read_pages(Environment& environment, ByteReader reader) {
    std::uint64_t mapped = 0;
    for (std::uint32_t n = reader.count(12); n != 0; --n) {
        const std::uint32_t from = reader.u32();
        const std::uint32_t to = reader.u32();
        const std::uint32_t flags = reader.u32();
        if (from % page_size != 0 || to % page_size != 0 || from >= to || to > highest_address) {
            reader.fail(fmt::format("page range {:#x} to {:#x}: want whole pages below {:#x}", from,
                                    to, highest_address));
        }
        mapped += to - from;
        if (mapped > most_memory) {
            reader.fail(fmt::format("maps more than {} bytes", most_memory));
        }
        environment.pages.push_back(
            {from, to, (flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0});
    }
}

std::vector<std::byte> read_table(ByteReader& reader) {
    const std::uint32_t size = reader.u32();
    if (size == 0 || size > largest_table) {
        reader.fail(fmt::format("a descriptor table of {} bytes", size));
    }
    const auto bytes = reader.take(size);
    return {bytes.begin(), bytes.end()};
}

void read_base(Environment& environment, ByteReader reader) {
    for (std::uint32_t n = reader.count(8); n != 0; --n) {
        const std::uint32_t address = reader.u32();
        const auto bytes = reader.take(reader.u32());
        environment.base.push_back({address, {bytes.begin(), bytes.end()}});
    }
}

/// The chunks that describe the machine; the first makes it a protected-mode file.
bool read_machine_chunk(Container& container, const Chunk& chunk) {
    const auto environment = [&container]() -> Environment& {
        return container.environment ? *container.environment : container.environment.emplace();
    };
    if (chunk.id == "XENV") {
        read_environment(environment(), chunk.payload);
    } else if (chunk.id == "PGMP") {
        read_pages(environment(), chunk.payload);
    } else if (chunk.id == "BASE") {
        read_base(environment(), chunk.payload);
    } else if (chunk.id == "DTAB") {
        ByteReader reader = chunk.payload;
        environment().gdt = read_table(reader);
        environment().ldt = read_table(reader);
    } else {
        return false;
    }
    return true;
}

void check_environment(const Container& container, const ByteReader& end) {
    if (!container.environment) {
        return;
    }
    const Environment& e = *container.environment;
    if (e.pages.empty() || e.gdt.empty() || e.cr0 == 0) {
        end.fail("a protected-mode file needs the chunks XENV, PGMP and DTAB");
    }
    if (e.cpl != 3) {
        end.fail(fmt::format("vectors for CPL {} are not known, only for CPL 3", e.cpl));
    }
}

}  // namespace

bool is_code32(const Container& container, const TestVector& test) {
    if (!container.environment) {
        return false;
    }
    const cpu::Selector cs{test.before.low(Register::cs)};
    const auto& table = cs.table() == cpu::TableIndicator::ldt ? container.environment->ldt
                                                               : container.environment->gdt;
    return cs.offset() + 8 <= table.size() &&
           cpu::Descriptor{load<std::uint64_t>(table.data() + cs.offset())}.is_32bit();
}

Container read_container(std::string path, std::vector<std::byte> bytes) {
    Container container;
    container.path = std::move(path);
    container.bytes = is_gzip(bytes) ? unpack(container.path, bytes) : std::move(bytes);
    container.mask.fill(0xFFFFFFFF);
    ByteReader reader(container.path, container.bytes);
    bool has_header = false;
    while (!reader.at_end()) {
        const Chunk chunk = next_chunk(reader);
        if (!has_header && chunk.id != "MOO ") {
            throw InputError(2, fmt::format("{}: offset 0x0: not a MOO file", container.path));
        }
        if (chunk.id == "MOO ") {
            read_header(container, chunk.payload);
            has_header = true;
        } else if (chunk.id == "TEST") {
            container.tests.push_back({chunk.payload.offset(), chunk.payload.remaining()});
        } else if (chunk.id == "RMSK") {
            read_registers16(container.mask, chunk.payload);
        } else if (chunk.id == "RM32") {
            read_registers32(container.mask, chunk.payload);
        } else {
            read_machine_chunk(container, chunk);
        }
    }
    if (!has_header) {
        reader.fail("an empty file");
    }
    if (container.tests.size() != container.declared_tests) {
        reader.fail(fmt::format("{} tests where the header counts {}", container.tests.size(),
                                container.declared_tests));
    }
    check_environment(container, reader);
    return container;
}

}  // namespace ringside::vectors
