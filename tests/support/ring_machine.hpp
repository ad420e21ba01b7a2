// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "guest/bare.hpp"
#include "guest/machine.hpp"

namespace ringside::test {

/// The guest tests/support/guests/rings.S and what a personality would know of it.
class RingKernel : public guest::Bare {
  public:
    explicit RingKernel(std::uint32_t start = base) : guest::Bare(config(start)) {
        const std::string stem = std::string(RINGSIDE_TEST_GUESTS) + "/rings";
        std::ifstream rows(stem + ".sym");
        guest::Module module{"rings", {base}, 0x1000, {}};
        for (std::string line; std::getline(rows, line);) {
            const auto cells = split(line, '\t');
            const auto address = static_cast<std::uint32_t>(*parse_number(cells.at(0)));
            if (address < base + 0x1000) {
                module.symbols.push_back({LinearAddress{address}, std::string(cells.at(2)), 0});
            }
        }
        symbols_.add(std::move(module));
    }

    [[nodiscard]] const guest::SymbolTable& symbols() const override { return symbols_; }
    [[nodiscard]] LinearAddress at(std::string_view symbol) const {
        return symbols_.find(symbol).value();
    }
    [[nodiscard]] std::vector<guest::Layout> layouts() const override {
        return {{"RING_FRAME",
                 0x20,
                 {{"Ebx", 0x00, 4},
                  {"Ebp", 0x04, 4},
                  {"ErrCode", 0x08, 4},
                  {"Eip", 0x0C, 4},
                  {"SegCs", 0x10, 4},
                  {"EFlags", 0x14, 4},
                  {"HardwareEsp", 0x18, 4},
                  {"HardwareSegSs", 0x1C, 4}}}};
    }
    [[nodiscard]] std::string_view frame_layout() const override { return "RING_FRAME"; }
    [[nodiscard]] std::optional<LinearAddress> current_frame(
        guest::Machine& machine) const override {
        const auto at_frame = machine.peek<std::uint32_t>(at("current_frame"));
        return at_frame && *at_frame != 0 ? std::optional(LinearAddress{*at_frame}) : std::nullopt;
    }
    [[nodiscard]] std::optional<guest::InterruptedCode> interrupted_code(
        guest::Machine& machine, LinearAddress frame) const override {
        if (current_frame(machine) != frame) {
            return std::nullopt;
        }
        const auto field = [&](std::uint32_t offset) {
            return machine.peek<std::uint32_t>(frame + offset).value_or(0);
        };
        guest::InterruptedCode code;
        code.general = {0, 0, 0, field(0x00), field(0x18), field(0x04), 0, 0};
        code.eip = field(0x0C);
        code.eflags = field(0x14);
        code.selectors[1] = static_cast<std::uint16_t>(field(0x10));
        code.selectors[2] = static_cast<std::uint16_t>(field(0x1C));
        code.ring = field(0x10) & 3;
        return code;
    }
    [[nodiscard]] std::vector<guest::Stage> stages() const override {
        return {{"frame", at("frame_built")},
                {"lookup", at("lookup")},
                {"copy", at("copy")},
                {"service", at("call_service")},
                {"exit", at("leave")}};
    }
    [[nodiscard]] std::vector<guest::StageDetail> stage_details(
        guest::Machine& machine, const guest::Stage& stage) const override {
        if (stage.name == "copy") {
            return {{"bytes", 8, {}}};
        }
        if (stage.name == "service") {
            const auto function = machine.cpu().registers[cpu::GeneralRegister::ebx];
            return {{"function", function, symbols_.describe(LinearAddress{function})}};
        }
        return {};
    }
    [[nodiscard]] std::optional<LinearAddress> program_entry() const override { return at("user"); }
    [[nodiscard]] std::vector<guest::ServiceEntry> services() const override {
        return {{0, "Add", 8, {guest::ServiceState::real, {}}},
                {1, "Fail", 8, {guest::ServiceState::faked, "always fails"}}};
    }
    [[nodiscard]] std::optional<std::string> stub_of(std::string_view,
                                                     std::string_view symbol) const override {
        const bool stub =
            symbol == "program_stub" || symbol == "user_int" || symbol == "after_stub";
        return stub ? std::optional<std::string>("Add") : std::nullopt;
    }
    [[nodiscard]] std::string status_name(std::uint32_t status) const override {
        return status == 0xC0000002 ? "STATUS_NOT_IMPLEMENTED" : "";
    }

    static constexpr std::uint32_t base = 0x100000;

  private:
    static guest::BareConfig config(std::uint32_t start) {
        std::ifstream file(std::string(RINGSIDE_TEST_GUESTS) + "/rings.flat", std::ios::binary);
        const std::string text{std::istreambuf_iterator<char>(file), {}};
        guest::BareConfig result;
        result.images.push_back({"flat", {base}, {}});
        for (const char c : text) {
            result.images.back().bytes.push_back(static_cast<std::byte>(c));
        }
        result.start = start;
        result.exit_port = std::uint16_t{0xF4};
        return result;
    }

    guest::SymbolTable symbols_;
};

/// A machine with that kernel, booted.
struct RingMachine {
    explicit RingMachine(std::uint32_t block_limit = 64)
        : machine({cpu::Model::p6, std::uint64_t{4} << 20, std::nullopt, block_limit}) {
        kernel.boot(machine);
    }
    guest::StopReason run() { return machine.run(kernel, {std::uint64_t{1'000'000}, {}}); }

    RingKernel kernel;
    guest::Machine machine;
};

}  // namespace ringside::test
