// SPDX-License-Identifier: MIT
// sample_vectors COUNT DIR FILE...
//
// Writes to DIR a part of each vector file: of every mnemonic, operand shape and outcome the COUNT
// vectors with the smallest hashes. The same input gives the same files.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>

#include <fmt/format.h>

#include "base/bits.hpp"
#include "base/ensure.hpp"
#include "base/text.hpp"
#include "cpu/decode/decoder.hpp"
#include "vectors/byte_reader.hpp"
#include "vectors/compare.hpp"
#include "vectors/files.hpp"
#include "vectors/gzip.hpp"

namespace {

using namespace ringside;
using namespace ringside::vectors;

constexpr std::size_t tests_in_header = 4;
constexpr std::size_t tests_in_metadata = 15;

std::string shape_of(const Container& container, const TestVector& test) {
    const bool code32 = is_code32(container, test);
    cpu::Decoded decoded;
    if (cpu::decode(test.bytes, code32, decoded) != cpu::DecodeResult::ok) {
        return fmt::format("{} undecoded", code32);
    }
    const auto& instruction = decoded.instruction;
    std::string shape =
        fmt::format("{} {} {} {:x}", code32, instruction.operand_width, instruction.address_width,
                    instruction.attributes &
                        (ZYDIS_ATTRIB_HAS_LOCK | ZYDIS_ATTRIB_HAS_REP | ZYDIS_ATTRIB_HAS_REPNE));
    for (unsigned i = 0; i < decoded.operand_count(); ++i) {
        shape += fmt::format(" {}:{}", static_cast<int>(decoded.operand(i).type), decoded.width(i));
    }
    return shape;
}

/// Selectors in error codes count as one, zero or not; a #PF's code is a set of bits.
std::string outcome_of(const TestVector& test) {
    const Outcome outcome = expected_outcome(test);
    constexpr std::uint8_t page_fault = 14;
    const std::uint32_t code = outcome.vector == page_fault ? outcome.error_code
                               : outcome.error_code != 0    ? 1
                                                            : 0;
    return fmt::format("{} {} {}", outcome_name(outcome), code, test.notes);
}

std::vector<std::size_t> chosen_of(const Container& container, std::size_t count) {
    std::map<std::string, std::vector<std::pair<Hash, std::size_t>>> strata;
    for (std::size_t i = 0; i < container.tests.size(); ++i) {
        const TestVector test = read_test(container, i);
        const auto key = fmt::format("{}|{}|{}", mnemonic_of(test.name), shape_of(container, test),
                                     outcome_of(test));
        strata[key].emplace_back(test.hash.value_or(Hash{}), i);
    }
    std::vector<std::size_t> chosen;
    for (auto& [key, members] : strata) {
        std::sort(members.begin(), members.end());
        for (std::size_t i = 0; i < std::min(count, members.size()); ++i) {
            chosen.push_back(members[i].second);
        }
    }
    std::sort(chosen.begin(), chosen.end());
    return chosen;
}

/// The chunks in front of the tests, with the new number of tests, and the chosen tests as they
/// are.
std::vector<std::byte> sampled(const Container& container, const std::vector<std::size_t>& chosen) {
    const auto count = static_cast<std::uint32_t>(chosen.size());
    std::vector<std::byte> result;
    std::size_t test = 0;
    ByteReader reader(container.path, container.bytes);
    while (!reader.at_end()) {
        const std::size_t from = reader.offset();
        const Chunk chunk = next_chunk(reader);
        const bool keep =
            chunk.id != "TEST" || std::binary_search(chosen.begin(), chosen.end(), test++);
        if (!keep) {
            continue;
        }
        const std::size_t payload = result.size() + (chunk.payload.offset() - from);
        const auto bytes = std::span(container.bytes).subspan(from, reader.offset() - from);
        result.insert(result.end(), bytes.begin(), bytes.end());
        if (chunk.id == "MOO ") {
            store(result.data() + payload + tests_in_header, count);
        } else if (chunk.id == "META" && chunk.payload.remaining() >= tests_in_metadata + 4) {
            store(result.data() + payload + tests_in_metadata, count);
        }
    }
    return result;
}

int sample(std::size_t count, const std::string& folder, std::span<char*> files) {
    std::size_t tests = 0;
    for (const char* path : files) {
        const Container container = read_container(path, read_bytes(path));
        const auto chosen = chosen_of(container, count);
        const auto packed = pack(sampled(container, chosen));
        const auto target = std::filesystem::path(folder) / std::filesystem::path(path).filename();
        std::ofstream file(target, std::ios::binary);
        file.write(reinterpret_cast<const char*>(packed.data()),
                   static_cast<std::streamsize>(packed.size()));
        file.close();
        if (!file) {
            throw InputError(2, fmt::format("{}: cannot be written", target.string()));
        }
        fmt::print("{}: {} of {} vectors, {} bytes\n", target.filename().string(), chosen.size(),
                   container.tests.size(), packed.size());
        tests += chosen.size();
    }
    fmt::print("{} vectors\n", tests);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    const auto count = argc > 3 ? parse_number(argv[1]) : std::nullopt;
    if (!count || *count == 0) {
        std::fputs("usage: sample_vectors COUNT DIR FILE...\n", stderr);
        return 2;
    }
    try {
        return sample(*count, argv[2], std::span(argv, static_cast<std::size_t>(argc)).subspan(3));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "sample_vectors: %s\n", error.what());
        return 2;
    }
}
