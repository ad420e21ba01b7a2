// SPDX-License-Identifier: MIT
#include "nt/stage_details.hpp"

#include "nt/personality.hpp"

namespace ringside::nt {
namespace {

using cpu::GeneralRegister;

/// A service array by the name that the kernel gives it, else by what stands there.
std::string table_name(const guest::SymbolTable& symbols, std::uint32_t base) {
    for (const char* const name : {"KiServiceTable", "W32pServiceTable"}) {
        if (symbols.find(std::string("nt!") + name) == LinearAddress{base}) {
            return name;
        }
    }
    return symbols.describe(LinearAddress{base});
}

}  // namespace

std::vector<LinearAddress> trap_frame_places(const guest::SymbolTable& symbols) {
    std::vector<LinearAddress> places;
    for (const auto& [base, module] : symbols.modules()) {
        for (const guest::ModuleSymbol& symbol : module.symbols) {
            if (module.name == "nt" && symbol.name.ends_with("FrameBuilt") &&
                symbol.name != "KiSystemServiceFrameBuilt") {
                places.push_back(symbol.address);
            }
        }
    }
    return places;
}

// The registers are those of ki_system_service.S at its stage labels.
std::vector<guest::StageDetail> Personality::stage_details(guest::Machine& machine,
                                                           const guest::Stage& stage) const {
    const cpu::RegisterFile& registers = machine.cpu().registers;
    if (stage.name == "trap") {
        return {{"frame", registers[GeneralRegister::ebp], {}}};
    }
    if (stage.name == "copy") {
        return {{"bytes", registers[GeneralRegister::ecx] * 4, {}},
                {"from", registers[GeneralRegister::esi], {}},
                {"to", registers[GeneralRegister::edi], {}}};
    }
    if (stage.name == "service") {
        const std::uint32_t function = registers[GeneralRegister::ebx];
        return {{"function", function, kernel_.symbols.describe(LinearAddress{function})}};
    }
    if (stage.name == "lookup") {
        const std::uint32_t number = registers[GeneralRegister::eax];
        const std::uint32_t descriptor = (number >> 8) & 0x30;
        const auto offset = kernel_.profile.layout.offset("KTHREAD", "ServiceTable");
        const auto tables = machine.peek<std::uint32_t>(kernel_.thread->kthread + offset);
        const auto base =
            machine.peek<std::uint32_t>(LinearAddress{tables.value_or(0) + descriptor}).value_or(0);
        std::vector<guest::StageDetail> details{{"index", number & 0xFFF, {}}};
        if (base != 0) {
            details.push_back({"table", base, table_name(kernel_.symbols, base)});
        }
        return details;
    }
    return {};
}

}  // namespace ringside::nt
