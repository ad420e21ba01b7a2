// SPDX-License-Identifier: MIT
#include <algorithm>
#include <span>

#include "vectors/byte_reader.hpp"
#include "vectors/container.hpp"
#include "vectors/register_chunks.hpp"

namespace ringside::vectors {
namespace {

std::vector<MemoryByte> read_memory(ByteReader reader) {
    std::vector<MemoryByte> bytes(reader.count(5));
    for (MemoryByte& byte : bytes) {
        byte.address = reader.u32();
        byte.value = reader.u8();
    }
    return bytes;
}

template <std::size_t size>
void read_array(std::array<std::uint8_t, size>& to, ByteReader& reader) {
    const auto from = reader.take(size);
    std::transform(from.begin(), from.end(), to.begin(),
                   [](std::byte b) { return std::to_integer<std::uint8_t>(b); });
}

/// FPST: a bit set of 32 bits, then the values it names.
void read_fpu(FpuState& state, ByteReader reader) {
    const std::uint32_t present = reader.u32();
    const auto has = [present](std::size_t bit) { return (present >> bit & 1) != 0; };
    if (has(0)) {
        state.control = reader.u16();
    }
    if (has(1)) {
        state.status = reader.u16();
    }
    if (has(2)) {
        state.tags = reader.u8();
    }
    if (has(3)) {
        state.mxcsr = reader.u32();
    }
    for (std::size_t i = 0; i < state.st.size(); ++i) {
        if (has(4 + i)) {
            read_array(state.st[i], reader);
        }
    }
    for (std::size_t i = 0; i < state.xmm.size(); ++i) {
        if (has(12 + i)) {
            read_array(state.xmm[i], reader);
        }
    }
}

/// INIT: the state before.
void read_before(TestVector& test, ByteReader reader) {
    while (!reader.at_end()) {
        const Chunk chunk = next_chunk(reader);
        if (chunk.id == "RG32") {
            read_registers32(test.before, chunk.payload);
        } else if (chunk.id == "REGS") {
            read_registers16(test.before, chunk.payload);
        } else if (chunk.id == "RAM ") {
            test.memory_before = read_memory(chunk.payload);
        } else if (chunk.id == "FPST") {
            read_fpu(test.fpu_before.emplace(), chunk.payload);
        } else if (chunk.id == "RM32") {
            read_registers32(test.mask, chunk.payload);
        } else if (chunk.id == "RMSK") {
            read_registers16(test.mask, chunk.payload);
        }
    }
}

/// FINA: what is different behind it.
void read_after(TestVector& test, ByteReader reader) {
    while (!reader.at_end()) {
        Chunk chunk = next_chunk(reader);
        if (chunk.id == "RG32") {
            read_registers32(test.after, chunk.payload);
        } else if (chunk.id == "REGS") {
            read_registers16(test.after, chunk.payload);
        } else if (chunk.id == "RM32") {
            read_registers32(test.mask, chunk.payload);
        } else if (chunk.id == "RMSK") {
            read_registers16(test.mask, chunk.payload);
        } else if (chunk.id == "RAM ") {
            test.memory_after = read_memory(chunk.payload);
        } else if (chunk.id == "UNDM") {
            test.memory_undefined = read_memory(chunk.payload);
        } else if (chunk.id == "FPST") {
            read_fpu(test.fpu_after, chunk.payload);
        } else if (chunk.id == "FPMK") {
            test.fpu_status_mask = chunk.payload.u16();
        }
    }
}

void read_outcome(TestVector& test, ByteReader reader) {
    Outcome& outcome = test.outcome.emplace();
    outcome.event = reader.u8() != 0;
    outcome.vector = reader.u8();
    outcome.has_error_code = reader.u8() != 0;
    reader.u8();
    outcome.error_code = reader.u32();
    test.error_code_mask = reader.u32();
    outcome.page_fault_address = reader.u32();
    test.notes = reader.u32();
}

}  // namespace

TestVector read_test(const Container& container, std::size_t index) {
    const Container::Place place = container.tests.at(index);
    ByteReader reader(container.path, std::span(container.bytes).subspan(place.offset, place.size),
                      place.offset);
    TestVector test;
    test.mask = container.mask;
    test.index = reader.u32();
    std::optional<ByteReader> before;
    std::optional<ByteReader> after;
    while (!reader.at_end()) {
        Chunk chunk = next_chunk(reader);
        if (chunk.id == "NAME") {
            test.name = chunk.payload.text(chunk.payload.count(1));
        } else if (chunk.id == "BYTS") {
            const auto bytes = chunk.payload.take(chunk.payload.count(1));
            test.bytes.assign(bytes.begin(), bytes.end());
        } else if (chunk.id == "INIT") {
            before = chunk.payload;
        } else if (chunk.id == "FINA") {
            after = chunk.payload;
        } else if (chunk.id == "OUTC") {
            read_outcome(test, chunk.payload);
        } else if (chunk.id == "EXCP") {
            PushedFlags& pushed = test.pushed_flags.emplace();
            pushed.vector = chunk.payload.u8();
            pushed.address = chunk.payload.u32();
        } else if (chunk.id == "HASH") {
            read_array(test.hash.emplace(), chunk.payload);
        }
    }
    if (!before || !after) {
        reader.fail("a test without INIT and FINA");
    }
    read_before(test, *before);
    test.after = test.before;
    test.fpu_after = test.fpu_before.value_or(FpuState{});
    read_after(test, *after);
    if (container.environment && !test.outcome) {
        reader.fail("a protected-mode test without OUTC");
    }
    return test;
}

}  // namespace ringside::vectors
