// SPDX-License-Identifier: MIT
#include "guest/service_list.hpp"

#include <catch2/catch.hpp>

#include "base/ensure.hpp"

using namespace ringside;
using guest::read_service_list;

namespace {

std::string complaint(const std::string& text) {
    try {
        static_cast<void>(read_service_list("my.lst", text));
    } catch (const InputError& error) {
        CHECK(error.exit_status() == 2);
        return error.what();
    }
    return "none";
}

}  // namespace

TEST_CASE("service list: a line is a name and its number of arguments", "[guest][stub]") {
    const auto services = read_service_list("my.lst",
                                            "# my kernel\r\n"
                                            "MyOpen 3\r\n"
                                            "\r\n"
                                            "   \t NtClose\t1  ; as everywhere\n"
                                            "; MyOld 2\n"
                                            "ZwYield_2 0#none\n"
                                            "NtLast 0x3F");
    REQUIRE(services.size() == 4);
    CHECK(services[0].name == "MyOpen");
    CHECK(services[0].argument_bytes == 12);
    CHECK(services[0].line == 2);
    CHECK(services[1].name == "NtClose");
    CHECK(services[1].argument_bytes == 4);
    CHECK(services[1].line == 4);
    CHECK(services[2].name == "ZwYield_2");
    CHECK(services[2].argument_bytes == 0);
    CHECK(services[3].argument_bytes == 252);
}

TEST_CASE("service list: errors name file, line, column and the way out", "[guest][stub]") {
    CHECK(complaint("NtClose 1\nNtOpen\n") ==
          "my.lst:2:7: want the number of arguments behind NtOpen, as in 'NtOpen 3'");
    CHECK(complaint("  12 NtClose\n") ==
          "my.lst:1:3: '12' is no name of a service; want Name argcount");
    CHECK(complaint("Nt-Close 1\n").starts_with("my.lst:1:1: 'Nt-Close' is no name"));
    CHECK(complaint("NtClose one\n") ==
          "my.lst:1:9: 'one' is no number of arguments; want 0 to 63");
    CHECK(complaint("NtClose 64\n").starts_with("my.lst:1:9: '64' is no number"));
    CHECK(complaint("NtClose -1\n").starts_with("my.lst:1:9: '-1' is no number"));
    CHECK(complaint("NtClose 1 2\n") ==
          "my.lst:1:11: '2' behind the number of arguments; a comment begins with # or ;");
    CHECK(complaint("NtClose 1\n\nNtClose 1\n") ==
          "my.lst:3:1: NtClose stands in line 1 already; a stub has one number");
    CHECK(complaint("NtClose 1\nZwClose 1\n").starts_with("my.lst:2:1: ZwClose stands in line 1"));
    CHECK(complaint("") == "my.lst: no service in it; want lines 'Name argcount'");
    CHECK(complaint("# nothing\n") == complaint(""));
    CHECK(complaint(std::string(256, 'N') + " 1\n").starts_with("my.lst:1:1: 'NNN"));
    CHECK(complaint(std::string("Nt\0Close 1\n", 11)).starts_with("my.lst:1:1: "));
}

TEST_CASE("service list: as many services as a table has rows", "[guest][stub]") {
    std::string text;
    for (int i = 0; i < 0x1000; ++i) {
        text += "Nt" + std::to_string(i) + " 1\n";
    }
    CHECK(read_service_list("my.lst", text).size() == 0x1000);
    CHECK(complaint(text + "NtOneMore 1\n") ==
          "my.lst:4097:1: a table holds 4096 services; leave this one out");
}
