// SPDX-License-Identifier: MIT
#include "kernelkit/wait.hpp"

#include <catch2/catch.hpp>

using namespace ringside::kernelkit;

TEST_CASE("resume: carries a number and a plain struct", "[kernelkit]") {
    struct Left {
        std::uint32_t handle;
        std::uint64_t due;
    };
    const Resume resume(3, Left{0x44, 99});
    CHECK(resume.number() == 3);
    CHECK(resume.state<Left>().handle == 0x44);
    CHECK(resume.state<Left>().due == 99);
}
