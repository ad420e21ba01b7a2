// SPDX-License-Identifier: MIT
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "gdb/registers.hpp"

namespace ringside::gdb {
namespace {

struct Bit {
    std::string_view name;
    unsigned first;
    unsigned last;
};

std::string flags_type(std::string_view id, const std::vector<Bit>& bits) {
    std::string text = fmt::format("  <flags id=\"{}\" size=\"4\">\n", id);
    for (const Bit& bit : bits) {
        text += fmt::format("    <field name=\"{}\" start=\"{}\" end=\"{}\"/>\n", bit.name,
                            bit.first, bit.last);
    }
    return text + "  </flags>\n";
}

std::string eflags_type() {
    return flags_type("eflags_bits", {{"CF", 0, 0},
                                      {"", 1, 1},
                                      {"PF", 2, 2},
                                      {"AF", 4, 4},
                                      {"ZF", 6, 6},
                                      {"SF", 7, 7},
                                      {"TF", 8, 8},
                                      {"IF", 9, 9},
                                      {"DF", 10, 10},
                                      {"OF", 11, 11},
                                      {"IOPL", 12, 13},
                                      {"NT", 14, 14},
                                      {"RF", 16, 16},
                                      {"VM", 17, 17},
                                      {"AC", 18, 18},
                                      {"ID", 21, 21}});
}

std::string cr0_type() {
    return flags_type("cr0_bits", {{"PE", 0, 0},
                                   {"MP", 1, 1},
                                   {"EM", 2, 2},
                                   {"TS", 3, 3},
                                   {"ET", 4, 4},
                                   {"NE", 5, 5},
                                   {"WP", 16, 16},
                                   {"AM", 18, 18},
                                   {"NW", 29, 29},
                                   {"CD", 30, 30},
                                   {"PG", 31, 31}});
}

std::string sse_types() {
    return "  <vector id=\"v4f\" type=\"ieee_single\" count=\"4\"/>\n"
           "  <vector id=\"v2d\" type=\"ieee_double\" count=\"2\"/>\n"
           "  <vector id=\"v16i8\" type=\"int8\" count=\"16\"/>\n"
           "  <vector id=\"v8i16\" type=\"int16\" count=\"8\"/>\n"
           "  <vector id=\"v4i32\" type=\"int32\" count=\"4\"/>\n"
           "  <vector id=\"v2i64\" type=\"int64\" count=\"2\"/>\n"
           "  <union id=\"vec128\">\n"
           "    <field name=\"v4_float\" type=\"v4f\"/>\n"
           "    <field name=\"v2_double\" type=\"v2d\"/>\n"
           "    <field name=\"v16_int8\" type=\"v16i8\"/>\n"
           "    <field name=\"v8_int16\" type=\"v8i16\"/>\n"
           "    <field name=\"v4_int32\" type=\"v4i32\"/>\n"
           "    <field name=\"v2_int64\" type=\"v2i64\"/>\n"
           "    <field name=\"uint128\" type=\"uint128\"/>\n"
           "  </union>\n" +
           flags_type("mxcsr_bits", {{"IE", 0, 0},
                                     {"DE", 1, 1},
                                     {"ZE", 2, 2},
                                     {"OE", 3, 3},
                                     {"UE", 4, 4},
                                     {"PE", 5, 5},
                                     {"DAZ", 6, 6},
                                     {"IM", 7, 7},
                                     {"DM", 8, 8},
                                     {"ZM", 9, 9},
                                     {"OM", 10, 10},
                                     {"UM", 11, 11},
                                     {"PM", 12, 12},
                                     {"RC", 13, 14},
                                     {"FZ", 15, 15}});
}

/// The types that rows of a feature name, in front of its first row.
std::string types_of(std::string_view feature) {
    if (feature.ends_with(".core")) {
        return eflags_type();
    }
    if (feature.ends_with(".sse")) {
        return sse_types();
    }
    return feature.ends_with(".system") ? cr0_type() : "";
}

}  // namespace

std::string target_description(const std::vector<Register>& registers) {
    // Without an ABI gdb asks for libraries by qXfer:libraries. It would take Linux's else, which
    // looks for a dynamic linker, and the gdb of most distributions is built without Windows's.
    std::string text =
        "<?xml version=\"1.0\"?>\n"
        "<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n"
        "<target version=\"1.0\">\n"
        "<architecture>i386</architecture>\n"
        "<osabi>none</osabi>\n";
    std::string_view feature;
    for (std::size_t i = 0; i < registers.size(); ++i) {
        const Register& reg = registers[i];
        if (reg.feature != feature) {
            text += feature.empty() ? "" : "</feature>\n";
            feature = reg.feature;
            text += fmt::format("<feature name=\"{}\">\n{}", feature, types_of(feature));
        }
        text += fmt::format(
            "  <reg name=\"{}\" bitsize=\"{}\" type=\"{}\" regnum=\"{}\" group=\"{}\"/>\n",
            reg.name, reg.bits, reg.type, i, reg.group);
    }
    return text + "</feature>\n</target>\n";
}

}  // namespace ringside::gdb
