// SPDX-License-Identifier: MIT
#include "host/date.hpp"

#include <catch2/catch.hpp>

using namespace ringside::host;

TEST_CASE("date: the default is the first of January 2004", "[host][date]") {
    CHECK(parse_date("2004-01-01T00:00:00Z") == default_date);
    CHECK(to_text(default_date) == "2004-01-01T00:00:00Z");
}

TEST_CASE("date: the NT epoch is zero and the Unix epoch is known", "[host][date]") {
    CHECK(parse_date("1601-01-01") == FileTime{0});
    CHECK(parse_date("1970-01-01T00:00:00") == FileTime{unix_epoch_seconds * ticks_per_second});
    CHECK(to_text(*parse_date("2026-02-28T23:59:58")) == "2026-02-28T23:59:58Z");
}

TEST_CASE("date: anything else is not a date", "[host][date]") {
    for (const char* text :
         {"", "now", "2004", "2004-13-01", "2004-02-30", "1600-01-01", "2004-01-01T24:00:00",
          "2004-01-01 00:00:00", "2004-01-01T00:00:00+1", "2004-1-1", "-004-01-01"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_date(text));
    }
}
