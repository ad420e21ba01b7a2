// SPDX-License-Identifier: MIT
#include "coverage/trace_line.hpp"

#include <random>

#include <catch2/catch.hpp>

using namespace ringside;
using namespace ringside::coverage;

TEST_CASE("trace line: of a call, who was called and what became of it", "[coverage]") {
    const auto line = read_trace_line(
        R"({"type":"call","number":7,"name":"NtClose","entry":{"eax":25,"place":"x"},)"
        R"("stages":[{"name":"lookup","number":99}],)"
        R"("service":{"name":"NtClose","number":25,"state":"real","arguments":[{"number":1}],)"
        R"("status":3221225480},"result":0})");
    REQUIRE(line);
    CHECK(line->type == "call");
    CHECK(line->name == "NtClose");
    CHECK(line->number == 25);
    CHECK(line->has_service);
    CHECK(line->state == guest::ServiceState::real);
    CHECK(line->status == 0xC0000008);
}

TEST_CASE("trace line: without a body, what came back is the status", "[coverage]") {
    const auto line = read_trace_line(R"({"type":"call","name":"service 0xFFF",)"
                                      R"("entry":{"eax":4095},"result":3221225500})");
    REQUIRE(line);
    CHECK_FALSE(line->has_service);
    CHECK_FALSE(line->state);
    CHECK(line->number == 4095);
    CHECK(line->status == 0xC000001C);
}

TEST_CASE("trace line: members of another form are as if they were not there", "[coverage]") {
    const auto line = read_trace_line(R"({"type":["call"],"version":"2","name":{"name":"x"},)"
                                      R"("service":{"state":"surreal","number":-1}})");
    REQUIRE(line);
    CHECK(line->type.empty());
    CHECK_FALSE(line->version);
    CHECK(line->name.empty());
    CHECK_FALSE(line->state);
    CHECK_FALSE(line->number);
}

TEST_CASE("trace line: what is no object is refused with the reason", "[coverage][hostile]") {
    for (const char* text : {"", "1", "[]", "[{}]", "\"call\"", "null", "true", "1.5", "-1", "{",
                             "{}{}", "{\"type\":}", "{\"a\":1,}", "\xFF\xFE", "{\"a\":\"\xC3\"}"}) {
        CAPTURE(text);
        const auto line = read_trace_line(text);
        REQUIRE_FALSE(line);
        CHECK_FALSE(line.error().empty());
    }
}

TEST_CASE("trace line: depth costs no stack", "[coverage][hostile]") {
    constexpr std::size_t deep = 1'000'000;
    CHECK_FALSE(read_trace_line(R"({"a":)" + std::string(deep, '[')));
    CHECK(read_trace_line(R"({"a":)" + std::string(deep, '[') + std::string(deep, ']') + "}"));
}

TEST_CASE("trace line: random damage is refused or read, never worse", "[coverage][hostile]") {
    const std::string whole =
        R"({"type":"call","name":"NtClose","entry":{"eax":25},"stages":[{"a":[1,{}]}],)"
        R"("service":{"number":25,"state":"real","status":3221225480},"result":0})";
    std::mt19937 chance(1);
    for (int round = 0; round < 20'000; ++round) {
        std::string text = whole;
        for (unsigned changes = chance() % 4 + 1; changes != 0; --changes) {
            text[chance() % text.size()] = static_cast<char>(chance());
        }
        text.resize(text.size() - chance() % 2 * (chance() % text.size()));
        const auto line = read_trace_line(text);
        CHECK((line || !line.error().empty()));
    }
}
