// SPDX-License-Identifier: MIT
#include "profile/call_stack.hpp"

#include <catch2/catch.hpp>

namespace ringside::profile {
namespace {

/// A stack, and the names of the functions on it from the outermost on.
struct Watched {
    CallTree tree;
    CallStack stack{tree};

    FunctionId id(const char* name) { return tree.function("m", name); }
    void call(const char* name, std::uint32_t esp) {
        stack.arrive(Arrival::call, {id(name), true}, esp, true);
    }
    void ret(const char* to, std::uint32_t esp) {
        stack.arrive(Arrival::ret, {id(to), false}, esp, true);
    }
    void jump(const char* to, std::uint32_t esp, bool is_entry = false, bool may_unwind = true) {
        stack.arrive(Arrival::jump, {id(to), is_entry}, esp, may_unwind);
    }
    std::string chain() {
        std::string text;
        for (NodeId at = stack.node(); at != CallTree::root; at = tree.nodes()[at].parent) {
            text.insert(0, tree.function_of(at).name + (text.empty() ? "" : " "));
        }
        return text;
    }
};

}  // namespace

TEST_CASE("call stack: a function is left when ESP lies above its return address", "[profile]") {
    Watched w;
    w.jump("main", 0x1000);
    w.call("f", 0xFFC);
    w.call("g", 0xFF0);
    CHECK(w.chain() == "main f g");
    w.ret("f", 0xFF4);
    CHECK(w.chain() == "main f");
    w.ret("main", 0x1008);  // ret 8
    CHECK(w.chain() == "main");
}

TEST_CASE("call stack: PUSH and RET is a jump", "[profile]") {
    Watched w;
    w.jump("main", 0x1000);
    w.call("f", 0xFFC);
    w.ret("g", 0xFFC);
    CHECK(w.chain() == "main g");
}

TEST_CASE("call stack: what a tail call reaches is the caller's callee", "[profile]") {
    Watched w;
    w.jump("main", 0x1000);
    w.call("f", 0xFFC);
    w.jump("g", 0xFFC, true);
    CHECK(w.chain() == "main g");
    CHECK(w.tree.nodes()[w.stack.node()].calls == 1);
    w.ret("main", 0x1000);
    CHECK(w.chain() == "main");
}

TEST_CASE("call stack: longjmp leaves several functions at once", "[profile]") {
    Watched w;
    w.jump("main", 0x1000);
    w.call("f", 0xFFC);
    w.call("g", 0xFF0);
    w.jump("main", 0x1000);
    CHECK(w.chain() == "main");
}

TEST_CASE("call stack: a kernel that switches stacks leaves nothing by a jump", "[profile]") {
    Watched w;
    w.jump("swap", 0x1000);
    w.call("switch", 0xFFC);
    w.jump("other", 0x8000, false, false);
    CHECK(w.chain() == "swap other");
}

TEST_CASE("call stack: a passage ends with all that it called", "[profile]") {
    Watched w;
    const FunctionId gate = w.tree.function("", "[int 2Eh]");
    w.jump("main", 0x1000);
    w.stack.enter_gate(gate, Cycles{7});
    CHECK(w.tree.function_of(w.stack.gate()).text() == "[int 2Eh]");
    w.jump("service", 0x90000);
    w.call("copy", 0x8FFF0);
    CHECK(w.chain() == "main [int 2Eh] service copy");
    w.stack.leave_gate(Cycles{8});  // another passage, given up long ago
    CHECK(w.chain() == "main [int 2Eh] service copy");
    w.stack.leave_gate(Cycles{7});
    CHECK(w.chain() == "main");
}

TEST_CASE("call stack: recursion without end makes the tree no deeper than its limit",
          "[profile]") {
    Watched w;
    w.jump("main", 0x10000000);
    for (std::uint32_t esp = 0x0FFFFFF0; esp > 0x0F000000; esp -= 16) {
        w.call((esp & 16) != 0 ? "odd" : "even", esp);
    }
    CHECK(w.tree.nodes()[w.stack.node()].depth <= CallTree::deepest);
    CHECK(w.tree.nodes().size() < 2 * CallTree::deepest);
    w.ret("main", 0x10000000);
    CHECK(w.chain() == "main");
}

TEST_CASE("call tree: names hold nothing that a report's format could trip over", "[profile]") {
    CallTree tree;
    CHECK(tree.functions()[tree.function("m", "a;b\n\x1B[2J")].text() == "m!a_b__[2J");
}

}  // namespace ringside::profile
