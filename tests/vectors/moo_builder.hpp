// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ringside::test {

/// Bytes of a vector file, written little-endian.
class Bytes {
  public:
    Bytes& u8(std::uint32_t v) { return number(v, 1); }
    Bytes& u16(std::uint32_t v) { return number(v, 2); }
    Bytes& u32(std::uint32_t v) { return number(v, 4); }
    Bytes& text(std::string_view s) {
        for (const char c : s) {
            data.push_back(static_cast<std::byte>(c));
        }
        return *this;
    }
    Bytes& add(const Bytes& other) {
        data.insert(data.end(), other.data.begin(), other.data.end());
        return *this;
    }
    /// A chunk around `payload`.
    Bytes& chunk(std::string_view id, const Bytes& payload) {
        text(id);
        u32(static_cast<std::uint32_t>(payload.data.size()));
        return add(payload);
    }

    std::vector<std::byte> data;

  private:
    Bytes& number(std::uint32_t v, unsigned size) {
        for (unsigned i = 0; i < size; ++i) {
            data.push_back(static_cast<std::byte>(v >> (8 * i)));
        }
        return *this;
    }
};

/// RAM and UNDM.
inline Bytes ram(const std::vector<std::pair<std::uint32_t, std::uint32_t>>& bytes) {
    Bytes b;
    b.u32(static_cast<std::uint32_t>(bytes.size()));
    for (const auto& [address, value] : bytes) {
        b.u32(address).u8(value);
    }
    return b;
}

/// RG32 and RM32: bit, value.
inline Bytes registers32(const std::vector<std::pair<unsigned, std::uint32_t>>& values) {
    Bytes b;
    std::uint32_t set = 0;
    for (const auto& [bit, value] : values) {
        set |= 1U << bit;
    }
    b.u32(set);
    for (const auto& [bit, value] : values) {
        b.u32(value);
    }
    return b;
}

/// REGS and RMSK.
inline Bytes registers16(const std::vector<std::pair<unsigned, std::uint32_t>>& values) {
    Bytes b;
    std::uint32_t set = 0;
    for (const auto& [bit, value] : values) {
        set |= 1U << bit;
    }
    b.u16(set);
    for (const auto& [bit, value] : values) {
        b.u16(value);
    }
    return b;
}

/// One TEST, of which every part may be left out or replaced.
struct TestChunk {
    std::string name = "nop";
    std::vector<std::uint8_t> bytes{0x90};
    Bytes before;  ///< sub-chunks of INIT
    Bytes after;   ///< sub-chunks of FINA
    Bytes more;    ///< OUTC, EXCP, HASH

    [[nodiscard]] Bytes payload(std::uint32_t index) const {
        Bytes b;
        b.u32(index);
        b.chunk("NAME", Bytes().u32(static_cast<std::uint32_t>(name.size())).text(name));
        Bytes code;
        code.u32(static_cast<std::uint32_t>(bytes.size()));
        for (const std::uint8_t byte : bytes) {
            code.u8(byte);
        }
        b.chunk("BYTS", code).chunk("INIT", before).chunk("FINA", after);
        return b.add(more);
    }
};

inline Bytes moo_header(std::uint32_t tests, std::string_view cpu = "386E") {
    return Bytes().chunk("MOO ", Bytes().u8(1).u8(1).u16(0).u32(tests).text(cpu));
}

inline Bytes moo_file(const std::vector<TestChunk>& tests, const Bytes& machine = {},
                      std::string_view cpu = "386E") {
    Bytes b = moo_header(static_cast<std::uint32_t>(tests.size()), cpu);
    b.add(machine);
    for (std::size_t i = 0; i < tests.size(); ++i) {
        b.chunk("TEST", tests[i].payload(static_cast<std::uint32_t>(i)));
    }
    return b;
}

