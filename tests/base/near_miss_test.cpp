// SPDX-License-Identifier: MIT
#include "base/near_miss.hpp"

#include <catch2/catch.hpp>

using namespace ringside;

namespace {

const std::vector<std::string> services{"NtClose", "NtReadFile", "NtReadFileScatter", "NtWriteFile",
                                        "NtYieldExecution"};

}  // namespace

TEST_CASE("near miss: the candidates that differ least, nearest first", "[base]") {
    CHECK(near_misses("NtReadFil", services) == std::vector<std::string>{"NtReadFile"});
    const std::vector<std::string> letters{"abcdef", "abcxyf", "abcdxf", "abcdxy", "xyz"};
    CHECK(near_misses("abcdxf", letters) == std::vector<std::string>{"abcdxf", "abcdef", "abcdxy"});
    CHECK(near_misses("ntclose", services) == std::vector<std::string>{"NtClose"});
    CHECK(near_misses("Close", services) == std::vector<std::string>{"NtClose"});
    CHECK(near_misses("NtColse", services) == std::vector<std::string>{"NtClose"});
    CHECK(near_misses("NtClos", std::vector<std::string>(5, "NtClose")).size() == 1);
    CHECK(near_misses("chekc", std::vector<std::string>{"check"}).size() == 1);
    CHECK(near_misses("NtOpenProcessToken", services).empty());
    CHECK(near_misses("", services).empty());
    CHECK(near_misses("NtClose", {}).empty());
    CHECK(near_misses(std::string(100'000, 'x'), services).empty());
}

TEST_CASE("near miss: a question at the end of a message", "[base]") {
    CHECK(suggestion("NtClos", services) == "; did you mean NtClose?");
    const std::vector<std::string> three{"abcd", "abce", "abcf"};
    CHECK(suggestion("abcx", std::span(three).first(2)) == "; did you mean abcd or abce?");
    CHECK(suggestion("abcx", three) == "; did you mean abcd, abce or abcf?");
    CHECK(suggestion("frobnicate", services).empty());
}
