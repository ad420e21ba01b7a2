// SPDX-License-Identifier: MIT
#include "guest/stub_writer.hpp"

#include <algorithm>

#include "base/ensure.hpp"
#include "guest/pe_image.hpp"
#include "guest/stub_generator.hpp"

namespace ringside::guest {
namespace {

constexpr std::byte nop{0x90};

}  // namespace

void write_stubs(std::span<std::byte> dll, StubForm form, std::span<const ServiceStub> services) {
    const auto image = read_pe("system DLL", dll);
    ensure(image.has_value(), "our own DLL is an image");
    for (const ServiceStub& service : services) {
        const Export* const stub = image->find_export(service.name);
        if (stub == nullptr) {
            continue;
        }
        const Section* const section = image->section_at(stub->rva);
        ensure(section != nullptr && stub->rva % stub_slot == 0 &&
                   stub->rva - section->rva + stub_slot <= section->bytes.size(),
               "a stub stands in its slot");
        const auto slot = dll.subspan(section->file_offset + (stub->rva - section->rva), stub_slot);
        const auto code = encode_stub(form, service.number, service.argument_bytes);
        std::fill(std::copy(code.begin(), code.end(), slot.begin()), slot.end(), nop);
    }
}

}  // namespace ringside::guest