// Numbers of RG32's bits.
inline constexpr unsigned eax = 2;
inline constexpr unsigned esp = 9;
inline constexpr unsigned cs = 10;
inline constexpr unsigned ds = 11;
inline constexpr unsigned es = 12;
inline constexpr unsigned ss = 15;
inline constexpr unsigned eip = 16;
inline constexpr unsigned eflags = 17;

inline constexpr std::uint32_t ring3_code = 0x1B;
inline constexpr std::uint32_t ring3_data = 0x23;
inline constexpr std::uint32_t code_page = 0x1000;  ///< full of HLT
inline constexpr std::uint32_t data_page = 0x2000;  ///< zeros
inline constexpr std::uint32_t read_only_page = 0x3000;

/// XENV, PGMP, DTAB and BASE of a flat 32-bit machine.
inline Bytes ring3_machine(std::uint32_t cr0 = 0x80050033, std::uint32_t cpl = 3) {
    Bytes b;
    b.chunk("XENV", Bytes().u32(1).u32(cr0).u32(0x600).u32(cpl).u32(0));
    b.chunk("PGMP", Bytes()
                        .u32(2)
                        .u32(code_page)
                        .u32(read_only_page)
                        .u32(7)
                        .u32(read_only_page)
                        .u32(read_only_page + 0x1000)
                        .u32(5));
    Bytes tables;
    tables.u32(5 * 8).u32(0).u32(0);
    for (const std::uint32_t high : {0x00CF9B00U, 0x00CF9300U, 0x00CFFB00U, 0x00CFF300U}) {
        tables.u32(0xFFFF).u32(high);
    }
    b.chunk("DTAB", tables.u32(8).u32(0).u32(0));
    Bytes base;
    base.u32(1).u32(code_page).u32(0x1000);
    for (unsigned i = 0; i < 0x1000; ++i) {
        base.u8(0xF4);
    }
    return b.chunk("BASE", base);
}

/// OUTC: the instruction completes.
inline Bytes completed() {
    return Bytes().chunk("OUTC", Bytes().u32(0).u32(0).u32(0xFFFFFFFF).u32(0).u32(0));
}
/// OUTC: an exception, with an error code unless that is 8000'0000h.
inline Bytes event(unsigned vector, std::uint32_t code = 0x80000000, std::uint32_t cr2 = 0) {
    const bool has_code = code != 0x80000000;
    return Bytes().chunk("OUTC", Bytes()
                                     .u8(1)
                                     .u8(vector)
                                     .u8(has_code ? 1 : 0)
                                     .u8(0)
                                     .u32(has_code ? code : 0)
                                     .u32(0xFFFFFFFF)
                                     .u32(cr2)
                                     .u32(0));
}

/// A protected-mode test of `bytes` at the start of the code page.
inline TestChunk ring3_test(std::string name, std::vector<std::uint8_t> bytes,
                            std::vector<std::pair<unsigned, std::uint32_t>> before = {},
                            std::vector<std::pair<unsigned, std::uint32_t>> after = {},
                            const Bytes& outcome = completed()) {
    TestChunk t;
    t.name = std::move(name);
    t.bytes = std::move(bytes);
    std::vector<std::pair<unsigned, std::uint32_t>> all{
        {cs, ring3_code},         {ds, ring3_data}, {es, ring3_data}, {ss, ring3_data},
        {esp, data_page + 0x100}, {eip, code_page}, {eflags, 0x202}};
    for (const auto& value : before) {
        std::erase_if(all, [&](const auto& old) { return old.first == value.first; });
        all.push_back(value);
    }
    std::sort(all.begin(), all.end());
    std::vector<std::pair<std::uint32_t, std::uint32_t>> code;
    for (std::size_t i = 0; i < t.bytes.size(); ++i) {
        code.emplace_back(code_page + static_cast<std::uint32_t>(i), t.bytes[i]);
    }
    t.before.chunk("RG32", registers32(all)).chunk("RAM ", ram(code));
    t.after.chunk("RG32", registers32(after));
    t.more = outcome;
    return t;
}

}  // namespace ringside::test
