// SPDX-License-Identifier: MIT
#include "oracle/writer.hpp"

#include <fstream>

#include <fmt/format.h>

#include "base/ensure.hpp"
#include "oracle/segments.hpp"
#include "vectors/gzip.hpp"
#include "vectors/moo_builder.hpp"

namespace ringside::oracle {
namespace {

using test::Bytes;
using vectors::Register;

Bytes counted(const std::vector<std::byte>& bytes) {
    Bytes b;
    b.u32(static_cast<std::uint32_t>(bytes.size()));
    for (const std::byte byte : bytes) {
        b.u8(std::to_integer<std::uint8_t>(byte));
    }
    return b;
}

Bytes header(const vectors::Environment& machine, bool code32, std::uint64_t seed) {
    constexpr std::uint32_t any_cpu = 0x80;
    constexpr std::uint32_t protected_mode = 0x10;
    Bytes b = test::moo_header(1, "HOST");
    Bytes meta;
    meta.u8(1).u8(0).u8(any_cpu).u32(0xFFFFFFFF).text("oracle  ").u32(1);
    meta.u32(static_cast<std::uint32_t>(seed)).u32(static_cast<std::uint32_t>(seed >> 32));
    b.chunk("META", meta.u8(protected_mode + (code32 ? 0 : 1)).u8(0).u16(0));
    b.chunk("XENV", Bytes().u32(1).u32(machine.cr0).u32(machine.cr4).u32(machine.cpl).u32(0));
    Bytes pages;
    pages.u32(static_cast<std::uint32_t>(machine.pages.size()));
    for (const vectors::PageRange& range : machine.pages) {
        pages.u32(range.from)
            .u32(range.to)
            .u32((range.present ? 1U : 0U) | (range.writable ? 2U : 0U) | (range.user ? 4U : 0U));
    }
    b.chunk("PGMP", pages);
    b.chunk("DTAB", counted(machine.gdt).add(counted(machine.ldt)));
    Bytes base;
    base.u32(static_cast<std::uint32_t>(machine.base.size()));
    for (const vectors::MemoryRun& run : machine.base) {
        base.u32(run.address).add(counted(run.bytes));
    }
    return b.chunk("BASE", base);
}

/// RG32 and RM32 of the registers of which `wanted` is true.
template <typename Wanted>
Bytes registers(const vectors::Registers& values, const Wanted& wanted) {
    std::vector<std::pair<unsigned, std::uint32_t>> chosen;
    for (unsigned i = 0; i < vectors::register_count; ++i) {
        if (wanted(static_cast<Register>(i))) {
            chosen.emplace_back(i, values[static_cast<Register>(i)]);
        }
    }
    return test::registers32(chosen);
}

Bytes memory(const std::vector<vectors::MemoryByte>& bytes) {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
    for (const vectors::MemoryByte& byte : bytes) {
        pairs.emplace_back(byte.address, byte.value);
    }
    return test::ram(pairs);
}

Bytes fpu(const vectors::FpuState& state) {
    constexpr std::uint32_t all = 0xFFFFF;
    Bytes b;
    b.u32(all).u16(state.control).u16(state.status).u8(state.tags).u32(state.mxcsr);
    for (const auto& st : state.st) {
        for (const std::uint8_t byte : st) {
            b.u8(byte);
        }
    }
    for (const auto& xmm : state.xmm) {
        for (const std::uint8_t byte : xmm) {
            b.u8(byte);
        }
    }
    return b;
}

Bytes outcome(const vectors::TestVector& test) {
    const vectors::Outcome& o = *test.outcome;
    return Bytes()
        .u8(o.event ? 1 : 0)
        .u8(o.vector)
        .u8(o.has_error_code ? 1 : 0)
        .u8(0)
        .u32(o.error_code)
        .u32(test.error_code_mask)
        .u32(o.page_fault_address)
        .u32(test.notes);
}

Bytes payload(const vectors::TestVector& test) {
    // CR0 of the file; DR6 and DR7 as no test sees them.
    vectors::Registers before = test.before;
    before[Register::dr6] = 0xFFFF0FF0;
    before[Register::dr7] = 0x400;
    Bytes b;
    b.u32(0);
    b.chunk("NAME", Bytes().u32(static_cast<std::uint32_t>(test.name.size())).text(test.name));
    b.chunk("BYTS", counted(test.bytes));
    Bytes init;
    init.chunk("RG32", registers(before, [](Register) { return true; }));
    init.chunk("RAM ", memory(test.memory_before));
    init.chunk("FPST", fpu(*test.fpu_before));
    b.chunk("INIT", init);
    Bytes fina;
    fina.chunk("RG32", registers(test.after, [&test](Register r) {
                   return r >= Register::eax && r <= Register::eflags &&
                          test.after[r] != test.before[r];
               }));
    fina.chunk("RM32",
               registers(test.mask, [&test](Register r) { return test.mask[r] != 0xFFFFFFFF; }));
    fina.chunk("RAM ", memory(test.memory_after));
    fina.chunk("UNDM", memory(test.memory_undefined));
    fina.chunk("FPST", fpu(test.fpu_after));
    fina.chunk("FPMK", Bytes().u16(test.fpu_status_mask));
    b.chunk("FINA", fina);
    return b.chunk("OUTC", outcome(test));
}

}  // namespace

void write_vector(const std::string& path, const vectors::Environment& machine,
                  const vectors::TestVector& test, std::uint64_t seed) {
    Bytes file = header(machine, is_32bit(test.before.low(Register::cs)), seed);
    file.chunk("TEST", payload(test));
    const std::vector<std::byte> packed = vectors::pack(file.data);
    std::ofstream out(path, std::ios::binary);
    out.write(reinterpret_cast<const char*>(packed.data()),
              static_cast<std::streamsize>(packed.size()));
    if (!out) {
        throw InputError(2, fmt::format("{}: cannot be written", path));
    }
}

}  // namespace ringside::oracle
