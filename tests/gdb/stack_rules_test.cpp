// SPDX-License-Identifier: MIT
#include "gdb/stack_rules.hpp"

#include <initializer_list>

#include <catch2/catch.hpp>

namespace ringside::gdb {
namespace {

constexpr LinearAddress base{0x1000};

/// Code at 1000h with one function over all of it.
struct Code {
    std::vector<std::byte> bytes;

    Code(std::initializer_list<int> values) {
        for (const int value : values) {
            bytes.push_back(static_cast<std::byte>(value));
        }
    }
    [[nodiscard]] StackRules rules(const std::vector<KernelEntry>& entries = {}) const {
        const auto size = static_cast<std::uint32_t>(bytes.size());
        return rules_of({{base, "f", size}}, entries);
    }
    [[nodiscard]] StackRules rules_of(std::vector<guest::ModuleSymbol> symbols,
                                      const std::vector<KernelEntry>& entries = {}) const {
        const auto size = static_cast<std::uint32_t>(bytes.size());
        const guest::Module module{"m", base, size, std::move(symbols)};
        return stack_rules(module, entries, [this](LinearAddress from, std::size_t length) {
            const std::size_t at = from - base;
            const std::size_t end = std::min(bytes.size(), at + length);
            return at < bytes.size()
                       ? std::vector<std::byte>(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                                                bytes.begin() + static_cast<std::ptrdiff_t>(end))
                       : std::vector<std::byte>();
        });
    }
};

const StackRule& rule_at(const StackRules& rules, std::uint32_t offset) {
    return rules.instructions.at(base.value + offset).rule;
}

}  // namespace

TEST_CASE("stack rules: a function's return address is followed through its pushes", "[gdb]") {
    const Code code{0x55,              // push ebp
                    0x89, 0xE5,        // mov ebp,esp
                    0x53,              // push ebx
                    0x83, 0xEC, 0x10,  // sub esp,10h
                    0x8B, 0x5D, 0xFC,  // mov ebx,[ebp-4]
                    0xC9,              // leave
                    0xC3};             // ret
    const StackRules rules = code.rules();
    CHECK(rule_at(rules, 0).offset == 4);
    CHECK(rule_at(rules, 1).offset == 8);
    CHECK(rule_at(rules, 1).saved[1] == -8);
    CHECK(rule_at(rules, 3).base == StackRule::Base::ebp);
    CHECK(rule_at(rules, 7).saved[0] == -12);
    CHECK(rule_at(rules, 11).base == StackRule::Base::esp);
    CHECK(rule_at(rules, 11).offset == 4);
    CHECK_FALSE(rule_at(rules, 11).saved[1]);
}

TEST_CASE("stack rules: a callee that takes its arguments is believed", "[gdb]") {
    const Code code{0x6A, 0x01,                    // push 1
                    0xE8, 0x01, 0x00, 0x00, 0x00,  // call g
                    0xC3,                          // ret
                    0xC2, 0x04, 0x00};             // g: ret 4
    const StackRules rules = code.rules();
    CHECK(rule_at(rules, 2).offset == 8);
    CHECK(rule_at(rules, 7).offset == 4);
}

TEST_CASE("stack rules: behind a gate the processor's frame is where it all leads", "[gdb]") {
    const Code code{0x6A, 0x00,        // push 0
                    0x55,              // push ebp
                    0x89, 0xE5,        // mov ebp,esp
                    0xFF, 0xD3,        // call ebx
                    0x89, 0xEC,        // mov esp,ebp
                    0x5D,              // pop ebp
                    0x83, 0xC4, 0x04,  // add esp,4
                    0xCF};             // iretd
    const StackRules rules = code.rules({{base}});
    CHECK(rule_at(rules, 0).kind == StackRule::Kind::gate);
    CHECK(rule_at(rules, 0).offset == 0);
    CHECK(rule_at(rules, 5).base == StackRule::Base::ebp);
    CHECK(rule_at(rules, 5).offset == 8);
    CHECK(rule_at(rules, 7).offset == 8);  // the unknown callee does not matter
    CHECK(rule_at(rules, 13).base == StackRule::Base::esp);
    CHECK(rule_at(rules, 13).offset == 0);
    CHECK_FALSE(rule_at(rules, 13).saved[1]);
}

TEST_CASE("stack rules: an error code lies below the processor's frame", "[gdb]") {
    const Code code{0x90};
    const StackRules rules = code.rules({{.at = base, .error_code = true}});
    CHECK(rule_at(rules, 0).offset == 4);
}

TEST_CASE("stack rules: SYSENTER's caller is found before a frame is built", "[gdb]") {
    const Code code{0x8B, 0x61, 0x04,              // mov esp,[ecx+4]
                    0x6A, 0x23,                    // push 23h
                    0x52,                          // push edx
                    0x9C,                          // pushfd
                    0x83, 0xC2, 0x08,              // add edx,8
                    0x6A, 0x1B,                    // push 1Bh
                    0x68, 0x04, 0x03, 0xFE, 0x7F,  // push 7FFE0304h
                    0xFA};                         // cli
    const StackRules rules = code.rules({{.at = base, .sysenter = true}});
    CHECK(rule_at(rules, 0).base == StackRule::Base::edx);
    CHECK(rule_at(rules, 3).base == StackRule::Base::edx);
    CHECK(rule_at(rules, 6).indirect);
    CHECK(rule_at(rules, 6).offset == 0);
    CHECK(rule_at(rules, 12).offset == 8);
    CHECK(rule_at(rules, 17).kind == StackRule::Kind::gate);
    CHECK(rule_at(rules, 17).offset == 0);
    REQUIRE(rules.sysenter_return);
    CHECK(rules.sysenter_return->value == 0x7FFE0304);
}

TEST_CASE("stack rules: code whose stack is unknown has none", "[gdb]") {
    const Code code{0x8B, 0x21,  // mov esp,[ecx]
                    0x90};       // nop
    const StackRules rules = code.rules();
    CHECK(rules.instructions.contains(base.value));
    CHECK_FALSE(rules.instructions.contains(base.value + 2));
}

TEST_CASE("stack rules: another thread's stack is as the same code left it", "[gdb]") {
    const Code code{0x9C,        // pushfd
                    0x89, 0x27,  // mov [edi],esp
                    0x8B, 0x26,  // mov esp,[esi]
                    0x9D,        // popfd
                    0xC3};       // ret
    const StackRules rules = code.rules();
    CHECK(rule_at(rules, 5).offset == 8);
    CHECK(rule_at(rules, 6).offset == 4);
}

TEST_CASE("stack rules: code that clears EBP first was called by nobody", "[gdb]") {
    const Code code{0xEB, 0xFE,  // idle: jmp idle
                    0x31, 0xDB,  // f: xor ebx,ebx
                    0x31, 0xED,  // xor ebp,ebp
                    0x58,        // pop eax
                    0xFF, 0xD0,  // call eax
                    0x90};       // nop
    const StackRules rules = code.rules_of({{base, "idle", 2}, {base + 2, "f", 8}});
    CHECK(rule_at(rules, 0).kind == StackRule::Kind::call);
    for (const std::uint32_t offset : {2U, 4U, 6U, 7U, 9U}) {
        INFO(offset);
        CHECK(rule_at(rules, offset).kind == StackRule::Kind::outermost);
    }
    // Who returns to f is looked for in front of it.
    CHECK(rule_at(rules, 1).kind == StackRule::Kind::outermost);
    CHECK(rules.instructions.at(base.value).length == 1);
    CHECK(rules.outermost == std::vector<LinearAddress>{base + 2});
}

TEST_CASE("stack rules: EBP that is cleared behind its PUSH is the caller's business", "[gdb]") {
    const Code code{0x55,        // push ebp
                    0x31, 0xED,  // xor ebp,ebp
                    0x5D,        // pop ebp
                    0xC3};       // ret
    const StackRules rules = code.rules();
    CHECK(rule_at(rules, 0).kind == StackRule::Kind::call);
    CHECK(rule_at(rules, 3).offset == 8);
}

TEST_CASE("stack rules: user code that the kernel entered leads through its CONTEXT", "[gdb]") {
    const Code code{0x58,               // KiUserApcDispatcher: pop eax
                    0xFF, 0xD0,         // call eax
                    0xCC,               // int3
                    0x53,               // KiUserExceptionDispatcher: push ebx
                    0xCC,               // int3
                    0x83, 0xC4, 0x04};  // KiUserCallbackDispatcher: add esp,4
    const StackRules rules = code.rules_of({{base, "KiUserApcDispatcher", 4},
                                            {base + 4, "KiUserExceptionDispatcher", 2},
                                            {base + 6, "KiUserCallbackDispatcher", 3}});
    CHECK(rules.has_context);
    CHECK(rule_at(rules, 0).kind == StackRule::Kind::context);
    CHECK(rule_at(rules, 0).offset == 0x10);
    CHECK(rule_at(rules, 1).offset == 0xC);
    CHECK_FALSE(rule_at(rules, 1).indirect);
    CHECK(rule_at(rules, 4).kind == StackRule::Kind::context);
    CHECK(rule_at(rules, 4).indirect);
    CHECK(rule_at(rules, 4).offset == 4);
    CHECK(rule_at(rules, 5).offset == 8);
    CHECK(rule_at(rules, 6).kind == StackRule::Kind::outermost);
}

TEST_CASE("stack rules: random bytes are walked without harm", "[gdb][hostile]") {
    std::uint32_t seed = 1;
    for (int i = 0; i < 300; ++i) {
        Code code{};
        for (int k = 0; k < 200; ++k) {
            seed = seed * 1664525 + 1013904223;
            code.bytes.push_back(static_cast<std::byte>(seed >> 24));
        }
        const StackRules rules = code.rules({{base}, {.at = base + 7, .sysenter = true}});
        CHECK(frame_section(rules, base.value, 0x2000).size() % 4 == 0);
        const StackRules entered = code.rules_of({{base, "KiUserExceptionDispatcher", 20},
                                                  {base + 20, "KiUserApcDispatcher", 20},
                                                  {base + 40, "KiUserCallbackDispatcher", 0}});
        CHECK(frame_section(entered, base.value, 0x2000).size() % 4 == 0);
    }
}

}  // namespace ringside::gdb
